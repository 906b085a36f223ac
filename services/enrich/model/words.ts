/** A glossary: words of a language said in English one by one, so that an English model reads what it never saw. */
import { CueFinder } from './cues';
import type { Features } from './features';
import { longestText, Normaliser } from './normalise';

/** Signs of the normaliser, which stand for no word. */
const isMark = (unit: number) => unit >= 0xe000 && unit <= 0xf8ff;

export class Glossary {
  private readonly finder: CueFinder;
  /** Normalised; empty: says nothing. */
  private readonly english: Uint16Array[];
  private readonly best: Int32Array;
  private readonly lengths: Int32Array;
  /** The text of which there was nothing to say. */
  private silent: { of: Features | undefined; run: number } = { of: undefined, run: 0 };

  /** `words`: cue (see cues.ts) -> English; an empty word says nothing. */
  constructor(words: Record<string, string>) {
    const cues = Object.keys(words);
    const normaliser = new Normaliser();
    this.english = cues.map((cue) => normaliser.units.slice(1, Math.max(1, normaliser.run(words[cue]!) - 1)));
    this.finder = new CueFinder(cues.map((cue) => [cue]));
    this.best = new Int32Array(longestText * 4);
    this.lengths = new Int32Array(longestText * 4);
  }

  /**
   * What holds, in English words, the text that `features` hold; what the glossary lacks stays as it is. That is `into`, or
   * `features` themselves where nothing changes.
   */
  say(features: Features, into: Features): Features {
    if (into.isSaid(this, features)) return into;
    if (this.silent.of === features && this.silent.run === features.runs) return features;
    const hits = this.finder.find(features);
    if (hits.length === 0 && !isCut(features)) {
      this.silent = { of: features, run: features.runs };
      return features;
    }
    const { english, best, lengths } = this;
    const { tokens, starts } = features;
    lengths.fill(0, 0, tokens);
    for (const { token, length, group } of hits) {
      if (lengths[token]! > length) continue;
      lengths[token] = length;
      best[token] = group;
    }
    const { units } = into;
    units[0] = 32;
    let n = 1;
    for (let t = 0; t < tokens && n < longestText; ) {
      const said = lengths[t]! > 0;
      const from = said ? english[best[t]!]! : features.units;
      const start = said ? 0 : starts[t]! + 1;
      const end = said ? from.length : starts[t + 1]!;
      t += said ? lengths[t]! : 1;
      if (end === start || isMark(from[start]!)) continue;
      for (let i = start; i < end && n < longestText; i++) units[n++] = from[i]!;
      units[n++] = 32;
    }
    into.take(n, this, features);
    return into;
  }
}

/** Whether a text said again loses something for want of room, or as a sign that stands for no word. */
function isCut({ tokens, starts, units }: Features): boolean {
  if (starts[tokens]! >= longestText) return true;
  for (let t = 0; t < tokens; t++) if (isMark(units[starts[t]! + 1]!)) return true;
  return false;
}
