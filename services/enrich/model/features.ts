/**
 * Hashes (32 bits) of what a text is made of, the same in training and at work: n-grams of characters inside words with
 * their borders, and words alone, in pairs, and in pairs over one word.
 */
import { Normaliser } from './normalise';

export interface Shape {
  /** Character n-grams of these lengths. */
  shortest: number;
  longest: number;
  /** Words in a row up to this many. */
  words: number;
  /** Pairs over one word between. */
  skips: boolean;
}

const most = 60_000;

export class Features {
  /** Hashes; those of characters come first. */
  readonly hashes = new Uint32Array(most);
  /** How many are of characters, and how many in all. */
  characters = 0;
  length = 0;
  /** How many tokens, and per token the unit before its first in `units`. */
  tokens = 0;
  readonly starts = new Int32Array(20_000);
  private readonly normaliser = new Normaliser();
  readonly units = this.normaliser.units;
  private readonly wordHashes = new Int32Array(20_000);

  constructor(readonly shape: Shape) {}

  run(text: string): void {
    const { shortest, longest, words, skips } = this.shape;
    const { normaliser, units, hashes, starts, wordHashes } = this;
    const end = normaliser.run(text);
    let tokens = 0;
    let n = 0;
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
      for (let i = start; i <= stop; i++) {
        let h = 0x811c9dc5 | 0;
        const bound = Math.min(stop, i + longest - 1);
        for (let j = i; j <= bound; j++) {
          h = Math.imul(h ^ units[j]!, 0x01000193);
          if (j - i + 1 >= shortest && n < most) hashes[n++] = (h ^ (h >>> 15)) >>> 0;
        }
      }
      start = stop;
    }
    this.characters = n;
    this.tokens = tokens;
    for (let i = 0; i < tokens && n + 4 < most; i++) {
      const w = wordHashes[i]!;
      hashes[n++] = w >>> 0;
      if (words >= 2 && i > 0) hashes[n++] = pair(wordHashes[i - 1]!, w);
      if (words >= 3 && i > 1) hashes[n++] = pair(pair(wordHashes[i - 2]!, wordHashes[i - 1]!), w);
      if (skips && i > 1) hashes[n++] = pair(wordHashes[i - 2]! ^ 0x3c6ef372, w);
    }
    this.length = n;
  }
}

function pair(a: number, b: number): number {
  let h = Math.imul(a ^ (a >>> 13), 0x85ebca6b) + b;
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  return (h ^ (h >>> 13)) >>> 0;
}
