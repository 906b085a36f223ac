/**
 * What a text is about: the label of the pack that its model holds most likely, moved by the words that say it outright.
 */
import type { Reading } from '../domain/text-reading';
import type { Classifier } from './classifier';
import type { CueFinder } from './cues';
import type { Features } from './features';
import type { Language } from './language';
import type { Negation } from './negation';
import type { Glossary } from './words';

/** What a cue adds to its label's score, per word; several add up to the most. */
const cueScore = 2.5;
const cueWord = 0.75;
const mostCues = 6;
/** A label that the model holds impossible is lifted to this before its cue counts. */
const modelFloor = -3;
/** A cue that is negated speaks against its label. */
const negatedScore = -8;
/** Without a model, what "none of them" scores, and each label without a cue. */
const noneScore = 2;
const labelScore = -2;
/** A model that knows fewer of a text's n-grams than this share has not read it (Arabic in Latin script). */
const leastKnown = 0.1;

export interface IntentModels {
  /** By the language it reads; `gloss`: reads English made of other languages' words. */
  byLanguage: Partial<Record<Language, Classifier>>;
  glossary: Partial<Record<Language, Glossary>>;
  /** Labels of the pack, and its cues in the same order; none in packs without. */
  labels: string[];
  cues: CueFinder | null;
  negation: Negation;
}

/** The label that means: none of the pack's. */
export const outOfScope = 'out_of_scope';

export class IntentReader {
  private readonly scores: Float64Array;
  private readonly position = new Map<string, number>();
  private readonly positions = new Map<Classifier, Int32Array>();

  constructor(
    private readonly models: IntentModels,
    private readonly glossed: Features,
  ) {
    models.labels.forEach((label, i) => {
      this.position.set(label, i);
    });
    this.position.set(outOfScope, models.labels.length);
    this.scores = new Float64Array(models.labels.length + 1);
  }

  read(features: Features, language: Language | null): Reading {
    const { models, scores } = this;
    const none = models.labels.length;
    let threshold = 0.4;
    const glossary = language === null ? undefined : models.glossary[language];
    const own = models.byLanguage[language ?? 'en'];
    const model = own ?? models.byLanguage.en;
    let slope = 1;
    let hasRead = false;
    scores.fill(models.cues ? labelScore : -30);
    scores[none] = noneScore;
    if (model && (own || glossary || language === null || language === 'en')) {
      const from = !own && glossary ? glossary.say(features, this.glossed) : features;
      const found = model.run(from);
      // The glossed text knows few words: less sure, and cues count for more.
      slope = Number(model.extra.slope ?? 1) * (own ? 1 : 0.8);
      threshold = Number(model.extra.threshold ?? threshold);
      if (model.known > 0 && model.known >= from.length * leastKnown) {
        hasRead = true;
        scores.fill(-30);
        const positions = this.positionsOf(model);
        for (let k = 0; k < found.length; k++) scores[positions[k]!] = found[k]! * slope;
      }
    }
    if (models.cues) this.addCues(models.cues, features, hasRead ? modelFloor : 0);
    let best = 0;
    for (let k = 1; k < none; k++) if (scores[k]! > scores[best]!) best = k;
    const top = Math.max(scores[best]!, scores[none]!);
    let sum = 0;
    for (let k = 0; k <= none; k++) sum += Math.exp(scores[k]! - top);
    const confidence = Math.exp(scores[best]! - top) / sum;
    return { label: confidence >= threshold ? models.labels[best]! : null, confidence };
  }

  /** Of each label of a model its place among `scores`. */
  private positionsOf(model: Classifier): Int32Array {
    let found = this.positions.get(model);
    if (!found) {
      found = Int32Array.from(model.labels, (label) => this.position.get(label)!);
      this.positions.set(model, found);
    }
    return found;
  }

  private addCues(cues: CueFinder, features: Features, floor: number): void {
    const hits = cues.find(features);
    if (hits.length === 0) return;
    const added = new Map<number, number>();
    for (const hit of hits) {
      const score = this.models.negation.before(features, hit) ? negatedScore : cueScore + cueWord * (hit.length - 1);
      added.set(hit.group, Math.min(mostCues, (added.get(hit.group) ?? 0) + score));
    }
    for (const [group, score] of added) this.scores[group]! = Math.max(this.scores[group]!, floor) + score;
  }
}
