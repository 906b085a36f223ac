/**
 * What a text shows of its writer's feelings. The sets it learned from do not agree on what counts (stories are full of
 * fear, comments are mostly neutral), so a text is first told to a register, and that one's probabilities and thresholds hold.
 */
import type { Classifier } from './classifier';
import type { CueFinder } from './cues';
import type { Features } from './features';
import { styleOf, styles } from './style';
import type { Glossary } from './words';

export const emotions = ['anger', 'disgust', 'fear', 'joy', 'sadness', 'surprise'] as const;

export interface Felt {
  emotions: Record<string, number>;
  present: string[];
  emotion: { label: string | null; score: number };
}

/**
 * A model's labels are `<register>.<emotion>` and `register.<register>`; `extra` holds, a label each: `slope` and `offset`
 * (to a probability), `threshold`; a register each, `leads`: by
 * how much its score must lead; and `stack` [label * inputs], what the scores of base models add. A base that reads the
 * text as it is may hold `<register>.<emotion>` labels of its own.
 */
export interface EmotionModels {
  model: Classifier;
  /** Models whose scores are inputs of this one, in the order of `extra.bases`; `glossed`: on the text said in English. */
  bases: { model: Classifier; glossed: boolean }[];
  glossary?: Glossary;
  /** Signs that move the scores: groups of emoji in the order of `emotions`, then sarcasm, then what is said outright in that order. */
  signs?: CueFinder;
}

/** What praise meant as blame adds to the score of a probability; what an emoji adds to its own, and a feeling named as one's own. */
const sarcasm: Record<string, number> = { joy: -8, anger: 6 };
const emoji = 2;
const said = 4;

interface Output {
  emotion: string;
  of: Classifier;
  index: number;
  slope: number;
  offset: number;
  threshold: number;
  /** Its place among `emotions`; -1: none of them, but neutral. */
  place: number;
  /** Whether it is read by the register that leads with less. */
  laxly: boolean;
}

interface Register {
  /** Which score of `of` tells it. */
  index: number;
  of: Classifier;
  lead: number;
  outputs: Output[];
}

/** Feelings that comments and stories tell alike: mistaking the register costs little, so less lead will do (measured, see CARD.md). */
const laxly = new Set(['anger', 'surprise']);
const lax = 1.5;

const numbers = (c: Classifier, key: string, otherwise: number): number[] =>
  (c.extra[key] as number[] | undefined) ?? c.labels.map(() => otherwise);

export class EmotionReader {
  private readonly registers: Register[] = [];
  /** [four labels][input][one of them], zeros behind the last label. */
  private readonly stack: Float64Array;
  private readonly stackWidth: number;
  private readonly inputs: Float64Array;

