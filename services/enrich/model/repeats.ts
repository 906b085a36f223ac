/** The table in which the n-grams of a text are counted: small for a short text, and nothing in it has to be cleared in between texts. */
import { deskAt } from './kernel/desk';
import type { Kernel } from './kernel/kernel';

/** Bytes of an entry: the n-gram, and how often it was counted, on from what no earlier run has reached. */
const entry = 8;
const fewest = 256;
/** Twice as many as the longest text has n-grams, and more. */
const mostBits = 18;

export class Repeats {
  private readonly table: number;
  /** What no entry has that was counted so far. */
  private reached = 0;

  /** `desk`: where the kernel's routines are told of it. */
  constructor(
    private readonly kernel: Kernel,
    private readonly desk: number,
  ) {
    this.table = kernel.place(entry << mostBits);
    this.set('table', this.table);
  }

  /** Nothing is counted yet; up to `most` n-grams will be, repeated ones each time. */
  begin(most: number): void {
    const bits = Math.min(mostBits, 32 - Math.clz32(Math.max(fewest, 2 * most) - 1));
    if (this.reached > 0x7fff0000 - most) {
      this.kernel.i32.fill(0, this.table / 4, (this.table + (entry << mostBits)) / 4);
      this.reached = 0;
    }
    this.set('none', this.reached);
    this.set('tableShift', 32 - bits);
    this.set('tableMask', (entry << bits) - 1);
    this.reached += most;
  }

  private set(field: keyof typeof deskAt, value: number): void {
    this.kernel.i32[(this.desk + deskAt[field]) >> 2] = value;
  }
}
