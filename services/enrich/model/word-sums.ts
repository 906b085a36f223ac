/**
 * Sums of a model's rows over the n-grams of characters of a word, kept for words met lately (16 MB for a model of 256 columns).
 *
 * They are whole numbers and added exactly, so that a text's sums are the same bits whether its words were kept or not.
 */
import type { Features } from './features';
import type { Lexicon } from './lexicon';
import { lane, type Table } from './table';
import { room } from './word-cache';

/** Rows summed in 32 bits at a time: 512 * 2^15 * 2^7 is the most. */
const atOnce = 512;

export class WordSums {
  /** Of the text added last: the sum of squared inverse document frequencies, and how many n-grams the model knows; each as often as it stands there. */
  squares = 0;
  known = 0;
  private readonly versions: Uint32Array;
  private readonly squaresOf: Float64Array;
  private readonly knownOf: Uint8Array;
  private readonly bytes: number;
  private readonly slab: number;
  private readonly spare: number;
  /** Squares of the n-grams summed last. */
  private square = 0;

  constructor(
    private readonly table: Table,
    private readonly lexicon: Lexicon,
  ) {
    const { slots } = lexicon.words;
    this.versions = new Uint32Array(slots);
    this.squaresOf = new Float64Array(slots);
    this.knownOf = new Uint8Array(slots);
    this.bytes = table.stride * 4;
    this.slab = table.kernel.place(slots * this.bytes);
    this.spare = table.kernel.place(this.bytes);
  }

  /** Adds the sums of all words of a text to those (f64) at `out`. */
  addTo(out: number, features: Features): void {
    const { kernel, stride } = this.table;
    const { words, scratch } = this.lexicon;
    const { versions, squaresOf, knownOf, slab, bytes } = this;
    const { slots, tokens } = features;
    const blocks = stride / lane;
    this.squares = 0;
    this.known = 0;
    const { i32 } = kernel;
    const list = scratch.words / 4;
    let listed = 0;
    for (let t = 0; t < tokens; t++) {
      const slot = slots[t]!;
      if (slot < 0) {
        this.addLoose(out, features, -1 - slot);
        continue;
      }
      if (versions[slot] !== words.versions[slot]) this.keep(slot);
      if (knownOf[slot] === 0) continue;
      this.squares += squaresOf[slot]!;
      this.known += knownOf[slot]!;
      i32[list + listed++] = slab + slot * bytes;
    }
    if (listed > 0) kernel.accumulate(scratch.words, listed, out, blocks);
  }

  private keep(slot: number): void {
    const { words } = this.lexicon;
    this.versions[slot] = words.versions[slot]!;
    const from = slot * room;
    this.knownOf[slot] = this.sum(words.ids, from, from + words.counts[slot]!, this.slab + slot * this.bytes);
    this.squaresOf[slot] = this.square;
  }

  /** Adds a word that is not kept. */
  private addLoose(out: number, { loose, looseStarts }: Features, word: number): void {
    const { kernel, stride } = this.table;
    const { scratch } = this.lexicon;
    const end = looseStarts[word + 1]!;
    for (let from = looseStarts[word]!; from < end; from += atOnce) {
      const known = this.sum(loose, from, Math.min(end, from + atOnce), this.spare);
      if (known === 0) continue;
      this.squares += this.square;
      this.known += known;
      kernel.i32[scratch.loose / 4] = this.spare;
      kernel.accumulate(scratch.loose, 1, out, stride / lane);
    }
  }

  /** Sums the rows of n-grams at `out` (i32); gives how many of them the model knows. None: nothing is written. */
  private sum(ids: Int32Array, from: number, to: number, out: number): number {
    const { kernel, first, stride, parts, idf, multipliers } = this.table;
    const { scratch } = this.lexicon;
    const { rows: rowOf, models } = this.lexicon.rows();
    const { model } = this.table;
    const { i32, i16 } = kernel;
    const rows = scratch.rows / 4;
    const hidden = scratch.multipliers[2]! / 2;
    const direct = scratch.multipliers[3]! / 2;
    let n = 0;
    let square = 0;
    for (let i = from; i < to; i++) {
      const row = rowOf[ids[i]! * models + model]!;
      if (row < 0) continue;
      const one = idf[2 * row]!;
      square += one * one;
      i32[rows + n] = first + row * stride;
      i16[hidden + n] = multipliers[4 * row + 2]!;
      i16[direct + n] = multipliers[4 * row + 3]!;
      n++;
    }
    this.square = square;
    if (n === 0) return 0;
    i32[rows + n] = first;
    for (const { multiplier, from: column, width } of parts) {
      const at = scratch.multipliers[multiplier]!;
      i16[at / 2 + n] = 0;
      kernel.gather(scratch.rows, at, n + (n % 2), out + 4 * column, width / lane, column);
    }
    return n;
  }
}
