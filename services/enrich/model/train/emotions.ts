/**
 * Trains what `../emotion.ts` runs: a model of feelings for a language, over registers (sets that do not agree on what counts),
 * on n-grams and on what base models make of the text. Probabilities and thresholds come from cross-validation.
 */
import { Classifier } from '../classifier';
import { baseScores, type EmotionModels } from '../emotion';
import { Features } from '../features';
import { Lexicon } from '../lexicon';
import type { Parameters } from '../parameters';
import { styles } from '../style';
import { calibrationError, halves, platt, thresholdOf } from './calibrate';
import { type Recipe, shape, trainClassifier } from './classifier';
import { emotions, type Felt } from './data';

export interface EmotionTask {
  name: string;
  /** Texts with feelings told, by register. */
  registers: Record<string, Felt[]>;
  /** Texts that only tell which register they are of; a register may be one of a base model. */
  gates?: Record<string, string[]>;
  bases: Pick<EmotionModels, 'bases' | 'glossary'>;
  baseNames: string[];
  recipe: Omit<Recipe, 'labels' | 'name' | 'multi' | 'dense'>;
  folds?: number;
}

/** Share of the texts of a register without feelings of its own that may be taken for another. */
const mistaken = 0.015;

interface Row {
  text: string;
  /** A label each: 1, 0, or -1. */
  target: number[];
}

export interface EmotionsTrained {
  parameters: Parameters;
  report: string[];
  /** By register: mean F1 of its emotions, calibration error over all of them, texts. */
  measured: Record<string, { macroF1: number; calibrationError: number; texts: number }>;
}

/** `final` false: only measures, and the parameters are those of the last fold. */
export function trainEmotions(task: EmotionTask, final = true): EmotionsTrained {
  const { name, registers, gates = {}, bases, recipe, folds = 4 } = task;
  const told = Object.keys(registers);
  const allRegisters = [...new Set([...told, ...Object.keys(gates)])];
  const labels = [
    ...told.flatMap((r) => emotions.map((e) => `${r}.${e}`)),
    ...allRegisters.map((r) => `register.${r}`),
  ];
  const row = (text: string, register: string, felt: number[] | null): Row => ({
    text,
    target: labels.map((label) => {
      const [a, b] = label.split('.') as [string, string];
      if (a === 'register') return b === register ? 1 : 0;
      return a === register && felt ? felt[emotions.indexOf(b as never)]! : -1;
    }),
  });
  const rows = [
    ...told.flatMap((r) => registers[r]!.map((f) => row(f.text, r, f.felt))),
    ...Object.entries(gates).flatMap(([r, texts]) => texts.map((t) => row(t, r, null))),
  ];
  const inputs = denseOf(
    rows.map((r) => r.text),
    bases,
  );
  const width = inputs.length / rows.length;
  const learn = (of: number[], extra: NonNullable<Recipe['extra']>) =>
    trainClassifier(
      of.map((i) => rows[i]!.text),
      Float32Array.from(of.flatMap((i) => rows[i]!.target)),
      { ...recipe, name, labels, multi: true, extra, ...(width > 0 ? { dense: pick(inputs, width, of) } : {}) },
    );
  const all = rows.map((_, i) => i);
  const scores = labels.map(() => new Float32Array(rows.length));
  for (let f = 0; f < folds; f++) {
    const model = learn(
      all.filter((i) => i % folds !== f),
      {},
    );
    const out = all.filter((i) => i % folds === f);
    const found = stackedScores(
      model,
      out.map((i) => rows[i]!.text),
      pick(inputs, width, out),
    );
    out.forEach((i, k) => {
      for (let l = 0; l < labels.length; l++) scores[l]![i] = found[k * labels.length + l]!;
    });
  }
  const settled = labels.map((_, l) =>
    settle(
      all.filter((i) => rows[i]!.target[l]! >= 0),
      scores[l]!,
      rows,
      l,
    ),
  );
  /** Beside texts that only tell their register (and no feeling), a register is said only where few of those would be. */
  function leadOf(register: string): number {
    const away = Object.keys(gates);
    if (away.length === 0) return 0;
    const mine = scores[labels.indexOf(`register.${register}`)]!;
    const theirs = away.map((r) => scores[labels.indexOf(`register.${r}`)]!);
    const leads = all
      .filter((i) => theirs.some((_, k) => rows[i]!.target[labels.indexOf(`register.${away[k]}`)] === 1))
      .map((i) => mine[i]! - Math.max(...theirs.map((t) => t[i]!)))
      .sort((a, b) => b - a);
    return leads[Math.floor(leads.length * mistaken)]!;
  }

  const parameters = learn(final ? all : all.slice(0, 50), {
    bases: task.baseNames,
    slope: settled.map((s) => s.slope),
    offset: settled.map((s) => s.offset),
    threshold: settled.map((s) => s.threshold),
    leads: allRegisters.map((r) => (gates[r] ? 0 : leadOf(r))),
  });
  const measured: EmotionsTrained['measured'] = {};
  const report = told.map((r) => {
    const mine = emotions.map((e) => settled[labels.indexOf(`${r}.${e}`)]!).filter((s) => s.known);
    const mean = mine.reduce((sum, s) => sum + s.f1, 0) / mine.length;
    const error = calibrationError(
      mine.flatMap((s) => s.probability),
      mine.flatMap((s) => s.truth),
    );
    measured[r] = { macroF1: mean, calibrationError: error, texts: registers[r]!.length };
    return `${name} ${r}: macro-F1 ${mean.toFixed(4)} by ${folds}-fold cross-validation (${mine.map((s) => s.f1.toFixed(2)).join(' ')})`;
  });
  return { parameters, report, measured };
}

