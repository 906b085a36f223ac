/** The vectors' routines against plain JavaScript, and readings that do not depend on what the cache of words holds. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Features, type Shape } from '../../../../services/enrich/model/features';
import { type Kernel, newKernel, PlainKernel, SimdKernel } from '../../../../services/enrich/model/kernel/kernel';
import { Lexicon } from '../../../../services/enrich/model/lexicon';
import { longestWord } from '../../../../services/enrich/model/word-cache';

test('this engine has vectors', () => expect(newKernel()).toBeInstanceOf(SimdKernel));

describe('both kernels give the same bits', () => {
  const both = <T>(run: (kernel: Kernel) => T): [T, T] => [run(new PlainKernel()), run(newKernel())];
  const weights = fc.integer({ min: -127, max: 127 });

  test('sums of rows of whole numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.tuple(fc.array(weights, { minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 32_767 })), {
          minLength: 2,
          maxLength: 40,
        }),
        (blocks, skipped, given) => {
          const rows = given.length % 2 === 0 ? given : given.slice(1);
          const stride = 16 * (blocks + skipped);
          const [plain, simd] = both((kernel) => {
            // Room before it, so that a memory that had to grow keeps what it held.
            const [table, list, multipliers] = [
              kernel.place(rows.length * stride),
              kernel.place(400),
              kernel.place(400),
            ];
            const out = kernel.place(64 * blocks);
            rows.forEach(([row, m], i) => {
              for (let j = 0; j < stride; j++) kernel.i8[table + i * stride + j] = row[j % row.length]!;
              kernel.i32[list / 4 + i] = table + i * stride;
              kernel.i16[multipliers / 2 + i] = m;
            });
            kernel.place(200_000);
            kernel.gather(list, multipliers, rows.length, out, blocks, 16 * skipped);
            return Array.from(kernel.i32.subarray(out / 4, out / 4 + 16 * blocks));
          });
          expect(simd).toEqual(plain);
          const expected = rows.reduce((sum, [row, m]) => sum + m * row[(16 * skipped) % row.length]!, 0);
          expect(plain[0]).toBe(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a layer in single precision', () => {
    const numbers = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.tuple(fc.array(numbers, { minLength: 1, maxLength: 20 }), numbers), {
          minLength: 1,
          maxLength: 20,
        }),
        (blocks, rows) => {
          const width = 16 * blocks;
          const [plain, simd] = both((kernel) => {
            const [table, list, values] = [kernel.place(rows.length * width * 4), kernel.place(80), kernel.place(80)];
            const out = kernel.place(4 * width);
            rows.forEach(([row, v], i) => {
              for (let j = 0; j < width; j++) kernel.f32[table / 4 + i * width + j] = row[j % row.length]!;
              kernel.i32[list / 4 + i] = table + 4 * i * width;
              kernel.f32[values / 4 + i] = v;
            });
            kernel.f32.fill(0.1, out / 4, out / 4 + width);
            kernel.layer(list, values, rows.length, out, blocks);
            return Array.from(kernel.f32.subarray(out / 4, out / 4 + width));
          });
          expect(simd).toEqual(plain);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the cache of words', () => {
  const shape: Shape = { shortest: 2, longest: 5, words: 2, skips: true };
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', 'ب'), minLength: 1, maxLength: longestWord + 4 });
  const texts = fc.array(
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    { maxLength: 30 },
  );
  const hashesOf = (all: string[]): Uint32Array => {
    const features = new Features(shape);
    return Uint32Array.from(
      new Set(
        all.flatMap((text) => {
          features.run(text);
          return Array.from(features.hashes.subarray(0, features.length));
        }),
      ),
    );
  };

  test('changes nothing: n-grams of a text are the same, met before or not', () => {
    fc.assert(
      fc.property(texts, texts, (known, asked) => {
        const warm = new Lexicon(new PlainKernel());
        const hashes = hashesOf(known);
        warm.add(hashes);
        const features = new Features(shape, warm);
        for (const text of [...known, ...asked, ...known, ...asked]) {
          features.run(text);
          const said = features.ids.slice(0, features.different);
          const plain = new Features(shape);
          plain.run(text);
          const counts = new Map<number, number>();
          for (const h of plain.hashes.subarray(0, plain.length)) {
            const id = hashes.indexOf(h);
            if (id >= 0) counts.set(id, (counts.get(id) ?? 0) + 1);
          }
          expect(features.length).toBe(plain.length);
          expect(new Map([...said].map((id, k) => [id, features.frequencies[k]]))).toEqual(
            new Map([...counts].map(([id, n]) => [id, 1 + Math.log(n)])),
          );
        }
      }),
      { numRuns: 12 },
    );
  });

  test('is emptied when a model adds n-grams', () => {
    const lexicon = new Lexicon(new PlainKernel());
    const features = new Features(shape, lexicon);
    features.run('refund');
    expect(features.different).toBe(0);
    lexicon.add(hashesOf(['refund']));
    features.run('refund');
    expect(features.different).toBe(features.length);
  });

  test('stays right when more words come than it holds', () => {
    const lexicon = new Lexicon(new PlainKernel());
    lexicon.add(hashesOf(['one two three']));
    const features = new Features(shape, lexicon);
    const first = () => {
      features.run('one two three');
      return Array.from(features.ids.subarray(0, features.different));
    };
    const before = first();
    for (let i = 0; i < 3_000; i++) {
      features.run(
        `${i.toString(2).replace(/0/g, 'x').replace(/1/g, 'y')} ${i.toString(4).replace(/\d/g, (d) => 'abcd'[+d]!)}`,
      );
    }
    expect(first()).toEqual(before);
  });
});
