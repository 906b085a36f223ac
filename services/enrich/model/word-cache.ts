/**
 * Words met lately and which n-grams stand in them: words repeat, and a lookup of the word costs as much as one of its 20
 * n-grams. Holds so many words and no more (5 MB); what it gives is what was put in, so that a reading never depends on it.
 */

/** Longer words are rare or an attack: they are looked at each time. In UTF-16 units. */
export const longestWord = 16;
/** A word of 16 and a space on either side has 62 n-grams of 2 to 5. */
export const room = 64;
/** Two slots each. Of words in tweets a third is not met in half as many, and a fifth still in twice as many. */
const sets = 8192;

export class WordCache {
  readonly slots = 2 * sets;
  /** [slot * room + n-gram]: the n-grams known, repeated ones as often; `counts[slot]` of them. */
  readonly ngrams = new Int32Array(this.slots * room);
  readonly counts = new Uint8Array(this.slots);
  /** The word as an n-gram of its own. */
  readonly wholes = new Int32Array(this.slots);
  /** Changes whenever a slot is given to another word: what others keep by slot holds for one version. Never 0. */
  readonly versions = new Int32Array(this.slots);
  private readonly keys = new Uint16Array(this.slots * longestWord);
  /** 0: an empty slot. */
  private readonly lengths = new Uint8Array(this.slots);
  /** Of a set's two slots the one used last; the other is given away. */
  private readonly last = new Uint8Array(sets);
  /** The text that used a slot last; a slot is not given away within a text, whose words are told by their slots. */
  private readonly usedBy = new Uint32Array(this.slots);
  private text = 0;

  /** Another text begins. */
  begin(): void {
    this.text = (this.text + 1) >>> 0;
  }

  /** The slot of a word, `units` from `from` to before `to`; -1: not here. */
  find(hash: number, units: Uint16Array, from: number, to: number): number {
    const set = setOf(hash);
    for (let way = 0; way < 2; way++) {
      const slot = 2 * set + way;
      if (!this.holds(slot, units, from, to)) continue;
      this.last[set] = way;
      this.usedBy[slot] = this.text;
      return slot;
    }
    return -1;
  }

  /**
   * Keeps `ngrams` from `first` to before `end`, and the `whole`, for a word that was not found; gives its slot, -1 when there
   * is no room.
   */
  put(
    hash: number,
    units: Uint16Array,
    from: number,
    to: number,
    ngrams: Int32Array,
    first: number,
    end: number,
    whole: number,
  ): number {
    const set = setOf(hash);
    const way = 1 - this.last[set]!;
    const slot = 2 * set + way;
    if (end - first > room || (this.usedBy[slot] === this.text && this.lengths[slot]! > 0)) return -1;
    this.last[set] = way;
    this.usedBy[slot] = this.text;
    for (let i = from; i < to; i++) this.keys[slot * longestWord + i - from] = units[i]!;
    this.lengths[slot] = to - from;
    for (let i = first; i < end; i++) this.ngrams[slot * room + i - first] = ngrams[i]!;
    this.counts[slot] = end - first;
    this.wholes[slot] = whole;
    this.versions[slot] = (this.versions[slot]! + 1) | 0 || 1;
    return slot;
  }

  private holds(slot: number, units: Uint16Array, from: number, to: number): boolean {
    if (this.lengths[slot] !== to - from) return false;
    const { keys } = this;
    for (let i = from, k = slot * longestWord; i < to; i++, k++) if (keys[k] !== units[i]) return false;
    return true;
  }
}

const setOf = (hash: number): number => Math.imul(hash, 0x9e3779b1) >>> 19;
