/**
 * What a text shows of its writer's feelings. The sets it learned from do not agree on what counts (stories are full of
 * fear, comments are mostly neutral), so a text is first told to a register, and that one's probabilities and thresholds hold.
 */
import type { Classifier } from './classifier';
import type { Features } from './features';

export const emotions = ['anger', 'disgust', 'fear', 'joy', 'sadness', 'surprise'] as const;

export interface Felt {
  emotions: Record<string, number>;
  present: string[];
  emotion: { label: string | null; score: number };
}

/**
 * A model's labels are `<register>.<emotion>` and `register.<register>`; `extra` holds, a label each: `slope` and `offset`
 * (to a probability), `threshold`; and `stack` [label * base labels], what the scores of a base model add.
 */
export interface EmotionModels {
  model: Classifier;
  /** A model whose scores are inputs of this one, and whose `<register>.<emotion>` labels are registers too. */
  base: Classifier | null;
}

interface Output {
  emotion: string;
  of: Classifier;
  index: number;
  slope: number;
  offset: number;
  threshold: number;
}

const numbers = (c: Classifier, key: string, otherwise: number): number[] =>
  (c.extra[key] as number[] | undefined) ?? c.labels.map(() => otherwise);

export class EmotionReader {
  private readonly registers: { index: number; of: Classifier; outputs: Output[] }[] = [];
  private readonly stack: number[];

  constructor(private readonly models: EmotionModels) {
    const { model, base } = models;
    this.stack = (model.extra.stack as number[] | undefined) ?? [];
    const all = (base ? [model, base] : [model]).flatMap((of) =>
      of.labels.map((label, index) => ({ of, index, label })),
    );
    const names = [...new Set(model.labels.filter((l) => l.startsWith('register.')).map((l) => l.slice(9)))];
    for (const name of names) {
      const gate = all.find((o) => o.label === `register.${name}`)!;
      const outputs = all
        .filter((o) => o.label.startsWith(`${name}.`))
        .map(({ of, index, label }) => ({
          emotion: label.slice(name.length + 1),
          of,
          index,
          slope: numbers(of, 'slope', 1)[index]!,
          offset: numbers(of, 'offset', 0)[index]!,
          threshold: numbers(of, 'threshold', 0.5)[index]!,
        }));
      this.registers.push({ index: gate.index, of: gate.of, outputs });
    }
  }

  read(features: Features): Felt {
    const { model, base } = this.models;
    const scores = model.run(features);
    if (base) {
      const below = base.run(features);
      for (let k = 0; k < scores.length; k++) {
        let z = 0;
        for (let j = 0; j < below.length; j++) z += this.stack[k * below.length + j]! * squash(below[j]!);
        scores[k]! += z;
      }
    }
    let register = this.registers[0]!;
    for (const r of this.registers) if (r.of.scores[r.index]! > register.of.scores[register.index]!) register = r;
    const felt: Record<string, number> = {};
    for (const e of emotions) felt[e] = 0;
    const present: string[] = [];
    let top: Output | null = null;
    let lead = 0;
    for (const o of register.outputs) {
      const p = 1 / (1 + Math.exp(-(o.slope * o.of.scores[o.index]! + o.offset)));
      felt[o.emotion] = p;
      if (p >= o.threshold) {
        present.push(o.emotion);
        if (o.emotion !== 'neutral' && (top === null || p / o.threshold > lead)) {
          top = o;
          lead = p / o.threshold;
        }
      }
    }
    return { emotions: felt, present, emotion: { label: top?.emotion ?? null, score: valence(felt) } };
  }
}

/** Scores of a base model as inputs: bounded, so that one far off counts no more than one sure. */
export const squash = (score: number): number => Math.tanh(score / 4);

/** Joy against what is bad; surprise is neither. -1..1. */
function valence(felt: Record<string, number>): number {
  const bad = 1 - (1 - felt.anger!) * (1 - felt.disgust!) * (1 - felt.fear!) * (1 - felt.sadness!);
  return Math.max(-1, Math.min(1, felt.joy! - bad));
}
