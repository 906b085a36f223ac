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
  /** The word as an n-gram of its own. */
  readonly wholes = new Int32Array(this.slots);
  /** Of the words there, beside each other those of a set: most words are told from others by these alone. */
  private readonly hashes = new Int32Array(this.slots);
  private readonly keys = new Uint16Array(this.slots * longestWord);
  /** How many n-grams: as in the slot itself, but near. */
  private readonly sizes = new Uint8Array(this.slots);
  /** 0: an empty slot. */
  private readonly lengths = new Uint8Array(this.slots);
  /**
   * The text that used a slot last: the one not used for longest is given away, never within that text, whose words are told by
   * their slots.
   */
  private readonly usedBy = new Uint32Array(this.slots);
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
    this.text = (this.text + 1) >>> 0;
  }

  /** The address of the n-grams in a slot. */
  ngramsOf(slot: number): number {
    return this.slab + slot * this.pitch + slotAt.ngrams;
  }

  /** How many these are. */
  sizeOf(slot: number): number {
    return this.sizes[slot]!;
  }

  /** The slot of a word, `units` from `from` to before `to`; -1: not here. */
  find(hash: number, units: Uint16Array, from: number, to: number): number {
    const { hashes } = this;
    const set = setOf(hash);
    for (let slot = set; slot < set + ways; slot++) {
      if (hashes[slot] !== hash || !this.holds(slot, units, from, to)) continue;
      this.usedBy[slot] = this.text;
      return slot;
    }
    return -1;
  }

  /**
   * Keeps `size` n-grams that stand at an address, and the `whole`, for a word that was not found; gives its slot, -1 when there
   * is no room.
   */
  put(hash: number, units: Uint16Array, from: number, to: number, ngrams: number, size: number, whole: number): number {
    const { usedBy, lengths } = this;
    const { i32 } = this.kernel!;
    const set = setOf(hash);
    let slot = set;
    for (let other = set + 1; other < set + ways; other++) if (usedBy[other]! < usedBy[slot]!) slot = other;
    if (size > room || (usedBy[slot] === this.text && lengths[slot]! > 0)) return -1;
    this.hashes[slot] = hash;
    usedBy[slot] = this.text;
    for (let i = from; i < to; i++) this.keys[slot * longestWord + i - from] = units[i]!;
    lengths[slot] = to - from;
    this.wholes[slot] = whole;
    this.sizes[slot] = size;
    const at = this.ngramsOf(slot) >> 2;
    i32.copyWithin(at, ngrams >> 2, (ngrams >> 2) + size);
    i32[at + (slotAt.size - slotAt.ngrams) / 4] = size;
    // What models keep holds for one version. Never 0.
    const version = at + (slotAt.version - slotAt.ngrams) / 4;
    i32[version] = (i32[version]! + 1) | 0 || 1;
    return slot;
  }

  private holds(slot: number, units: Uint16Array, from: number, to: number): boolean {
    if (this.lengths[slot] !== to - from) return false;
    const { keys } = this;
    for (let i = from, k = slot * longestWord; i < to; i++, k++) if (keys[k] !== units[i]) return false;
    return true;
  }
}

/** The first slot of the set of a word. */
const setOf = (hash: number): number => (Math.imul(hash, 0x9e3779b1) >>> (32 - bits)) * ways;
