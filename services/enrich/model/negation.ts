/** Whether what a cue says is wanted or just not: "I do not want to cancel", "não quero cancelar", "ما بدي الغي". */
import { CueFinder, type Hit } from './cues';
import type { Features } from './features';

export interface NegationWords {
  /** Words that negate, by language. */
  negators: Record<string, string[]>;
  /** Words of wanting; a negator right before one turns the cue that follows. */
  wanting: Record<string, string[]>;
  /** Both in one word. */
  unwanted: Record<string, string[]>;
  /** Between a cue and a negator before them, so that "why don't you cancel" still asks for it. */
  questions: Record<string, string[]>;
}

/** How many tokens may stand between the wanting and the cue. */
const reach = 5;

export class Negation {
  private readonly finder: CueFinder;
  private found: readonly Hit[] = [];

  constructor(words: NegationWords) {
    const all = (by: Record<string, string[]>) => Object.values(by).flat();
    this.finder = new CueFinder([all(words.negators), all(words.wanting), all(words.unwanted), all(words.questions)]);
  }

  /** Once a text, before `before`. */
  look(features: Features): void {
    this.found = this.finder.find(features);
  }

  before(features: Features, cue: Hit): boolean {
    const at = (token: number, group: number) =>
      this.found.some((h) => h.group === group && h.token <= token && token < h.token + h.length);
    // Right before the cue: "do not cancel", "please don't cancel"; "have not been refunded" is another matter.
    if (at(cue.token - 1, 0) && !at(cue.token - 2, 3) && imperative(features, cue)) return true;
    for (let t = cue.token - 1; t >= 0 && t >= cue.token - reach; t--) {
      if (at(t, 2)) return true;
      // The wanting nearest to the cue decides: "I do not want to cancel, I want to talk to someone".
      if (at(t, 1)) return (at(t - 1, 0) || at(t - 2, 0)) && !at(t - 2, 3) && !at(t - 3, 3);
    }
    return false;
  }
}

/** A cue of one word that is not itself a negated one; "not refunded" and the like end in -ed or -ado. */
function imperative(features: Features, cue: Hit): boolean {
  const { units, starts } = features;
  let stop = starts[cue.token]! + 1;
  while (units[stop] !== 32) stop++;
  const end = String.fromCharCode(units[stop - 2] ?? 0, units[stop - 1] ?? 0);
  return cue.length === 1 && end !== 'ed' && end !== 'do' && end !== 'da' && end !== 'am';
}