/** Slope, offset and threshold of a label; F1 with each half's threshold from the other half. */
function settle(of: number[], score: Float32Array, rows: Row[], label: number) {
  const known = of.some((i) => rows[i]!.target[label] === 1);
  if (!known) return { slope: 0, offset: -12, threshold: 0.5, f1: 0, known, probability: [], truth: [] };
  const truth = of.map((i) => rows[i]!.target[label]!);
  const s = of.map((i) => score[i]!);
  const { slope, offset } = platt(s, truth);
  const p = s.map((v) => 1 / (1 + Math.exp(-(slope * v + offset))));
  return { slope, offset, threshold: thresholdOf(p, truth), f1: halves(p, truth), known, probability: p, truth };
}

/** What the base models make of each text [row * inputs + input]. */
export function denseOf(texts: string[], bases: Pick<EmotionModels, 'bases' | 'glossary'>): Float32Array {
  const width = bases.bases.reduce((n, b) => n + b.model.labels.length, styles);
  const out = new Float32Array(texts.length * width);
  const lexicon = bases.bases[0]?.model.lexicon ?? new Lexicon();
  const features = new Features(shape, lexicon);
  const glossed = new Features(shape, lexicon, true);
  texts.forEach((text, i) => {
    features.run(text);
    baseScores(bases, text, features, glossed, out.subarray(i * width, (i + 1) * width));
  });
  return out;
}

const pick = (dense: Float32Array, width: number, of: number[]): Float32Array => {
  const out = new Float32Array(of.length * width);
  of.forEach((i, k) => {
    out.set(dense.subarray(i * width, (i + 1) * width), k * width);
  });
  return out;
};

function stackedScores(parameters: Parameters, texts: string[], dense: Float32Array): Float32Array {
  const model = new Classifier(parameters);
  const features = new Features(shape, model.lexicon);
  const n = parameters.labels.length;
  const width = dense.length / texts.length;
  const stack = (parameters.extra.stack as number[] | undefined) ?? [];
  const out = new Float32Array(texts.length * n);
  texts.forEach((text, i) => {
    features.run(text);
    const scores = model.run(features);
    for (let k = 0; k < n; k++) {
      let z = scores[k]!;
      for (let j = 0; j < width; j++) z += stack[k * width + j]! * dense[i * width + j]!;
      out[i * n + k] = z;
    }
  });
  return out;
}
