/**
 * The n-grams that the models of one reader know, so that a text's are looked up once for all of them; and words met before.
 *
 * Models are added first; with the first text they are laid out (layout.ts) and no more can come. An n-gram is its address in
 * the kernel's memory from then on.
 */
import { mostNgrams } from './features';
import { type Kernel, newKernel } from './kernel/kernel';
import { type Added, deskBytes, type Index, layOut } from './layout';
import type { Parameters } from './parameters';
import { Table } from './table';
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
  readonly words = new WordCache();
  /** For what a model lists while it runs; all but the last three are places in the kernel's memory. */
  readonly scratch: Scratch;
  /** What models keep of the words met: where it is, and how many bytes a slot of `words`. */
  kept = { at: 0, pitch: 0 };
  /** Models that are not laid out yet. */
  private added: Added[] = [];
  private index: Index | undefined;
  /** By the low bits of a hash, a bit each: whether any model may know it. Small enough to stay in the nearer cache, as `index` is not. */
  private readonly maybe = new Int32Array(1 << 15);

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

  /** Adds a model. Throws once there was a text. */
  add(parameters: Parameters): Table {
    if (this.index) throw new Error(`${parameters.name}: a model must be there before the first text`);
    const table = new Table(parameters, this.kernel, this.added.length, this.kept.pitch);
    this.kept.pitch += table.keptBytes;
    this.added.push({ table, parameters });
    return table;
  }

  /** No more models will come. */
  lay(): void {
    if (this.index) return;
    const { kernel, kept, scratch, words, added } = this;
    // What is kept of words is all 0 yet: room to work in.
    kept.at = kernel.place(Math.max(words.slots * kept.pitch, deskBytes(added)));
    this.index = layOut(kernel, added, kept.at, scratch.rows);
    for (const { parameters } of added) mark(this.maybe, parameters.hashes);
    this.added = [];
  }

  /** Address of an n-gram by its hash; 0: no model knows it. Only once the models are laid out. */
  find(hash: number): number {
    if (((this.maybe[(hash >>> 5) & 0x7fff]! >>> (hash & 31)) & 1) === 0) return 0;
    const { at: from, shift, mask } = this.index!;
    const { i32 } = this.kernel;
    const wanted = hash | 0;
    let at = (hash >>> shift) * 8;
    for (;;) {
      const entry = (from + at) >> 2;
      const address = i32[entry + 1]!;
      if (address === 0 || i32[entry] === wanted) return address;
      at = (at + 8) & mask;
    }
  }
}

function mark(maybe: Int32Array, hashes: Uint32Array): void {
  for (let i = 0; i < hashes.length; i++) maybe[(hashes[i]! >>> 5) & 0x7fff]! |= 1 << (hashes[i]! & 31);
}
