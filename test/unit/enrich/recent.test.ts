import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Recent } from '../../../services/enrich/domain/recent';

/** As it is used: what is not there is computed and kept. */
function of(recent: Recent<string>, text: string, compute: () => string): string {
  const known = recent.get(text) ?? compute();
  recent.set(text, known);
  return known;
}

test('gives what was computed, whatever else came in between', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (asked) => {
      const recent = new Recent<string>(4);
      for (const number of asked) expect(of(recent, String(number), () => `of ${number}`)).toBe(`of ${number}`);
    }),
  );
});

test('what is among the last so many different ones is not computed again', () => {
  const recent = new Recent<string>(3);
  const computed: string[] = [];
  const ask = (text: string) => of(recent, text, () => `${computed.push(text)}`);
  for (const text of ['a', 'b', 'c', 'a', 'b', 'c', 'd', 'b', 'c', 'd']) ask(text);
  expect(computed).toEqual(['a', 'b', 'c', 'd']);
  for (const text of ['e', 'f', 'g', 'h', 'i', 'a']) ask(text);
  expect(computed).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'a']);
});
