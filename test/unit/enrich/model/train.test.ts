import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Classifier } from '../../../../services/enrich/model/classifier';
import { Features } from '../../../../services/enrich/model/features';
import { decode, encode, type Parameters } from '../../../../services/enrich/model/parameters';
import {
  calibrationError,
  f1,
  macroF1,
  platt,
  slopeOf,
  softmax,
  thresholdOf,
} from '../../../../services/enrich/model/train/calibrate';
import { type Recipe, shape, trainClassifier } from '../../../../services/enrich/model/train/classifier';
import { sayIn, tokensOf } from '../../../../services/enrich/model/train/dialect';
import { inLatin } from '../../../../services/enrich/model/train/language';
import { vocabularyOf } from '../../../../services/enrich/model/train/matrix';
import { phrasesOf } from '../../../../services/enrich/model/train/phrases';
import { random } from '../../../../services/enrich/model/train/svm';

const said = {
  refund: [
    'i want my money back',
    'refund me please',
    'give me the refund',
    'return my money now',
    'a refund for my order',
  ],
  delivery: [
    'where is my parcel',
    'the parcel has not arrived',
    'when does my delivery come',
    'track the parcel',
    'late delivery again',
  ],
  login: [
    'forgot my password',
    'cannot log in',
    'reset the password please',
    'log in does not work',
    'my password is wrong',
  ],
};
const labels = Object.keys(said);
const texts = Object.values(said).flat();
const target = Float32Array.from(
  Object.keys(said).flatMap((_, k) => said.refund.flatMap(() => labels.map((__, l) => (l === k ? 1 : 0)))),
);
const train = (recipe: Partial<Recipe>) =>
  trainClassifier(texts, target, { name: 'test-1', labels, minimum: 1, ...recipe });
const scoresOf = (model: Classifier, text: string) => {
  const features = new Features(shape, model.lexicon);
  features.run(text);
  return Array.from(model.run(features));
};
const reads = (model: Classifier, text: string) => {
  const scores = scoresOf(model, text);
  return labels[scores.indexOf(Math.max(...scores))];
};
const unseen: [string, string][] = [
  ['money back', 'refund'],
  ['parcels arriving late', 'delivery'],
  ['passwords', 'login'],
  ['refundd my order', 'refund'],
];

describe.each([
  { name: 'a network and linear machines', recipe: { network: { hidden: 8, epochs: 60, rate: 0.02 } } },
  { name: 'a network alone', recipe: { network: { hidden: 8, epochs: 60, rate: 0.02 }, cost: 0 } },
  { name: 'linear machines alone', recipe: { network: null } },
  { name: 'four levels to either side', recipe: { network: null, levels: 4 } },
  { name: 'independent labels', recipe: { network: { hidden: 8, epochs: 60, rate: 0.02 }, multi: true } },
])('$name', ({ recipe }) => {
  const parameters = train(recipe);
  const model = new Classifier(parameters);

  test.each(unseen)('"%s": %s', (text, label) => expect(reads(model, text)).toBe(label));

  test('score the same from a file', () => {
    const again = new Classifier(decode(encode(parameters)));
    expect(scoresOf(again, 'where is my refund')).toEqual(scoresOf(model, 'where is my refund'));
    expect([again.name, again.labels]).toEqual(['test-1', labels]);
  });

  test('are the same from a file, common n-grams first', () => {
    const { hashes, idf, first, firstScale, character, ...rest } = decode(encode(parameters));
    const width = parameters.hidden + parameters.direct;
    const row = (p: Pick<Parameters, 'hashes' | 'idf' | 'first' | 'firstScale' | 'character'>, c: number) => [
      p.hashes[c],
      p.idf[c],
      p.character[c],
      ...p.firstScale.subarray(2 * c, 2 * c + 2),
      ...p.first.subarray(c * width, (c + 1) * width),
    ];
    const rows = (p: Parameters) =>
      Array.from(p.hashes, (_, c) => row(p, c)).sort((a, b) => Number(a[0]) - Number(b[0]));
    const again = { ...rest, hashes, idf, first, firstScale, character };
    expect(rows(again)).toEqual(rows(parameters));
    expect({ ...parameters, ...rest }).toEqual(parameters);
    expect([...idf]).toEqual([...idf].sort((a, b) => a - b));
  });

  test('are the same from the same texts', () => {
    expect(Buffer.compare(encode(train(recipe)), encode(parameters))).toBe(0);
  });

  test('know nothing of an empty text', () => {
    scoresOf(model, '');
    expect(model.known).toBe(0);
  });
});

