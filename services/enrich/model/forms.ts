/** Under which hashes a word is found among cues: as it stands, by its beginnings, and in Arabic behind what is written on to it. */

const shortestPrefix = 3;
const longestPrefix = 8;
/** Forms of a token: a whole and six beginnings, and in Arabic up to three times that. */
const mostOfToken = 21;
const space = 32;

const isArabic = (unit: number) => unit >= 0x620 && unit <= 0x6ff;
const clitics = new Uint8Array(0x700);
for (const c of 'وفبلك') clitics[c.charCodeAt(0)] = 1;
const alef = 'ا'.charCodeAt(0);
const lam = 'ل'.charCodeAt(0);
const basis = 0x2545f491;

/** The form of a cue's word, `units` from `from` to before `to`; of its beginning, cut where that ends. Throws on one too short. */
export function formOf(units: ArrayLike<number>, from: number, to: number, prefix: boolean): number {
  if (prefix && to - from < shortestPrefix) throw new Error(`a beginning needs ${shortestPrefix} letters or more`);
  const end = prefix ? Math.min(to, from + longestPrefix) : to;
  let h = basis;
  for (let i = from; i < end; i++) h = Math.imul(h ^ units[i]!, 0x01000193);
  return prefix ? Math.imul(h + end - from, 0x9e3779b1) | 0 : h;
}

/** Forms that some cue begins with, whoever asks for it, and their numbers. Most words are in none. */
const beginnings = new Map<number, number>();
/** By the low bits of a form, a bit each: whether it may be one of them. */
const maybe = new Int32Array(1 << 11);

/** The number of a form that a cue begins with. */
export function begins(form: number): number {
  maybe[(form >>> 5) & 0x7ff]! |= 1 << (form & 31);
  const known = beginnings.get(form) ?? beginnings.size;
  beginnings.set(form, known);
  return known;
}

/** Changes when cues are made: forms looked at before do not know theirs. */
export const cuesMade = (): number => beginnings.size;

/** One of 32 bits: two words that share none have no form in common. */
export const bitOf = (form: number): number => 1 << (form >>> 27);

export class Forms {
  /** Those of token t from `ends[t]` to before `ends[t + 1]`. */
  readonly ends: Int32Array;
  readonly values: Int32Array;
  /** Of those that a cue begins with, in order, their numbers and tokens; the first `candidates` count. */
  readonly candidate: Int32Array;
  readonly candidateToken: Int32Array;
  candidates = 0;
  /** Per token a bit for each of its forms (`bitOf`); none behind the last. */
  readonly bits: Int32Array;
  private size = 0;

  constructor(tokens: number) {
    this.ends = new Int32Array(tokens + 1);
    this.values = new Int32Array(tokens * mostOfToken);
    this.candidate = new Int32Array(tokens * mostOfToken);
    this.candidateToken = new Int32Array(tokens * mostOfToken);
    this.bits = new Int32Array(tokens + 1);
  }

  /** `starts`: per token the space before it in `units`. */
  run(units: Uint16Array, starts: Int32Array, tokens: number): void {
    const { values, ends, bits, candidate, candidateToken } = this;
    this.size = 0;
    let candidates = 0;
    for (let t = 0; t < tokens; t++) {
      this.add(units, starts[t]! + 1);
      const { size } = this;
      let some = 0;
      for (let i = ends[t]!; i < size; i++) {
        const value = values[i]!;
        some |= bitOf(value);
        if (((maybe[(value >>> 5) & 0x7ff]! >>> (value & 31)) & 1) === 0) continue;
        const number = beginnings.get(value);
        if (number === undefined) continue;
        candidate[candidates] = number;
        candidateToken[candidates++] = t;
      }
      ends[t + 1] = size;
      bits[t] = some;
    }
    bits[tokens] = 0;
    this.candidates = candidates;
  }

  private add(units: Uint16Array, start: number): void {
    let stop = start;
    while (units[stop] !== space) stop++;
    this.addFrom(units, start, stop);
    if (!isArabic(units[start]!) || stop - start < 4) return;
    let at = start;
    if (clitics[units[at]!] === 1) {
      at++;
      this.addFrom(units, at, stop);
    }
    if (units[at] === alef && units[at + 1] === lam && stop - at > 4) this.addFrom(units, at + 2, stop);
    else if (units[start] === lam && units[start + 1] === lam) this.addFrom(units, start + 2, stop);
  }

  private addFrom(units: Uint16Array, from: number, stop: number): void {
    const { values } = this;
    let { size } = this;
    let h = basis;
    for (let i = from; i < stop; i++) {
      h = Math.imul(h ^ units[i]!, 0x01000193);
      const letters = i + 1 - from;
      if (letters >= shortestPrefix && letters <= longestPrefix)
        values[size++] = Math.imul(h + letters, 0x9e3779b1) | 0;
    }
    values[size++] = h;
    this.size = size;
  }
}
