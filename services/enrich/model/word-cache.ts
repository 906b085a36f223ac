/**
 * Words met lately and which n-grams stand in them: words repeat, and a lookup of the word costs as much as one of its 20
 * n-grams. Holds so many words and no more; what it gives is what was put in, so that a reading never depends on it.
 */
import { slotAt } from './kernel/desk';
import type { Kernel } from './kernel/kernel';

/** Longer words are rare or an attack: they are looked at each time. In UTF-16 units. */
export const longestWord = 16;
/** A word of 16 and a space on either side has 62 n-grams of 2 to 5. */
const room = (slotAt.kept - slotAt.ngrams) / 4;
/** Slots of a set. */
const ways = 4;
const bits = 13;

export class WordCache {
  readonly slots = ways << bits;
  /**
   * Four numbers a slot, those of a set beside each other: the hash of the word; the word as an n-gram of its own; the text that used
   * the slot last; the word's length (0: an empty slot) and, by 256, how many n-grams it has.
   */
  private readonly about = new Int32Array(4 * this.slots);
  private readonly keys = new Uint16Array(this.slots * longestWord);
  private text = 0;
  private kernel: Kernel | undefined;
  /** The slots' other part (see desk.ts), of so many bytes each. */
  private slab = 0;
  private pitch = 0;

  /** Where there is room for the slots, all 0. */
  lieAt(kernel: Kernel, slab: number, pitch: number): void {
    this.kernel = kernel;
    this.slab = slab;
    this.pitch = pitch;
  }

  /** Another text begins. */
  begin(): void {
    this.text = (this.text + 1) | 0;
  }

  /** The address of the n-grams in a slot. */
  ngramsOf(slot: number): number {
    return this.slab + slot * this.pitch + slotAt.ngrams;
  }

  /** How many these are. */
  sizeOf(slot: number): number {
    return this.about[4 * slot + 3]! >>> 8;
  }

  /** The word in a slot as an n-gram of its own. */
  wholeOf(slot: number): number {
    return this.about[4 * slot + 1]!;
  }

  /** The slot of a word, `units` from `from` to before `to`; -1: not here. */
  find(hash: number, units: Uint16Array, from: number, to: number): number {
    const { about } = this;
    const set = setOf(hash);
    for (let slot = set; slot < set + ways; slot++) {
      if (about[4 * slot] !== hash || !this.holds(slot, units, from, to)) continue;
      about[4 * slot + 2] = this.text;
      return slot;
    }
    return -1;
  }

  /**
   * Keeps `size` n-grams that stand at an address, and the `whole`, for a word that was not found; gives its slot, -1 when there
   * is no room. Of a set's slots the one not used for longest is given away, never within a text, whose words are told by their slots.
   */
  put(hash: number, units: Uint16Array, from: number, to: number, ngrams: number, size: number, whole: number): number {
    const { about, text } = this;
    const { i32 } = this.kernel!;
    const set = setOf(hash);
    // Texts ago, whatever their number; those of empty slots count as any.
    const age = (other: number): number => (text - about[4 * other + 2]!) >>> 0;
    let slot = set;
    for (let other = set + 1; other < set + ways; other++) if (age(other) > age(slot)) slot = other;
    const isEmpty = about[4 * slot + 3] === 0;
    if (size > room || (age(slot) === 0 && !isEmpty)) return -1;
    for (let i = from; i < to; i++) this.keys[slot * longestWord + i - from] = units[i]!;
    about[4 * slot] = hash;
    about[4 * slot + 1] = whole;
    about[4 * slot + 2] = text;
    about[4 * slot + 3] = (to - from) | (size << 8);
    const at = this.ngramsOf(slot) >> 2;
    i32.copyWithin(at, ngrams >> 2, (ngrams >> 2) + size);
    i32[at + (slotAt.size - slotAt.ngrams) / 4] = size;
    // What models keep holds for one version. Never 0.
    const version = at + (slotAt.version - slotAt.ngrams) / 4;
    i32[version] = (i32[version]! + 1) | 0 || 1;
    return slot;
  }

  private holds(slot: number, units: Uint16Array, from: number, to: number): boolean {
    if ((this.about[4 * slot + 3]! & 0xff) !== to - from) return false;
    const { keys } = this;
    for (let i = from, k = slot * longestWord; i < to; i++, k++) if (keys[k] !== units[i]) return false;
    return true;
  }
}

/** The first slot of the set of a word. */
const setOf = (hash: number): number => (Math.imul(hash, 0x9e3779b1) >>> (32 - bits)) * ways;
