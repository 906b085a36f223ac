/**
 * What a text is made of, the same in training and at work: n-grams of characters inside words with their borders, and words
 * alone, in pairs, and in pairs over one word. As hashes of 32 bits (training), or as numbers of those that a lexicon knows.
 */
import type { Lexicon } from './lexicon';
import { Normaliser } from './normalise';
import { longestWord } from './word-cache';

export interface Shape {
  /** Character n-grams of these lengths. */
  shortest: number;
  longest: number;
  /** Words in a row up to this many. */
  words: number;
  /** Pairs over one word between. */
  skips: boolean;
}

/** N-grams of a text at most: five for each unit that a text can have, rounded up. */
export const mostNgrams = 81_000;
const mostTokens = 20_000;
/** 1 + ln(how often an n-gram stands in a text). */
const sublinear = Float64Array.from({ length: 256 }, (_, n) => 1 + Math.log(n));

export class Features {
  /** Without a lexicon: hashes; those of characters come first, `characters` of them. */
  readonly hashes = new Uint32Array(mostNgrams);
  characters = 0;
  /** N-grams in all, repeated and unknown ones among them. */
  length = 0;
  /** With a lexicon: numbers of the `different` n-grams it knows, and 1 + ln(how often) of each. */
  readonly ids: Int32Array;
  readonly frequencies: Float64Array;
  different = 0;
  /** How many tokens, and per token the unit before its first in `units`. */
  tokens = 0;
  readonly starts = new Int32Array(mostTokens);
  private readonly normaliser = new Normaliser();
  readonly units = this.normaliser.units;
  private readonly wordHashes = new Int32Array(mostTokens);
  private readonly ofWord = new Int32Array(mostNgrams);
  private counts = new Uint16Array(0);

  constructor(
    readonly shape: Shape,
    readonly lexicon?: Lexicon,
  ) {
    this.ids = new Int32Array(lexicon ? mostNgrams : 0);
    this.frequencies = new Float64Array(lexicon ? mostNgrams : 0);
  }

  run(text: string): void {
    const { units, starts, wordHashes } = this;
    const end = this.normaliser.run(text);
    let tokens = 0;
    // Every token begins behind a space; n-grams may cover the space on either side, never two words.
    let start = 0;
    while (start + 1 < end) {
      let stop = start + 1;
      let word = 0x5bd1e995;
      while (units[stop] !== 32) {
        word = Math.imul(word ^ units[stop]!, 0x01000193);
        stop++;
      }
      starts[tokens] = start;
      wordHashes[tokens++] = word ^ (word >>> 15);
      start = stop;
    }
    starts[tokens] = start;
    this.tokens = tokens;
    if (this.lexicon) this.identify(this.lexicon);
    else this.hash();
  }

  private hash(): void {
    let n = 0;
    for (let t = 0; t < this.tokens; t++) n = this.charactersOf(t, n);
    this.characters = n;
    for (let t = 0; t < this.tokens; t++) {
      this.hashes[n++] = this.wordHashes[t]! >>> 0;
      n = this.rowsOf(t, n);
    }
    this.length = n;
  }

  private identify(lexicon: Lexicon): void {
    const { ids, frequencies, starts, units, hashes, ofWord, wordHashes, shape } = this;
    const { words } = lexicon;
    if (this.counts.length < lexicon.size) this.counts = new Uint16Array(lexicon.size);
    const { counts } = this;
    let n = 0;
    let length = 0;
    const add = (id: number): void => {
      if (counts[id]!++ === 0) ids[n++] = id;
    };
    for (let t = 0; t < this.tokens; t++) {
      const from = starts[t]! + 1;
      const to = starts[t + 1]!;
      const word = wordHashes[t]!;
      const short = to - from <= longestWord;
      const slot = short ? words.find(word, units, from, to) : -1;
      for (let k = shape.shortest; k <= shape.longest; k++) length += Math.max(0, to - from + 3 - k);
      if (slot >= 0) {
        const first = slot * words.room;
        const last = first + words.counts[slot]!;
        for (let i = first; i < last; i++) add(words.ids[i]!);
      } else {
        const found = this.charactersOf(t, 0);
        hashes[found] = word >>> 0;
        let known = 0;
        for (let i = 0; i <= found; i++) {
          const id = lexicon.idOf(hashes[i]!);
          if (id >= 0) ofWord[known++] = id;
        }
        for (let i = 0; i < known; i++) add(ofWord[i]!);
        if (short) words.put(word, units, from, to, ofWord, known);
      }
      const rows = this.rowsOf(t, 0);
      for (let i = 0; i < rows; i++) {
        const id = lexicon.idOf(hashes[i]!);
        if (id >= 0) add(id);
      }
      length += 1 + rows;
    }
    for (let k = 0; k < n; k++) {
      const count = counts[ids[k]!]!;
      frequencies[k] = count < 256 ? sublinear[count]! : 1 + Math.log(count);
      counts[ids[k]!] = 0;
    }
    this.different = n;
    this.length = length;
  }

  /** Writes hashes of the n-grams of characters in a token from `n` on; gives where they end. */
  private charactersOf(token: number, n: number): number {
    const { units, hashes } = this;
    const { shortest, longest } = this.shape;
    const stop = this.starts[token + 1]!;
    let at = n;
    for (let i = this.starts[token]!; i <= stop; i++) {
      let h = 0x811c9dc5 | 0;
      const bound = Math.min(stop, i + longest - 1);
      for (let j = i; j <= bound; j++) {
        h = Math.imul(h ^ units[j]!, 0x01000193);
        if (j - i + 1 >= shortest) hashes[at++] = (h ^ (h >>> 15)) >>> 0;
      }
    }
    return at;
  }

  /** The same for words in a row that end at a token. */
  private rowsOf(token: number, n: number): number {
    const { wordHashes, hashes } = this;
    const { words, skips } = this.shape;
    const w = wordHashes[token]!;
    let at = n;
    if (words >= 2 && token > 0) hashes[at++] = pair(wordHashes[token - 1]!, w);
    if (words >= 3 && token > 1) hashes[at++] = pair(pair(wordHashes[token - 2]!, wordHashes[token - 1]!), w);
    if (skips && token > 1) hashes[at++] = pair(wordHashes[token - 2]! ^ 0x3c6ef372, w);
    return at;
  }
}

function pair(a: number, b: number): number {
  let h = Math.imul(a ^ (a >>> 13), 0x85ebca6b) + b;
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  return (h ^ (h >>> 13)) >>> 0;
}
