/**
 * Sums of a model's rows over the n-grams of characters of a word, kept for words met lately; those of all models for one word
 * lie together.
 *
 * They are whole numbers and added exactly, so that a text's sums are the same bits whether its words were kept or not.
 */
import type { Features } from './features';
import type { Lexicon } from './lexicon';
import { keptHeader, lane, recordBytes, type Table } from './table';
import { room } from './word-cache';

/** Rows summed in 32 bits at a time: 512 * 2^15 * 2^7 is the most. */
const atOnce = 512;

export class WordSums {
  /** Of the text added last: the sum of squared inverse document frequencies, and how many n-grams the model knows; each as often as it stands there. */
  squares = 0;
  known = 0;
  private readonly spare: number;
  /** Squares of the n-grams summed last. */
  private square = 0;

  constructor(
    private readonly table: Table,
    private readonly lexicon: Lexicon,
  ) {
    this.spare = table.kernel.place(table.stride * 4);
  }

  /** Adds the sums of all words of a text to those (f64) at `out`. */
  addTo(out: number, features: Features): void {
    const { kernel, stride, kept } = this.table;
    const { scratch } = this.lexicon;
    const { at: slab, pitch } = this.lexicon.kept;
    const { slots, versions, tokens } = features;
    const blocks = stride / lane;
    const { i32, f64 } = kernel;
    const list = scratch.words / 4;
    let squares = 0;
    let known = 0;
    let listed = 0;
    let inSum = 0;
    for (let t = 0; t < tokens; t++) {
      const slot = slots[t]!;
      if (slot < 0) {
        this.squares = squares;
        known += this.addLoose(out, features, -1 - slot);
        squares = this.squares;
        continue;
      }
      const at = slab + slot * pitch + kept;
      if (i32[(at >> 2) + 3] !== versions[t]) this.keep(slot, versions[t]!, at);
      const knownOf = i32[(at >> 2) + 2]!;
      if (knownOf === 0) continue;
      squares += f64[at >> 3]!;
      known += knownOf;
      if (inSum + knownOf > atOnce) {
        kernel.accumulate(scratch.words, listed, out, blocks);
        listed = 0;
        inSum = 0;
      }
      inSum += knownOf;
      i32[list + listed++] = at + keptHeader;
    }
    if (listed > 0) kernel.accumulate(scratch.words, listed, out, blocks);
    this.squares = squares;
    this.known = known;
  }

  /** Sums a word whose n-grams are in a slot, at `at`. */
  private keep(slot: number, version: number, at: number): void {
    const { words } = this.lexicon;
    const { i32, f64 } = this.table.kernel;
    const from = slot * room;
    const known = this.sum(words.ngrams, from, from + words.counts[slot]!, at + keptHeader);
    f64[at >> 3] = this.square;
    i32[(at >> 2) + 2] = known;
    i32[(at >> 2) + 3] = version;
  }

  /** Adds a word that is not kept; gives how many of its n-grams the model knows. */
  private addLoose(out: number, { loose, looseStarts }: Features, word: number): number {
    const { kernel, stride } = this.table;
    const { scratch } = this.lexicon;
    const end = looseStarts[word + 1]!;
    let known = 0;
    for (let from = looseStarts[word]!; from < end; from += atOnce) {
      const some = this.sum(loose, from, Math.min(end, from + atOnce), this.spare);
      if (some === 0) continue;
      this.squares += this.square;
      known += some;
      kernel.i32[scratch.loose / 4] = this.spare;
      kernel.accumulate(scratch.loose, 1, out, stride / lane);
    }
    return known;
  }

  /** Sums the rows of n-grams at `out` (i32); gives how many of them the model knows. None: nothing is written. */
  private sum(ngrams: Int32Array, from: number, to: number, out: number): number {
    const { kernel, model, parts } = this.table;
    const { scratch } = this.lexicon;
    const { i32, i16, f32 } = kernel;
    const rows = scratch.rows / 4;
    const hidden = scratch.multipliers[2]! / 2;
    const direct = scratch.multipliers[3]! / 2;
    let n = 0;
    let square = 0;
    for (let i = from; i < to; i++) {
      const block = ngrams[i]!;
      const row = i16[(block >> 1) + model]!;
      if (row === 0) continue;
      const at = (block >> 2) + 2 * row;
      const one = f32[at]!;
      square += one * one;
      i32[rows + n] = 4 * at + recordBytes;
      i16[hidden + n] = i16[2 * at + 2]!;
      i16[direct + n] = i16[2 * at + 3]!;
      n++;
    }
    this.square = square;
    if (n === 0) return 0;
    // Rows go in pairs: the last one once more, and for nothing.
    i32[rows + n] = i32[rows + n - 1]!;
    for (const { multiplier, from: column, width } of parts) {
      const at = scratch.multipliers[multiplier]!;
      i16[at / 2 + n] = 0;
      kernel.gather(scratch.rows, at, n + (n % 2), out + 4 * column, width / lane, column);
    }
    return n;
  }
}
