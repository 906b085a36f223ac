/** The vectors' routines against plain JavaScript, and readings that do not depend on what the cache of words holds. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Classifier } from '../../../../services/enrich/model/classifier';
import { Features, type Shape } from '../../../../services/enrich/model/features';
import { textAt } from '../../../../services/enrich/model/kernel/desk';
import { type Kernel, newKernel, SimdKernel } from '../../../../services/enrich/model/kernel/kernel';
import { PlainKernel } from '../../../../services/enrich/model/kernel/plain';
import { Lexicon } from '../../../../services/enrich/model/lexicon';
import type { Parameters } from '../../../../services/enrich/model/parameters';
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

  test('rows of bytes laid out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 60 }),
        (blocks, count, pitch) => {
          const [plain, simd] = both((kernel) => {
            const [from, list, to] = [kernel.place(2000), kernel.place(80), kernel.place(4000)];
            for (let i = 0; i < 2000; i++) kernel.i8[from + i] = Math.imul(i, 0x9e3779b1) >> 24;
            // The last row first, each with a gap behind it.
            for (let k = 0; k < count; k++) kernel.i32[list / 4 + k] = to + (count - 1 - k) * (16 * blocks + 24);
            kernel.lay(from, pitch, list, count, 8, blocks);
            const row = (k: number, at: number) => Array.from(kernel.i8.subarray(at, at + 16 * blocks), (v) => [k, v]);
            for (let k = 0; k < count; k++)
              expect(row(k, kernel.i32[list / 4 + k]! + 8)).toEqual(row(k, from + k * pitch));
            return Array.from(kernel.i8.subarray(to, to + 4000));
          });
          expect(simd).toEqual(plain);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('rows of sums added exactly', () => {
    // Of 20 at most, so that their sum stays within 31 bits.
    const whole = fc.integer({ min: -100_000_000, max: 100_000_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.array(whole, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 20 }),
        (blocks, rows) => {
          const width = 16 * blocks;
          const [plain, simd] = both((kernel) => {
            const [table, list] = [kernel.place(rows.length * width * 4), kernel.place(80)];
            const out = kernel.place(8 * width);
            rows.forEach((row, i) => {
              for (let j = 0; j < width; j++) kernel.i32[table / 4 + i * width + j] = row[j % row.length]!;
              kernel.i32[list / 4 + i] = table + 4 * i * width;
            });
            kernel.f64.fill(2 ** 40, out / 8, out / 8 + width);
            kernel.accumulate(list, rows.length, out, blocks);
            return Array.from(kernel.f64.subarray(out / 8, out / 8 + width));
          });
          expect(simd).toEqual(plain);
          expect(simd[0]).toBe(rows.reduce((sum, row) => sum + row[0]!, 2 ** 40));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a model', () => {
  const shape: Shape = { shortest: 2, longest: 5, words: 2, skips: true };
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'n', 'ب'), minLength: 1, maxLength: longestWord + 4 });
  const texts = fc.array(
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    { minLength: 1, maxLength: 12 },
  );
  const hashesOf = (text: string): { hashes: number[]; characters: number } => {
    const features = new Features(shape);
    features.run(text);
    return { hashes: Array.from(features.hashes.subarray(0, features.length)), characters: features.characters };
  };

  /** A model that knows two thirds of the n-grams of some texts, with weights by chance. */
  function parametersOf(known: string[], hidden: number): Parameters {
    const character = new Map<number, number>();
    for (const text of known) {
      const { hashes, characters } = hashesOf(text);
      for (const [i, h] of hashes.entries()) if (h % 3 !== 0) character.set(h, i < characters ? 1 : 0);
    }
    const hashes = [...character.keys()];
    const labels = ['a', 'b', 'c'];
    const [direct, width] = [2, hidden + 2];
    const chance = (i: number) => (Math.imul(i + 1, 0x9e3779b1) >>> 8) / 2 ** 24;
    return {
      ...{ name: 'test-1', shape, columns: hashes.length, hidden, direct, labels, wordWeight: 0.9, extra: {} },
      hashes: Uint32Array.from(hashes),
      idf: Float32Array.from(hashes, (h) => 1 + 8 * chance(h)),
      character: Uint8Array.from(character.values()),
      first: Int8Array.from({ length: hashes.length * width }, (_, i) => 30 * chance(i) - 15),
      firstScale: Float32Array.from({ length: hashes.length * 2 }, (_, i) => 0.01 + 0.1 * chance(i)),
      firstBias: Float32Array.from({ length: width }, (_, i) => chance(i) - 0.5),
      second: Float32Array.from({ length: labels.length * hidden }, (_, i) => chance(i) - 0.5),
      secondBias: Float32Array.from(labels, (_, i) => chance(i)),
    };
  }

  /** The same in so many words: tf-idf, a layer, a layer and what is beside it. */
  function plainly(p: Parameters, text: string): number[] {
    const { hashes } = hashesOf(text);
    const times = new Map<number, number>();
    for (const h of hashes) {
      const column = p.hashes.indexOf(h);
      if (column >= 0) times.set(column, (times.get(column) ?? 0) + 1);
    }
    const all = [...times].map(([c, n]) => ({ c, v: (1 + Math.log(n)) * p.idf[c]! }));
    const length = (kind: number) => Math.hypot(...all.filter(({ c }) => p.character[c] === kind).map(({ v }) => v));
    const width = p.hidden + p.direct;
    const sums = Array.from(p.firstBias);
    for (const { c, v } of all) {
      const value = p.character[c] === 1 ? v / length(1) : (p.wordWeight * v) / length(0);
      for (let j = 0; j < width; j++)
        sums[j]! += value * p.firstScale[2 * c + (j < p.hidden ? 0 : 1)]! * p.first[c * width + j]!;
    }
    return p.labels.map((_, label) => {
      let z = p.secondBias[label]! + (label < p.direct ? sums[p.hidden + label]! : 0);
      for (let j = 0; j < p.hidden; j++) z += Math.max(0, sums[j]!) * p.second[label * p.hidden + j]!;
      return z;
    });
  }

  test('gives the same bits whatever words it has met, with vectors or without; and what plain arithmetic gives', () => {
    fc.assert(
      fc.property(texts, texts, fc.constantFrom(0, 5, 17), (known, asked, hidden) => {
        const p = parametersOf(known, hidden);
        const scores = (model: Classifier, features: Features, text: string) => {
          features.run(text);
          return Array.from(model.run(features));
        };
        const fresh = (kernel: Kernel) => new Classifier(p, new Lexicon(kernel));
        const [warm, plain] = [fresh(newKernel()), fresh(new PlainKernel())];
        // One that shares its lexicon with another model, which came later.
        const shared = fresh(newKernel());
        new Classifier(parametersOf(asked, 0), shared.lexicon);
        const all = [warm, plain, shared].map((model) => ({ model, features: new Features(shape, model.lexicon) }));
        for (const [i, text] of [...known, ...asked, ...known].entries()) {
          const [first, ...others] = all.map(({ model, features }) => scores(model, features, text));
          for (const other of others) expect(other).toEqual(first);
          plainly(p, text).forEach((z, label) => {
            expect(Math.abs(first![label]! - z)).toBeLessThan(0.005);
          });
          expect(all[0]!.model.known).toBe(new Set(hashesOf(text).hashes.filter((h) => p.hashes.includes(h))).size);
          if (i !== 3) continue;
          const cold = fresh(newKernel());
          expect(scores(cold, new Features(shape, cold.lexicon), text)).toEqual(first);
        }
      }),
      { numRuns: 6 },
    );
  });

  test('refuses a text taken apart under another lexicon', () => {
    const model = new Classifier(parametersOf(['refund'], 0));
    expect(() => model.run(new Features(shape, new Lexicon()))).toThrow('another lexicon');
  });

  test('need not be there: a text is taken apart all the same', () => {
    const lexicon = new Lexicon();
    const features = new Features(shape, lexicon);
    features.run('a text');
    const known = [textAt.repeatedSize, textAt.wordsSize].map((size) => lexicon.kernel.i32[(features.text + size) / 4]);
    expect([features.tokens, ...known]).toEqual([2, 0, 0]);
  });

  test('is refused once there was a text', () => {
    const { lexicon } = new Classifier(parametersOf(['refund'], 0));
    new Features(shape, lexicon).run('a text');
    expect(() => new Classifier(parametersOf(['refund'], 0), lexicon)).toThrow('before the first text');
  });

  test('stays right when more words come than are kept, in one text and in many', () => {
    const said = 'one two three';
    const model = new Classifier(parametersOf([said], 5));
    const features = new Features(shape, model.lexicon);
    const scores = (text: string) => {
      features.run(text);
      return Array.from(model.run(features));
    };
    const before = scores(said);
    const others = Array.from({ length: 30_000 }, (_, i) => i.toString(4).replace(/\d/g, (d) => 'onet'[+d]!));
    const long = `${said} ${others.slice(0, 600).join(' ')}`;
    const ofLong = scores(long);
    for (let i = 0; i < others.length; i += 600) scores(others.slice(i, i + 600).join(' '));
    expect(scores(said)).toEqual(before);
    expect(scores(long)).toEqual(ofLong);
    plainly(parametersOf([said], 5), long).forEach((z, label) => {
      expect(Math.abs(ofLong[label]! - z)).toBeLessThan(0.005);
    });
  });

  test('has a word of any length', () => {
    const endless = 'refund'.repeat(600);
    const p = parametersOf([endless], 5);
    const model = new Classifier(p);
    const features = new Features(shape, model.lexicon);
    features.run(endless);
    model.run(features);
    plainly(p, endless).forEach((z, label) => {
      expect(Math.abs(model.scores[label]! - z)).toBeLessThan(0.005);
    });
  });
});
