/** Counts the n-grams of a text, in a table that a short text keeps small and that nothing has to be cleared in between texts. */

/** Numbers of an entry: the n-gram, the run that it was counted in, how often. */
const entry = 4;
const fewest = 256;

export class Repeats {
  /** How often an n-gram was counted in this run, by what `count` gave. */
  private entries = new Int32Array(fewest * entry);
  private run = 0;
  private shift = 0;
  private mask = 0;

  /** Nothing is counted yet; up to `most` different ones will be. */
  begin(most: number): void {
    const bits = 32 - Math.clz32(Math.max(fewest, 2 * most) - 1);
    const numbers = entry << bits;
    if (numbers > this.entries.length || this.run === 0x7fffffff) {
      this.entries = new Int32Array(Math.max(numbers, this.entries.length));
      this.run = 0;
    }
    this.shift = 32 - bits;
    this.mask = numbers - 1;
    this.run++;
  }

  /** Counts an n-gram; gives where it is counted. */
  count(ngram: number): number {
    const { entries, run, mask } = this;
    let at = (Math.imul(ngram, 0x9e3779b1) >>> this.shift) * entry;
    while (entries[at + 1] === run) {
      if (entries[at] === ngram) {
        entries[at + 2]!++;
        return at;
      }
      at = (at + entry) & mask;
    }
    entries[at] = ngram;
    entries[at + 1] = run;
    entries[at + 2] = 1;
    return at;
  }

  /** By what `count` gave in this run. */
  times(at: number): number {
    return this.entries[at + 2]!;
  }
}
