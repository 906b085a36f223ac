/**
 * Which n-grams stand in a word, for words met lately: words repeat, and a lookup of the word costs as much as one of its 20
 * n-grams. Holds so many words and no more (5 MB); what it gives is what was put in, so that a reading never depends on it.
 */

/** Longer words are rare or an attack: they are looked at each time. In UTF-16 units. */
export const longestWord = 16;
/** A word of 16 and a space on either side has 62 n-grams of 2 to 5 and is one itself. */
const room = 64;
const sets = 8192;

export class WordCache {
  /** [slot * 64 + n-gram]: numbers of the n-grams known, `counts[slot]` of them. */
  readonly ids = new Int32Array(2 * sets * room);
  readonly room = room;
  readonly counts = new Uint8Array(2 * sets);
  private readonly keys = new Uint16Array(2 * sets * longestWord);
  /** 0: an empty slot. */
  private readonly lengths = new Uint8Array(2 * sets);
  /** Of a set's two slots the one used last; the other is given away. */
  private readonly last = new Uint8Array(sets);

  /** Where a word's n-grams begin in `ids` is `slot` * 64. -1: not here. The word: `units` from `from` to before `to`. */
  find(hash: number, units: Uint16Array, from: number, to: number): number {
    const set = setOf(hash);
    for (let way = 0; way < 2; way++) {
      const slot = 2 * set + way;
      if (!this.holds(slot, units, from, to)) continue;
      this.last[set] = way;
      return slot;
    }
    return -1;
  }

  /** Keeps the first `count` of `ids` for a word that was not found. */
  put(hash: number, units: Uint16Array, from: number, to: number, ids: Int32Array, count: number): void {
    if (count > room) return;
    const set = setOf(hash);
    const way = 1 - this.last[set]!;
    const slot = 2 * set + way;
    this.last[set] = way;
    for (let i = from; i < to; i++) this.keys[slot * longestWord + i - from] = units[i]!;
    this.lengths[slot] = to - from;
    for (let i = 0; i < count; i++) this.ids[slot * room + i] = ids[i]!;
    this.counts[slot] = count;
  }

  clear(): void {
    this.lengths.fill(0);
  }

  private holds(slot: number, units: Uint16Array, from: number, to: number): boolean {
    if (this.lengths[slot] !== to - from) return false;
    const { keys } = this;
    for (let i = from, k = slot * longestWord; i < to; i++, k++) if (keys[k] !== units[i]) return false;
    return true;
  }
}

const setOf = (hash: number): number => Math.imul(hash, 0x9e3779b1) >>> 19;
