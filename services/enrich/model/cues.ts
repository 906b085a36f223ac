/**
 * Words that say a thing outright, found in a text whatever its language.
 *
 * A cue is words in a row: `a|b` either, `word*` a beginning of at least three letters. Arabic words are also met behind
 * the prefixes that are written on to them (and, so, by, for, the).
 */
import type { Features } from './features';
import { begins, cuesMade, type Forms, formOf } from './forms';
import { Normaliser } from './normalise';

interface Cue {
  group: number;
  /** Per word the forms that fit. */
  words: Set<number>[];
}

export interface Hit {
  group: number;
  /** First token, and tokens in all. */
  token: number;
  length: number;
}

const none: readonly Hit[] = [];

export class CueFinder {
  /** By the number of the form that it begins with; `heads`: whether there is any. */
  private readonly byFirst = new Map<number, Cue[]>();
  private readonly heads: Uint8Array;

  /** `groups[i]`: the cues of group i. */
  constructor(groups: string[][]) {
    const normaliser = new Normaliser();
    groups.forEach((cues, group) => {
      for (const text of cues) {
        const words = text.split(' ').map((word) => new Set(word.split('|').map((w) => form(normaliser, w))));
        const cue = { group, words };
        for (const first of words[0]!) {
          const number = begins(first);
          const others = this.byFirst.get(number);
          if (others) others.push(cue);
          else this.byFirst.set(number, [cue]);
        }
      }
    });
    this.heads = new Uint8Array(cuesMade());
    for (const number of this.byFirst.keys()) this.heads[number] = 1;
  }

  /** Every cue in the text that `features` holds now. */
  find(features: Features): readonly Hit[] {
    const { heads } = this;
    const { tokens } = features;
    const forms = features.forms();
    const { candidates, candidate, candidateToken } = forms;
    let hits: Hit[] | undefined;
    for (let k = 0; k < candidates; k++) {
      const number = candidate[k]!;
      // Numbers of cues made later, by others, are beyond it.
      if (number >= heads.length || heads[number] === 0) continue;
      const cues = this.byFirst.get(number)!;
      const token = candidateToken[k]!;
      for (const cue of cues) {
        if (!fits(cue, forms, token, tokens)) continue;
        hits ??= [];
        hits.push({ group: cue.group, token, length: cue.words.length });
      }
    }
    return hits ?? none;
  }
}

/** Whether the words of a cue behind its first stand behind `token`. */
function fits({ words }: Cue, { values, ends }: Forms, token: number, tokens: number): boolean {
  if (token + words.length > tokens) return false;
  for (let k = 1; k < words.length; k++) {
    let i = ends[token + k]!;
    const end = ends[token + k + 1]!;
    while (i < end && !words[k]!.has(values[i]!)) i++;
    if (i === end) return false;
  }
  return true;
}

function form(normaliser: Normaliser, word: string): number {
  const prefix = word.endsWith('*');
  const n = normaliser.run(prefix ? word.slice(0, -1) : word);
  try {
    return formOf(normaliser.units, 1, n - 1, prefix);
  } catch (error) {
    throw new Error(`${word}: ${(error as Error).message}`);
  }
}
