import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readItems } from '../../../services/ingest/body';
import { readParameters } from '../../../services/ingest/parameters';

const read = (text: string) => readItems(Buffer.from(text), 'parameters', 1);

describe('form-encoded bodies', () => {
  test.each([
    ['a plus is a blank, an escaped plus is one', 'From=%2B49+30&Body=a+b', { From: '+49 30', Body: 'a b' }],
    ['a name that repeats is a list', 'Media=a&Media=b&Media=c', { Media: ['a', 'b', 'c'] }],
    ['no value, no equals sign, nothing between', 'a=&&b&', { a: '', b: '' }],
    ['an equals sign in the value', 'q=a=b', { q: 'a=b' }],
    ['beyond ASCII', 'Body=Gr%C3%BC%C3%9Fe%20%F0%9F%91%8D', { Body: 'Grüße 👍' }],
  ])('%s', (_name, text, value) => {
    expect(read(text)).toEqual({ items: [{ value }] });
  });

  test('a name that objects have is an own one', () => {
    const taken = read('__proto__=x&constructor=y') as { items: { value: object }[] };
    expect(Object.entries(taken.items[0].value)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  test.each([
    ['a broken escape', 'a=1&b=%E0%A4', 400, 'invalid_form'],
    ['nothing', ' ', 400, 'empty_body'],
    ['more than a vendor sends', 'a=1&'.repeat(1_001), 413, 'too_many_parameters'],
  ])('refused: %s', (_name, text, status, reason) => {
    expect(read(text)).toMatchObject({ refused: { status, reason } });
  });

  test('whatever a browser encodes comes back, in order', () => {
    const pairs = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(pairs, (sent) => {
        expect(readParameters(new URLSearchParams(sent).toString())).toEqual({ parameters: sent });
      }),
    );
  });
});
