/**
 * Words that say a thing outright, found in a text whatever its language.
 *
 * A cue is words in a row: `a|b` either, `word*` a beginning of at least three letters. Arabic words are also met behind
 * the prefixes that are written on to them (and, so, by, for, the).
 */
import type { Features } from './features';
import { Normaliser } from './normalise';

const shortestPrefix = 3;
const longestPrefix = 8;
const space = 32;

export type Cues = Record<string, string[]>;

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

const isArabic = (unit: number) => unit >= 0x620 && unit <= 0x6ff;
const clitics = new Set([...'وفبلك'].map((c) => c.charCodeAt(0)));
const alef = 'ا'.charCodeAt(0);
const lam = 'ل'.charCodeAt(0);

function formOf(units: ArrayLike<number>, from: number, to: number, prefix: boolean): number {
  let h = 0x2545f491;
  for (let i = from; i < to; i++) h = Math.imul(h ^ units[i]!, 0x01000193);
  return prefix ? Math.imul(h + to - from, 0x9e3779b1) | 0 : h;
}

export class CueFinder {
  private readonly byFirst = new Map<number, Cue[]>();
  private readonly maybe = new Uint8Array(1 << 16);
  private readonly forms: number[][] = [];

  /** `groups[i]`: the cues of group i. */
  constructor(groups: string[][]) {
    const normaliser = new Normaliser();
    groups.forEach((cues, group) => {
      for (const text of cues) {
        const words = text.split(' ').map((word) => new Set(word.split('|').map((w) => form(normaliser, w))));
        const cue = { group, words };
        for (const first of words[0]!) {
          this.byFirst.set(first, [...(this.byFirst.get(first) ?? []), cue]);
          this.maybe[first & 0xffff] = 1;
        }
      }
    });
  }

  /** Every cue in the text that `features` holds now. */
  find(features: Features): Hit[] {
    const { tokens, units } = features;
    const hits: Hit[] = [];
    for (let t = 0; t < tokens; t++) this.forms[t] = [];
    const filled = new Uint8Array(tokens);
    const formsOf = (t: number) => {
      if (!filled[t]) {
        filled[t] = 1;
        addForms(units, features.starts[t]! + 1, this.forms[t]!);
      }
      return this.forms[t]!;
    };
    for (let t = 0; t < tokens; t++) {
      for (const f of formsOf(t)) {
        if (this.maybe[f & 0xffff] === 0) continue;
        for (const cue of this.byFirst.get(f) ?? []) {
          const n = cue.words.length;
          if (t + n > tokens) continue;
          let k = 1;
          while (k < n && formsOf(t + k).some((g) => cue.words[k]!.has(g))) k++;
          if (k === n) hits.push({ group: cue.group, token: t, length: n });
        }
      }
    }
    return hits;
  }
}

function form(normaliser: Normaliser, word: string): number {
  const prefix = word.endsWith('*');
  const n = normaliser.run(prefix ? word.slice(0, -1) : word);
  const letters = Math.min(n - 2, prefix ? longestPrefix : n);
  if (prefix && letters < shortestPrefix)
    throw new Error(`${word}: a beginning needs ${shortestPrefix} letters or more`);
  return formOf(normaliser.units, 1, 1 + letters, prefix);
}

function addForms(units: Uint16Array, start: number, forms: number[]): void {
  let stop = start;
  while (units[stop] !== space) stop++;
  addFrom(units, start, stop, forms);
  if (!isArabic(units[start]!) || stop - start < 4) return;
  let at = start;
  if (clitics.has(units[at]!)) {
    at++;
    addFrom(units, at, stop, forms);
  }
  if (units[at] === alef && units[at + 1] === lam && stop - at > 4) addFrom(units, at + 2, stop, forms);
  else if (units[start] === lam && units[start + 1] === lam) addFrom(units, start + 2, stop, forms);
}

function addFrom(units: Uint16Array, from: number, stop: number, forms: number[]): void {
  let h = 0x2545f491;
  for (let i = from; i < stop; i++) {
    h = Math.imul(h ^ units[i]!, 0x01000193);
    const letters = i + 1 - from;
    if (letters >= shortestPrefix && letters <= longestPrefix) forms.push(Math.imul(h + letters, 0x9e3779b1) | 0);
  }
  forms.push(h);
}
