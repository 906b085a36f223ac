/** Trains an intent model: once without every tenth text, to calibrate and to report, then on everything. */
import { Classifier } from '../classifier';
import { Features } from '../features';
import { outOfScope } from '../intent';
import type { Parameters } from '../parameters';
import { accuracy, slopeOf } from './calibrate';
import { type Recipe, shape, trainClassifier } from './classifier';
import type { Labelled } from './data';

export interface IntentTask {
  rows: Labelled[];
  /** Texts to learn from besides, made from a text of `rows` (never of held-out ones). */
  more?: (rows: Labelled[]) => Labelled[];
  /** Held out; without, every tenth of `rows`. */
  held?: Labelled[];
  recipe: Omit<Recipe, 'labels' | 'name'>;
}

export interface Trained {
  parameters: Parameters;
  /** One line for people. */
  report: string;
}

export const scoresOf = (model: Classifier, texts: string[], features = new Features(shape)): Float32Array => {
  const out = new Float32Array(texts.length * model.labels.length);
  texts.forEach((text, i) => {
    features.run(text);
    out.set(model.run(features), i * model.labels.length);
  });
  return out;
};

export function trainIntents(name: string, { rows, more, held, recipe }: IntentTask, quick = false): Trained {
  const labels = [...new Set(rows.map((r) => r.label))].sort();
  const index = new Map(labels.map((l, i) => [l, i]));
  const learn = (of: Labelled[], extra: Recipe['extra']) => {
    const all = more ? [...of, ...more(of)] : of;
    const target = new Float32Array(all.length * labels.length);
    all.forEach((r, i) => {
      target[i * labels.length + index.get(r.label)!] = 1;
    });
    return trainClassifier(
      all.map((r) => r.text),
      target,
      { ...recipe, name, labels, extra: extra ?? {} },
    );
  };
  const aside = held ?? rows.filter((_, i) => i % 10 === 9);
  const first = new Classifier(learn(held ? rows : rows.filter((_, i) => i % 10 !== 9), {}));
  const scores = scoresOf(
    first,
    aside.map((r) => r.text),
  );
  const truth = aside.map((r) => index.get(r.label)!);
  const slope = slopeOf(scores, truth, labels.length);
  const threshold = labels.includes(outOfScope) ? 0.2 : 0.12;
  const report = `${name}: accuracy ${accuracy(scores, truth, labels.length).toFixed(4)} on ${aside.length} texts held out, slope ${slope.toFixed(2)}`;
  const extra = { slope, threshold };
  if (quick) return { parameters: { ...learn(rows, extra) }, report };
  return { parameters: learn(held ? [...rows, ...held] : rows, extra), report };
}
