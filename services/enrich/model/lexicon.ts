/**
 * Numbers for the n-grams that the models of one reader know, so that a text's are looked up once for all of them; and for
 * words met before, which of their n-grams those are.
 */
import { mostNgrams } from './features';
import { type Kernel, newKernel } from './kernel/kernel';
import { WordCache } from './word-cache';

export interface Scratch {
  rows: number;
  values: number;
  words: number;
  loose: number;
  /** By `Part.multiplier` (see table.ts). */
  multipliers: Record<number, number>;
}

export class Lexicon {
  /** N-grams numbered so far: 0 to `size` - 1. */
  size = 0;
  readonly words = new WordCache();
  private table = new Int32Array(1 << 12).fill(-1);
  private hashes = new Uint32Array(1 << 11);

  /** Places in the kernel's memory for what a model lists while it runs: addresses, and what they are multiplied by. */
  readonly scratch: Scratch;

  constructor(readonly kernel: Kernel = newKernel()) {
    const four = () => kernel.place(mostNgrams * 4);
    const two = () => kernel.place(mostNgrams * 2);
    this.scratch = {
      rows: four(),
      values: four(),
      words: four(),
      loose: kernel.place(4),
      multipliers: { 2: two(), 3: two() },
    };
  }

  /** The number of each of a model's n-grams. */
  add(hashes: Uint32Array): Int32Array {
    this.words.clear();
    this.reserve(this.size + hashes.length);
    return Int32Array.from(hashes, (h) => {
      const at = this.find(h);
      if (this.table[at]! < 0) {
        this.table[at] = this.size;
        this.hashes[this.size++] = h;
      }
      return this.table[at]!;
    });
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
