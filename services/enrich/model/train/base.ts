/** Base models of feeling, whose scores the models of `emotions.ts` build on: comments in English, sentiment in Arabic. */
import { Classifier } from '../classifier';
import type { Parameters } from '../parameters';
import { calibrationError, f1, halves, platt, thresholdOf } from './calibrate';
import { type Recipe, trainClassifier } from './classifier';
import { arsarcasm, goemotions } from './data';
import { scoresOf } from './intents';

/** In the order of goemotions' labels.txt. */
export const groups = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'];
const fineLabels = 28;

export interface Base {
  parameters: Parameters;
  report: string;
  macroF1: number;
  calibrationError: number;
  texts: number;
}

/** `comment.*`: seven feelings; `fine.*`: the 28 they were grouped from, which the hidden layer learns with them. */
export function commentBase(folder: string, recipe: Partial<Recipe>): Base {
  const labels = [...groups.map((g) => `comment.${g}`), ...Array.from({ length: fineLabels }, (_, k) => `fine.${k}`)];
  const [train, dev] = (['train', 'dev'] as const).map((split) => {
    const fine = goemotions(folder, split, true);
    return goemotions(folder, split).map((r, i) => ({
      text: r.text,
      target: [
        ...groups.map((_, k) => (r.labels.includes(k) ? 1 : 0)),
        ...Array.from({ length: fineLabels }, (_, k) => (fine[i]!.labels.includes(k) ? 1 : 0)),
      ],
    }));
  });
  const learn = (rows: { text: string; target: number[] }[], extra: NonNullable<Recipe['extra']>) =>
    trainClassifier(
      rows.map((r) => r.text),
      Float32Array.from(rows.flatMap((r) => r.target)),
      { ...recipe, name: 'emotion-base-en', labels, multi: true, extra },
    );
  const parameters = learn(train!, {});
  const scores = scoresOf(
    new Classifier(parameters),
    dev!.map((r) => r.text),
  );
  const settled = labels.map((_, l) => {
    const s = dev!.map((_, i) => scores[i * labels.length + l]!);
    const truth = dev!.map((r) => r.target[l]!);
    const { slope, offset } = platt(s, truth);
    const p = s.map((v) => 1 / (1 + Math.exp(-(slope * v + offset))));
    return { slope, offset, threshold: thresholdOf(p, truth), f1: halves(p, truth), p, truth };
  });
  parameters.extra = {
    slope: settled.map((s) => s.slope),
    offset: settled.map((s) => s.offset),
    threshold: settled.map((s) => s.threshold),
  };
  const seven = settled.slice(0, groups.length);
  const mean = seven.reduce((sum, s) => sum + s.f1, 0) / groups.length;
  const error = calibrationError(
    seven.flatMap((s) => s.p),
    seven.flatMap((s) => s.truth),
  );
  return {
    macroF1: mean,
    calibrationError: error,
    texts: dev!.length,
    parameters,
    report: `emotion-base-en: macro-F1 (7) ${mean.toFixed(4)} on goemotions dev, each half with thresholds of the other (${seven.map((s) => s.f1.toFixed(2)).join(' ')})`,
  };
}

const sentiments = ['NEG', 'NEU', 'POS'];

/** `sentiment.*` and `sarcasm` of Arabic tweets. */
export function sentimentBase(folder: string, recipe: Partial<Recipe>): Base {
  const labels = [...sentiments.map((s) => `sentiment.${s}`), 'sarcasm'];
  const rows = arsarcasm(folder);
  const target = (of: typeof rows) =>
    Float32Array.from(of.flatMap((r) => [...sentiments.map((s) => (s === r.sentiment ? 1 : 0)), r.sarcasm ? 1 : 0]));
  const learn = (of: typeof rows) =>
    trainClassifier(
      of.map((r) => r.text),
      target(of),
      { ...recipe, name: 'emotion-base-ar', labels, multi: true },
    );
  const aside = rows.filter((_, i) => i % 10 === 9);
  const scores = scoresOf(
    new Classifier(learn(rows.filter((_, i) => i % 10 !== 9))),
    aside.map((r) => r.text),
  );
  const said = aside.map((_, i) => [0, 1, 2].reduce((b, k) => (scores[i * 4 + k]! > scores[i * 4 + b]! ? k : b), 0));
  const mean =
    sentiments.reduce(
      (sum, s, k) =>
        sum +
        f1(
          said.map((v) => (v === k ? 1 : 0)),
          aside.map((r) => (r.sentiment === s ? 1 : 0)),
          0.5,
        ),
      0,
    ) / 3;
  return {
    macroF1: mean,
    calibrationError: Number.NaN,
    texts: aside.length,
    parameters: learn(rows),
    report: `emotion-base-ar: macro-F1 (3 sentiments) ${mean.toFixed(4)} on ${aside.length} texts held out`,
  };
}
