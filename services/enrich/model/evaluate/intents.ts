/** How well an intent model does on texts it has not seen, and a plain linear one (the floor) beside it. */
import { Classifier } from '../classifier';
import { outOfScope } from '../intent';
import { accuracy, best, calibrationError, macroF1, slopeOf, softmax } from '../train/calibrate';
import { type Recipe, trainClassifier } from '../train/classifier';
import type { Labelled } from '../train/data';
import { scoresOf } from '../train/intents';

export interface Row {
  set: string;
  language: string;
  how: string;
  texts: number;
  accuracy: number;
  macroF1: number;
  calibrationError: number;
  floorAccuracy: number;
  floorMacroF1: number;
  note?: string;
}

export const floorRecipe: Omit<Recipe, 'name' | 'labels'> = {
  network: null,
  cost: 0.5,
  slope: 4,
  minimum: 1,
  levels: 127,
};

interface Asked {
  set: string;
  language: string;
  how: string;
  train: Labelled[];
  /** Texts besides, for the model and not for the floor. */
  more: Labelled[];
  test: Labelled[];
  recipe: Omit<Recipe, 'name' | 'labels'>;
}

export function measureIntents({ set, language, how, train, more, test, recipe }: Asked): Row {
  const labels = [...new Set(train.map((r) => r.label))].sort();
  const n = labels.length;
  const truth = test.map((r) => labels.indexOf(r.label));
  const inside = truth.flatMap((t, i) => (labels[t] === outOfScope ? [] : [i]));
  const learn = (rows: Labelled[], of: Omit<Recipe, 'name' | 'labels'>) => {
    const target = new Float32Array(rows.length * n);
    rows.forEach((r, i) => {
      target[i * n + labels.indexOf(r.label)] = 1;
    });
    const model = new Classifier(
      trainClassifier(
        rows.map((r) => r.text),
        target,
        { ...of, name: set, labels },
      ),
    );
    return scoresOf(
      model,
      test.map((r) => r.text),
    );
  };
  const away = labels.indexOf(outOfScope);
  const y = inside.map((i) => truth[i]!);
  // As it is read at work: the best label of the pack, whatever speaks for none of them, which only lowers the confidence.
  const inScope = (scores: Float32Array) => {
    const kept = Float32Array.from(inside.flatMap((i) => Array.from(scores.subarray(i * n, (i + 1) * n))));
    const labelled = kept.map((z, i) => (i % n === away ? Number.NEGATIVE_INFINITY : z));
    const said = y.map((_, i) => best(labelled, i, n));
    return { accuracy: accuracy(labelled, y, n), macroF1: macroF1(said, y, n), kept, said };
  };
  const scores = learn([...train, ...more], recipe);
  const ours = inScope(scores);
  const floor = inScope(learn(train, floorRecipe));
  const p = softmax(ours.kept, n, slopeOf(ours.kept, y, n));
  return {
    set,
    language,
    how,
    texts: y.length,
    accuracy: ours.accuracy,
    macroF1: ours.macroF1,
    calibrationError: calibrationError(
      ours.said.map((k, i) => p[i * n + k]!),
      ours.said.map((k, i) => k === y[i]),
    ),
    floorAccuracy: floor.accuracy,
    floorMacroF1: floor.macroF1,
    ...(labels.includes(outOfScope) ? { note: recallNote(scores, truth, labels) } : {}),
  };
}

/**
 * Recall of what is out of scope at 95 % precision, were there 1,000 such texts to 4,500 in scope; what is then right of those in scope;
 * and what is, were "out of scope" said wherever it is likelier than every label.
 */
function recallNote(scores: Float32Array, truth: number[], labels: string[]): string {
  const n = labels.length;
  const away = labels.indexOf(outOfScope);
  const p = softmax(scores, n, 0.5);
  const known = truth.map((t, i) => {
    let best = away === 0 ? 1 : 0;
    for (let k = 0; k < n; k++) if (k !== away && p[i * n + k]! > p[i * n + best]!) best = k;
    const top = p[i * n + best]!;
    return { top, away: t === away, right: t === best, said: top >= p[i * n + away]! };
  });
  const of = { in: known.filter((k) => !k.away).length, out: known.filter((k) => k.away).length };
  const said = known.filter((k) => !k.away && k.right && k.said).length / of.in;
  let [recall, kept] = [0, 0];
  for (const { top } of known) {
    const hit = (known.filter((k) => k.away && k.top <= top).length / of.out) * 1000;
    const wrong = (known.filter((k) => !k.away && k.top <= top).length / of.in) * 4500;
    if (hit / (hit + wrong) < 0.95 || hit / 1000 <= recall) continue;
    recall = hit / 1000;
    kept = known.filter((k) => k.right && k.top > top).length / of.in;
  }
  return `out of scope: recall ${recall.toFixed(3)} at 95 % precision (${of.out} texts); in scope ${kept.toFixed(3)} are right and not refused then, ${said.toFixed(3)} were it a label like others`;
}
