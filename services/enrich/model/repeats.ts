/** Counts the n-grams of a text, in a table that a short text keeps small and that nothing has to be cleared in between texts. */

/** Numbers of an entry: the n-gram, and how often it was counted, on from what no earlier run has reached. */
const entry = 2;
const fewest = 256;

export class Repeats {
  private entries = new Int32Array(fewest * entry);
  /** What an entry that was not counted in this run has at most. */
  private none = 0;
  /** And in the next run. */
  private reached = 0;
  private shift = 0;
  private mask = 0;

  /** Nothing is counted yet; up to `most` n-grams will be, repeated ones each time. */
  begin(most: number): void {
    const bits = 32 - Math.clz32(Math.max(fewest, 2 * most) - 1);
    const numbers = entry << bits;
    this.none = this.reached;
    if (numbers > this.entries.length || this.none > 0x7fff0000 - most) {
      this.entries = new Int32Array(Math.max(numbers, this.entries.length));
      this.none = 0;
    }
    this.reached = this.none + most;
    this.shift = 32 - bits;
    this.mask = numbers - 1;
  }

  /** Counts an n-gram; gives where it is counted. */
  count(ngram: number): number {
    const { entries, none, mask } = this;
    let at = (Math.imul(ngram, 0x9e3779b1) >>> this.shift) * entry;
    while (entries[at + 1]! > none) {
      if (entries[at] === ngram) {
        entries[at + 1]!++;
        return at;
      }
      at = (at + entry) & mask;
    }
    entries[at] = ngram;
    entries[at + 1] = none + 1;
    return at;
  }

  /** By what `count` gave in this run. */
  times(at: number): number {
    return this.entries[at + 1]! - this.none;
  }
}
