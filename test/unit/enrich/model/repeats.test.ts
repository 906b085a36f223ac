import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deskAt, knownAt } from '../../../../services/enrich/model/kernel/desk';
import { newKernel } from '../../../../services/enrich/model/kernel/kernel';
import { PlainKernel } from '../../../../services/enrich/model/kernel/plain';
import { Repeats } from '../../../../services/enrich/model/repeats';

test.each([
  ['vectors', newKernel()],
  ['plain JavaScript', new PlainKernel()],
])('n-grams are counted by %s, those of earlier texts forgotten', (_name, kernel) => {
  const [desk, list, ranges, out] = [deskAt.bytes, 400, 16, 101 * knownAt.bytes].map((n) => kernel.place(n)) as [
    number,
    number,
    number,
    number,
  ];
  const repeats = new Repeats(kernel, desk);
  const ngram = fc.integer({ min: 1, max: 60 }).map((n) => 8 * n * n);
  const more = fc.oneof(fc.nat(3000), fc.constant(90_000));
  fc.assert(
    fc.property(fc.array(ngram, { maxLength: 100 }), more, fc.nat(100), (ngrams, spare, cut) => {
      const middle = list + 4 * Math.min(cut, ngrams.length);
      kernel.i32.set(ngrams, list / 4);
      kernel.i32.set([list, middle, middle, list + 4 * ngrams.length], ranges / 4);
      for (const wanted of [1, 2]) {
        // A text may be longer than what comes; the table is larger then.
        repeats.begin(ngrams.length + spare);
        const times = new Map<number, number>();
        const expected: number[] = [];
        for (const n of ngrams) {
          times.set(n, (times.get(n) ?? 0) + 1);
          if (times.get(n) === wanted) expected.push(n);
        }
        const size = kernel.count(ranges, 2, out, wanted, desk);
        const found = Array.from({ length: size }, (_, k) => {
          const at = (out + k * knownAt.bytes) / 4;
          return [kernel.i32[at]!, kernel.i32[at + 1]!];
        });
        expect(found).toEqual(expected.map((n) => [n, times.get(n)!]));
      }
    }),
  );
});

test('counts go on when their numbers end', () => {
  const kernel = newKernel();
  const [desk, list, ranges, out] = [deskAt.bytes, 16, 16, 64].map((n) => kernel.place(n)) as [
    number,
    number,
    number,
    number,
  ];
  const repeats = new Repeats(kernel, desk);
  kernel.i32.set([8, 8], list / 4);
  kernel.i32.set([list, list + 8], ranges / 4);
  for (let run = 0; run < 50_000; run++) {
    repeats.begin(96_000);
    if (kernel.count(ranges, 1, out, 2, desk) !== 1 || kernel.i32[out / 4 + 1] !== 2) throw new Error(`run ${run}`);
  }
});
