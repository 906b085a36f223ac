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

  /** `words`: cue (see cues.ts) -> English; an empty word says nothing. */
  constructor(words: Record<string, string>) {
    const cues = Object.keys(words);
    const normaliser = new Normaliser();
    this.english = cues.map((cue) => normaliser.units.slice(1, Math.max(1, normaliser.run(words[cue]!) - 1)));
    this.finder = new CueFinder(cues.map((cue) => [cue]));
    this.best = new Int32Array(longestText * 4);
    this.lengths = new Int32Array(longestText * 4);
  }

  /** Makes `into` hold, in English words, the text that `features` holds; what the glossary lacks stays as it is. */
  say(features: Features, into: Features): void {
    if (into.isSaid(this, features)) return;
    const { english, best, lengths } = this;
    const { tokens, starts } = features;
    lengths.fill(0, 0, tokens);
    for (const { token, length, group } of this.finder.find(features)) {
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
  }
}
