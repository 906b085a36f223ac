/**
 * Numbers for the n-grams that the models of one reader know, so that a text's are looked up once for all of them; and for
 * words met before, which of their n-grams those are.
 */
import { mostNgrams } from './features';
import { type Kernel, newKernel } from './kernel/kernel';
import { WordCache } from './word-cache';

export interface Scratch {
  rows: number;
  /** Values (f32) of hidden units. */
  lit: number;
  words: number;
  loose: number;
  /** By `Part.multiplier` (see table.ts). */
  multipliers: Record<number, number>;
  /** Not in the kernel: rows met, and what counts for them. */
  met: Int32Array;
  values: Float64Array;
  products: Float64Array;
}

export class Lexicon {
  /** N-grams numbered so far: 0 to `size` - 1. */
  size = 0;
  readonly words = new WordCache();
  /** The number of each row's n-gram, by model. */
  private readonly models: Int32Array[] = [];
  private rowsOfAll: { rows: Int32Array; models: number } | undefined;
  private table = new Int32Array(1 << 18).fill(-1);
  private hashes = new Uint32Array(1 << 17);

  /** For what a model lists while it runs; all but the last three are places in the kernel's memory. */
  readonly scratch: Scratch;

  constructor(readonly kernel: Kernel = newKernel()) {
    const four = () => kernel.place(mostNgrams * 4);
    const two = () => kernel.place(mostNgrams * 2);
    this.scratch = {
      rows: four(),
      lit: four(),
      words: four(),
      loose: kernel.place(4),
      multipliers: { 2: two(), 3: two() },
      met: new Int32Array(mostNgrams),
      values: new Float64Array(mostNgrams),
      products: new Float64Array(mostNgrams),
    };
  }

  /** Adds a model by the hashes of its rows, in their order; gives which of the lexicon's models it is. */
  add(hashes: Uint32Array): number {
    this.words.clear();
    this.rowsOfAll = undefined;
    this.reserve(this.size + hashes.length);
    const ids = new Int32Array(hashes.length);
    for (let i = 0; i < hashes.length; i++) {
      const at = this.find(hashes[i]!);
      if (this.table[at]! < 0) {
        this.table[at] = this.size;
        this.hashes[this.size++] = hashes[i]!;
      }
      ids[i] = this.table[at]!;
    }
    return this.models.push(ids) - 1;
  }

  /** [n-gram * models + model]: its row in that model, -1 where the model does not know it. Those of all models lie together. */
  rows(): { rows: Int32Array; models: number } {
    if (this.rowsOfAll) return this.rowsOfAll;
    const models = this.models.length;
    const rows = new Int32Array(this.size * models).fill(-1);
    this.models.forEach((ids, model) => {
      for (let row = 0; row < ids.length; row++) rows[ids[row]! * models + model] = row;
    });
    this.rowsOfAll = { rows, models };
    return this.rowsOfAll;
  }

  /** -1: no model knows it. */
  idOf(hash: number): number {
    return this.table[this.find(hash)]!;
  }

  private find(hash: number): number {
    const { table, hashes } = this;
    const mask = table.length - 1;
    let at = hash & mask;
    for (let id = table[at]!; id >= 0 && hashes[id] !== hash; id = table[at]!) at = (at + 1) & mask;
    return at;
  }

  private reserve(size: number): void {
    if (size <= this.hashes.length) return;
    const known = this.hashes.subarray(0, this.size);
    let room = this.hashes.length;
    while (room < size) room *= 2;
    this.hashes = new Uint32Array(room);
    this.hashes.set(known);
    this.table = new Int32Array(room * 2).fill(-1);
    for (let id = 0; id < this.size; id++) this.table[this.find(this.hashes[id]!)] = id;
  }
}
