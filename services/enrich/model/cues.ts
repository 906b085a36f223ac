/**
 * Words that say a thing outright, found in a text whatever its language.
 *
 * A cue is words in a row: `a|b` either, `word*` a beginning of at least three letters. Arabic words are also met behind
 * the prefixes that are written on to them (and, so, by, for, the).
 */
import type { Features } from './features';
import { begins, bitOf, cuesMade, type Forms, formOf } from './forms';
import { Normaliser } from './normalise';

interface Cue {
  group: number;
  /** Per word the forms that fit: hardly ever more than three. */
  words: Int32Array[];
  /** Bits of the forms of its second word (see `bitOf`); 0: it has only one. Most cues that begin alike are told apart by these. */
  second: number;
}

export interface Hit {
  group: number;
  /** First token, and tokens in all. */
  token: number;
  length: number;
}

const none: readonly Hit[] = [];

export class CueFinder {
  /** By the number of the form that it begins with. */
  private readonly byFirst: readonly (Cue[] | undefined)[];

  /** `groups[i]`: the cues of group i. */
  constructor(groups: string[][]) {
    const normaliser = new Normaliser();
    const byFirst = new Map<number, Cue[]>();
    groups.forEach((cues, group) => {
      for (const text of cues) {
        const forms = text.split(' ').map((word) => new Set(word.split('|').map((w) => form(normaliser, w))));
        const second = [...(forms[1] ?? [])].reduce((bits, form) => bits | bitOf(form), 0);
        const cue = { group, words: forms.map((fit) => Int32Array.from(fit)), second };
        for (const first of forms[0]!) {
          const number = begins(first);
          const others = byFirst.get(number);
          if (others) others.push(cue);
          else byFirst.set(number, [cue]);
        }
      }
    });
    this.byFirst = Array.from({ length: cuesMade() }, (_, number) => byFirst.get(number));
  }

  /** Every cue in the text that `features` holds now. */
  find(features: Features): readonly Hit[] {
    const { byFirst } = this;
    const { tokens } = features;
    const forms = features.forms();
    const { candidates, candidate, candidateToken, bits } = forms;
    let hits: Hit[] | undefined;
    for (let k = 0; k < candidates; k++) {
      const number = candidate[k]!;
      // Numbers of cues made later, by others, are beyond it.
      const cues = number < byFirst.length ? byFirst[number] : undefined;
      if (cues === undefined) continue;
      const token = candidateToken[k]!;
      const next = bits[token + 1]!;
      for (const cue of cues) {
        if (cue.second !== 0 && ((cue.second & next) === 0 || !fits(cue, forms, token, tokens))) continue;
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
    while (i < end && !holds(words[k]!, values[i]!)) i++;
    if (i === end) return false;
  }
  return true;
}

function holds(forms: Int32Array, form: number): boolean {
  for (let i = 0; i < forms.length; i++) if (forms[i] === form) return true;
  return false;
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
