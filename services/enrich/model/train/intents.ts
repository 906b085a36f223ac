/** Trains an intent model: once without every tenth text, to calibrate and to report, then on everything. */
import { Classifier } from '../classifier';
import { Features } from '../features';
import { outOfScope } from '../intent';
import type { Parameters } from '../parameters';
import { accuracy, slopeOf, softmax } from './calibrate';
import { type Recipe, shape, trainClassifier } from './classifier';
import type { Labelled } from './data';

export interface IntentTask {
  rows: Labelled[];
  /** Texts to learn from besides, made from a text of `rows` (never of held-out ones). */
  more?: (rows: Labelled[]) => Labelled[];
  /** Held out; without, every tenth of `rows`. */
  held?: Labelled[];
  recipe: Omit<Recipe, 'labels' | 'name'>;
  /** Under this confidence a label is not said. Left out: with texts out of scope, where so few in scope fall that 95 % of
   * what is refused is out of scope (at 45 texts in scope to 10 out); else low, as every text has a label. */
  threshold?: number;
  /** Leaves `held` out of the final parameters too, which spares training a second time. */
  once?: boolean;
}

const assumed = { in: 4500, out: 1000, precision: 0.955 };

export interface Trained {
  parameters: Parameters;
  /** One line for people. */
  report: string;
}

export const scoresOf = (model: Classifier, texts: string[]): Float32Array => {
  const features = new Features(shape, model.lexicon);
  const out = new Float32Array(texts.length * model.labels.length);
  texts.forEach((text, i) => {
    features.run(text);
    out.set(model.run(features), i * model.labels.length);
  });
  return out;
};

export function trainIntents(name: string, task: IntentTask): Trained {
  const { rows, more, held, recipe } = task;
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
  const without = learn(held ? rows : rows.filter((_, i) => i % 10 !== 9), {});
  const first = new Classifier(without);
  const scores = scoresOf(
    first,
    aside.map((r) => r.text),
  );
  const truth = aside.map((r) => index.get(r.label)!);
  const slope = slopeOf(scores, truth, labels.length);
  const threshold =
    task.threshold ?? (labels.includes(outOfScope) ? thresholdOfScope(scores, truth, labels, slope) : 0.12);
  const report = `${name}: accuracy ${accuracy(scores, truth, labels.length).toFixed(4)} on ${aside.length} texts held out, slope ${slope.toFixed(2)}, threshold ${threshold.toFixed(3)}`;
  const extra = { slope, threshold };
  if (task.once) return { parameters: { ...without, extra }, report };
  return { parameters: learn(held ? [...rows, ...held] : rows, extra), report };
}

/** The highest threshold on the best label's confidence whose refusals keep the precision. */
function thresholdOfScope(scores: Float32Array, truth: number[], labels: string[], slope: number): number {
  const n = labels.length;
  const away = labels.indexOf(outOfScope);
  const p = softmax(scores, n, slope);
  const top = truth.map((_, i) => {
    let t = 0;
    for (let k = 0; k < n; k++) if (k !== away) t = Math.max(t, p[i * n + k]!);
    return t;
  });
  const inside = top.filter((_, i) => truth[i] !== away).sort((a, b) => a - b);
  const outside = top.filter((_, i) => truth[i] === away).sort((a, b) => a - b);
  let found = 0;
  for (const t of outside) {
    const hit = (outside.filter((o) => o < t).length / outside.length) * assumed.out;
    const wrong = (inside.filter((o) => o < t).length / inside.length) * assumed.in;
    if (hit > 0 && hit / (hit + wrong) >= assumed.precision) found = t;
  }
  return found;
}
