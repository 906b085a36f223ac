/** What the customer wants to happen: words that say it outright, else what the intent implies, else whether it is a question. */
import type { Reading } from '../domain/text-reading';
import { CueFinder } from './cues';
import type { Features } from './features';
import type { Negation } from './negation';

export interface DesireData {
  /** Under it the label is null. */
  threshold: number;
  desires: Record<string, { intents?: string[]; cues: Record<string, string[]>; question?: boolean }>;
}

/** What one cue adds; a question mark or word only breaks the tie among nothing. */
const byCue = 2.2;
const byIntent = 2.6;
const byQuestion = 1.2;
const rest = 2;
/** Cues of what is asked are weaker than those of what is wanted: "how do I get a refund" wants a refund. */
const asking = 0.45;

export class DesireReader {
  private readonly labels: string[];
  private readonly finder: CueFinder;
  private readonly byIntent = new Map<string, number>();
  private readonly questions: boolean[];
  private readonly weight: number[];

  constructor(
    private readonly data: DesireData,
    private readonly negation: Negation,
  ) {
    this.labels = Object.keys(data.desires);
    const desires = Object.values(data.desires);
    this.finder = new CueFinder(desires.map((d) => Object.values(d.cues).flat()));
    desires.forEach((d, i) => {
      for (const intent of d.intents ?? []) if (!this.byIntent.has(intent)) this.byIntent.set(intent, i);
    });
    this.questions = desires.map((d) => d.question === true);
    this.weight = this.labels.map((label, i) => (this.questions[i] || label === 'none' ? asking : 1));
  }

  read(features: Features, intent: Reading): Reading {
    const scores = new Array<number>(this.labels.length).fill(0);
    for (const hit of this.finder.find(features)) {
      const turned = this.negation.before(features, hit);
      scores[hit.group]! += turned ? -byCue : byCue * this.weight[hit.group]!;
    }
    const implied = intent.label === null ? undefined : this.byIntent.get(intent.label);
    if (implied !== undefined)
      scores[implied]! += byIntent * intent.confidence * (this.weight[implied] === 1 ? 1 : 0.7);
    if (asks(features)) for (const [i, q] of this.questions.entries()) if (q) scores[i]! += byQuestion;
    let best = 0;
    for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
    if (scores[best]! <= 0) return { label: null, confidence: 0 };
    let sum = Math.exp(rest - scores[best]!);
    for (const s of scores) if (s > 0) sum += Math.exp(s - scores[best]!);
    const confidence = 1 / sum;
    return { label: confidence >= this.data.threshold ? this.labels[best]! : null, confidence };
  }
}

function asks({ tokens, starts, units }: Features): boolean {
  for (let t = 0; t < tokens; t++) if (units[starts[t]! + 1] === 63) return true;
  return false;
}
