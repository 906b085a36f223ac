/**
 * The n-grams that the models of one reader know, so that a text's are looked up once for all of them; and words met before.
 *
 * Models are added first; with the first text they are laid out (layout.ts) and no more can come. An n-gram is its address in
 * the kernel's memory from then on.
 */
import { mostNgrams, mostTokens } from './features';
import { deskAt, slotAt } from './kernel/desk';
import { type Kernel, newKernel } from './kernel/kernel';
import { type Added, deskBytes, type Index, layOut } from './layout';
import type { Parameters } from './parameters';
import { Repeats } from './repeats';
import { Table } from './table';
import { WordCache } from './word-cache';

export class Lexicon {
  readonly words = new WordCache();
  readonly repeats: Repeats;
  /** What the kernel's routines are told of all this (`deskAt`). */
  readonly desk: number;
  /** Lists in the kernel's memory for what a text is taken apart with: hashes, n-grams, and ranges of these. */
  readonly lists: { hashes: number; ngrams: number; ranges: number };
  /** By the low bits of a hash, a bit each: whether any model may know it. Small enough to stay in the nearer cache, as the index is not. */
  private readonly bits: number;
  /** Bytes of a slot of `words`, in which each model keeps its own. */
  private pitch: number = slotAt.kept;
  /** Models that are not laid out yet. */
  private added: Added[] = [];
  private index: Index | undefined;

  constructor(readonly kernel: Kernel = newKernel()) {
    // One more: some routines write behind the last before they know that it does not count.
    const list = (bytes: number) => kernel.place((mostNgrams + 1) * bytes);
    this.desk = kernel.place(deskAt.bytes);
    this.lists = { hashes: list(4), ngrams: list(4), ranges: kernel.place(mostTokens * 8) };
    for (const place of ['rows', 'lit', 'places'] as const) this.set(place, list(4));
    for (const place of ['hidden', 'direct'] as const) this.set(place, list(2));
    for (const place of ['values', 'products'] as const) this.set(place, list(8));
    this.set('list', kernel.place(mostTokens * 4));
    this.set('one', kernel.place(4));
    this.bits = kernel.place(1 << 17);
    this.set('bits', this.bits);
    this.repeats = new Repeats(kernel, this.desk);
  }

  /** Adds a model. Throws once there was a text. */
  add(parameters: Parameters): Table {
    if (this.index) throw new Error(`${parameters.name}: a model must be there before the first text`);
    const table = new Table(parameters, this.kernel, this.added.length, this.pitch);
    this.pitch += table.keptBytes;
    this.added.push({ table, parameters });
    return table;
  }

  /** No more models will come. */
  lay(): void {
    if (this.index) return;
    const { kernel, words, pitch, added } = this;
    // Slots are all 0 yet: room to work in.
    const slab = kernel.place(Math.max(words.slots * pitch, deskBytes(added)));
    this.index = layOut(kernel, added, slab, this.get('rows'));
    for (const { parameters } of added) mark(kernel.i32, this.bits / 4, parameters.hashes);
    this.added = [];
    words.lieAt(kernel, slab, pitch);
    this.set('slab', slab);
    this.set('pitch', pitch);
    this.set('index', this.index.at);
    this.set('mask', this.index.mask);
    this.set('shift', this.index.shift);
  }

  /** Address of an n-gram by its hash; 0: no model knows it. Only once the models are laid out. */
  find(hash: number): number {
    const { i32 } = this.kernel;
    if (((i32[this.bits / 4 + ((hash >>> 5) & 0x7fff)]! >>> (hash & 31)) & 1) === 0) return 0;
    const { at: from, shift, mask } = this.index!;
    const wanted = hash | 0;
    let at = (hash >>> shift) * 8;
    for (;;) {
      const entry = (from + at) >> 2;
      const address = i32[entry + 1]!;
      if (address === 0 || i32[entry] === wanted) return address;
      at = (at + 8) & mask;
    }
  }

  private set(field: keyof typeof deskAt, value: number): void {
    this.kernel.i32[(this.desk + deskAt[field]) / 4] = value;
  }

  private get(field: keyof typeof deskAt): number {
    return this.kernel.i32[(this.desk + deskAt[field]) / 4]!;
  }
}

function mark(i32: Int32Array, bits: number, hashes: Uint32Array): void {
  for (let i = 0; i < hashes.length; i++) i32[bits + ((hashes[i]! >>> 5) & 0x7fff)]! |= 1 << (hashes[i]! & 31);
}
