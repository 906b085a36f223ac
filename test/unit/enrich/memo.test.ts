import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Memo } from '../../../services/enrich/domain/memo';

test('gives what was computed, whatever else came in between', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (asked) => {
      const memo = new Memo(4);
      for (const number of asked) expect(memo.of(String(number), () => `of ${number}`)).toBe(`of ${number}`);
    }),
  );
});

test('what is among the last so many different ones is not computed again', () => {
  const memo = new Memo(3);
  const computed: string[] = [];
  const ask = (text: string) => memo.of(text, () => `${computed.push(text)}`);
  for (const text of ['a', 'b', 'c', 'a', 'b', 'c', 'd', 'b', 'c', 'd']) ask(text);
  expect(computed).toEqual(['a', 'b', 'c', 'd']);
  for (const text of ['e', 'f', 'g', 'h', 'i', 'a']) ask(text);
  expect(computed).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'a']);
});