test('another file is refused', () => {
  expect(() => decode(Buffer.from('{"name":"test-1"}'))).toThrow('train them again');
});

test('a label that a row says nothing about does not count', () => {
  const half = target.map((v, i) => (i % labels.length === 0 && i > 20 ? -1 : v));
  const model = new Classifier(
    trainClassifier(texts, half, { name: 't', labels, minimum: 1, multi: true, network: null }),
  );
  expect(reads(model, 'where is my parcel')).toBe('delivery');
});

describe('calibration', () => {
  test('the slope makes confidences true', () => {
    const next = random(1);
    const truth = Array.from({ length: 4000 }, () => (next() < 0.8 ? 0 : 1));
    const scores = Float32Array.from(truth.flatMap(() => [10, 0]));
    const slope = slopeOf(scores, truth, 2);
    const p = softmax(scores, 2, slope);
    expect(p[0]).toBeCloseTo(0.8, 1);
    expect(
      calibrationError(
        truth.map(() => p[0]!),
        truth.map((t) => t === 0),
      ),
    ).toBeLessThan(0.03);
    expect(
      calibrationError(
        truth.map(() => 1),
        truth.map((t) => t === 0),
      ),
    ).toBeGreaterThan(0.15);
  });

  test('F1 and thresholds', () => {
    expect(f1([0.9, 0.8, 0.2, 0.1], [1, 0, 1, 0], 0.5)).toBe(0.5);
    expect(f1([0.9, 0.8, 0.2], [1, -1, 1], 0.1)).toBe(1);
    expect(macroF1([0, 0, 1], [0, 1, 1], 2)).toBeCloseTo(2 / 3);
    const p = Array.from({ length: 200 }, (_, i) => i / 200);
    const threshold = thresholdOf(
      p,
      p.map((v) => (v > 0.7 ? 1 : 0)),
    );
    expect(threshold).toBeGreaterThan(0.66);
    expect(threshold).toBeLessThan(0.74);
  });

  test('scores become probabilities', () => {
    const next = random(4);
    const score = Array.from({ length: 5000 }, () => 6 * next() - 3);
    const truth = score.map((z) => (next() < 1 / (1 + Math.exp(-(2 * z - 1))) ? 1 : 0));
    const { slope, offset } = platt(score, truth);
    expect(slope).toBeCloseTo(2, 0);
    expect(offset).toBeCloseTo(-1, 0);
  });
});

describe('texts said again', () => {
  test('in a dialect: question word, "of mine", "I" as n-', () => {
    const tokens = (dialect: 'ma' | 'tn' | 'sa') =>
      new Set(
        Array.from({ length: 40 }, (_, i) => sayIn(dialect, 'لماذا لم تصل بطاقتي؟ أريد استخدام حسابي', random(i)))
          .join(' ')
          .split(' '),
      );
    expect(tokens('ma')).toContain('علاش');
    expect(tokens('ma')).toContain('ديالي');
    expect(tokens('tn')).toContain('متاعي');
    expect(tokens('sa')).toContain('ليش');
  });

  test('in Latin letters: nothing else is left', () => {
    expect(inLatin('علاش ما وصلاتش البطاقة ديالي؟', random(2))).toMatch(/^[a-z0-9 ]+$/);
    expect(tokensOf('مرحبا يا!')).toEqual(['مرحبا', 'يا', '!']);
  });
});

describe('texts written for the project', () => {
  const rows = phrasesOf('clinc150');

  test('say every label that the shipped model knows, and no other', () => {
    const file = readFileSync('services/enrich/model/parameters/clinc150-en.bin');
    expect([...new Set(rows.map((r) => r.label))].sort()).toEqual(decode(file).labels);
  });

  test('are the same each time, plain words, and none under two labels', () => {
    expect(phrasesOf('clinc150')).toEqual(rows);
    for (const { text } of rows) expect(text).toMatch(/^[a-z0-9$+]+( [a-z0-9$+]+)*$/);
    const labelOf = new Map<string, string>();
    for (const { text, label } of rows) {
      expect([text, labelOf.get(text) ?? label]).toEqual([text, label]);
      labelOf.set(text, label);
    }
  });
});

describe('rarity', () => {
  test('under 1 lets rare n-grams count for less beside common ones', () => {
    const spread = (rarity: number) => {
      const { idf } = vocabularyOf(texts, shape, { minimum: 1, rarity });
      return Math.max(...idf) / Math.min(...idf);
    };
    expect(spread(0.5)).toBeCloseTo(Math.sqrt(spread(1)), 5);
  });
});