  constructor(
    private readonly models: EmotionModels,
    private readonly glossed: Features,
  ) {
    const { model, bases } = models;
    this.inputs = new Float64Array(bases.reduce((n, b) => n + b.model.labels.length, styles));
    const labels = model.labels.length;
    const stack = (model.extra.stack as number[] | undefined) ?? [];
    const width = stack.length / labels;
    this.stackWidth = width;
    this.stack = Float64Array.from({ length: 4 * Math.ceil(labels / 4) * width }, (_, i) => {
      const label = 4 * Math.floor(i / (4 * width)) + (i % 4);
      return label < labels ? stack[label * width + Math.floor((i % (4 * width)) / 4)]! : 0;
    });
    const all = [model, ...bases.filter((b) => !b.glossed).map((b) => b.model)].flatMap((of) =>
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
        }))
        .map((o) => ({
          ...o,
          place: (emotions as readonly string[]).indexOf(o.emotion),
          laxly: laxly.has(o.emotion),
        }));
      const lead = (model.extra.leads as number[] | undefined)?.[this.registers.length] ?? 0;
      this.registers.push({ index: gate.index, of: gate.of, lead, outputs });
    }
  }

  /** `features` hold `text`. */
  read(text: string, features: Features): Felt {
    const { model } = this.models;
    const scores = model.run(features);
    const inputs = this.inputs;
    baseScores(this.models, text, features, this.glossed, inputs);
    this.addStack(scores);
    const register = this.registerOf(0);
    const laxer = this.registerOf(lax);
    const shift = this.shifts(features);
    const felt: Record<string, number> = { anger: 0, disgust: 0, fear: 0, joy: 0, sadness: 0, surprise: 0 };
    const present: string[] = [];
    let top: string | null = null;
    for (const own of register.outputs) {
      const o = own.laxly && laxer !== register ? (laxer.outputs.find((l) => l.place === own.place) ?? own) : own;
      const p = 1 / (1 + Math.exp(-(o.slope * o.of.scores[o.index]! + o.offset + (shift?.[o.emotion] ?? 0))));
      felt[o.emotion] = p;
      if (p < o.threshold) continue;
      present.push(o.emotion);
      if (top === null || p > felt[top]!) top = o.emotion;
    }
    return { emotions: felt, present, emotion: { label: top === 'neutral' ? null : top, score: valence(felt) } };
  }

  /** Adds what the inputs weigh, of four labels at a time: one after the other each sum would wait for itself. */
  private addStack(scores: Float32Array): void {
    // Models trained before style was an input know only what comes before it.
    const { stack, stackWidth, inputs } = this;
    for (let k = 0, at = 0; at < stack.length; k += 4) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let j = 0; j < stackWidth; j++, at += 4) {
        const input = inputs[j]!;
        a += stack[at]! * input;
        b += stack[at + 1]! * input;
        c += stack[at + 2]! * input;
        d += stack[at + 3]! * input;
      }
      scores[k]! += a;
      if (k + 1 < scores.length) scores[k + 1]! += b;
      if (k + 2 < scores.length) scores[k + 2]! += c;
      if (k + 3 < scores.length) scores[k + 3]! += d;
    }
  }

  /** The register that leads; `less` lowers the lead that it needs. */
  private registerOf(less: number): Register {
    let best = this.registers[0]!;
    for (const r of this.registers) if (leadOf(r, less) > leadOf(best, less)) best = r;
    return best;
  }

  private shifts(features: Features): Record<string, number> | null {
    const hits = this.models.signs?.find(features) ?? [];
    if (hits.length === 0) return null;
    const shift: Record<string, number> = {};
    for (const { group } of hits) {
      const emotion = emotions[group];
      if (emotion !== undefined) shift[emotion] = Math.max(shift[emotion] ?? 0, emoji);
      else if (group === emotions.length) Object.assign(shift, sarcasm);
      else shift[emotions[group - emotions.length - 1]!] = said;
    }
    return shift;
  }
}

const leadOf = ({ of, index, lead }: Register, less: number): number =>
  of.scores[index]! - (lead > less ? lead - less : Math.min(lead, 0));

/** Fills `inputs` with what the base models make of the text that `features` hold, and its style behind. */
export function baseScores(
  { bases, glossary }: Pick<EmotionModels, 'bases' | 'glossary'>,
  text: string,
  features: Features,
  glossed: Features,
  inputs: Float64Array | Float32Array,
): void {
  let at = 0;
  for (const base of bases) {
    const read = base.glossed && glossary ? glossary.say(features, glossed) : features;
    for (const score of base.model.run(read)) inputs[at++] = squash(score);
  }
  styleOf(text, inputs, at);
}

/** Scores of a base model as inputs: bounded, so that one far off counts no more than one sure. */
export const squash = (score: number): number => Math.tanh(score / 4);

/** Joy against what is bad; surprise is neither. -1..1. */
function valence(felt: Record<string, number>): number {
  const bad = 1 - (1 - felt.anger!) * (1 - felt.disgust!) * (1 - felt.fear!) * (1 - felt.sadness!);
  return Math.max(-1, Math.min(1, felt.joy! - bad));
}
