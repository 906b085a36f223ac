/** A model's weights in the kernel's memory: a row an n-gram, and what multiplies it. */
import type { Kernel } from './kernel/kernel';
import type { Lexicon } from './lexicon';
import type { Parameters } from './parameters';

/** Columns are laid out, and worked on, in so many. */
export const lane = 16;
export const padded = (n: number): number => Math.ceil(n / lane) * lane;
/** Multipliers are whole numbers of 15 bits. */
export const largest = 32_767;

/** Hidden units, or direct ones: columns of a row that have a scale in common. */
export interface Part {
  /** Its first column in a row, and how many, each a multiple of `lane`. */
  from: number;
  width: number;
  /** Where its multiplier stands among the four i16 of a row in `records`: 2 or 3. */
  multiplier: number;
  /** What one of a multiplier is worth: idf and scale of row r are `multipliers[4 * r + multiplier] * unit`. */
  unit: number;
}

export class Table {
  readonly kernel: Kernel;
  readonly parts: Part[];
  /** Address of the first row; bytes of a row. */
  readonly first: number;
  readonly stride: number;
  /** Eight bytes a row, together since they are read together: inverse document frequency at [2 * row], and two multipliers. */
  readonly idf: Float32Array;
  readonly multipliers: Int16Array;
  private rowOf: Int32Array;

  constructor(
    p: Parameters,
    private readonly lexicon: Lexicon,
  ) {
    const { hidden, direct, columns } = p;
    const { kernel } = lexicon;
    this.kernel = kernel;
    this.stride = padded(hidden) + padded(direct);
    this.first = kernel.place(columns * this.stride);
    const order = commonFirst(p.idf);
    const ids = lexicon.add(Uint32Array.from(order, (c) => p.hashes[c]!));
    this.rowOf = new Int32Array(lexicon.size).fill(-1);
    ids.forEach((id, row) => {
      this.rowOf[id] = row;
    });
    const records = new ArrayBuffer(columns * 8);
    this.idf = new Float32Array(records);
    this.multipliers = new Int16Array(records);
    const units = [0, 1].map((part) => {
      let top = 0;
      for (let c = 0; c < columns; c++) top = Math.max(top, p.idf[c]! * p.firstScale[2 * c + part]!);
      return top > 0 ? top / largest : 1;
    });
    order.forEach((c, row) => {
      this.idf[2 * row] = p.idf[c]!;
      for (const part of [0, 1])
        this.multipliers[4 * row + 2 + part] = Math.round((p.idf[c]! * p.firstScale[2 * c + part]!) / units[part]!);
      const weights = p.first.subarray(c * (hidden + direct), (c + 1) * (hidden + direct));
      const to = this.first + row * this.stride;
      kernel.i8.set(weights.subarray(0, hidden), to);
      kernel.i8.set(weights.subarray(hidden), to + padded(hidden));
    });
    this.parts = [
      { from: 0, width: padded(hidden), multiplier: 2, unit: units[0]! },
      { from: padded(hidden), width: padded(direct), multiplier: 3, unit: units[1]! },
    ].filter((part) => part.width > 0);
  }

  /** By the lexicon's number; -1 where this model does not know the n-gram. */
  rows(): Int32Array {
    if (this.rowOf.length < this.lexicon.size) {
      // Other models have added to the lexicon since.
      const wider = new Int32Array(this.lexicon.size).fill(-1);
      wider.set(this.rowOf);
      this.rowOf = wider;
    }
    return this.rowOf;
  }
}

/** Columns, those of common n-grams first: what most texts touch then lies close together. */
function commonFirst(idf: Float32Array): Uint32Array {
  const finest = 64;
  const key = (v: number) => Math.round(v * finest);
  const starts = new Uint32Array(key(idf.reduce((a, b) => Math.max(a, b), 0)) + 2);
  for (const v of idf) starts[key(v) + 1]!++;
  for (let k = 1; k < starts.length; k++) starts[k]! += starts[k - 1]!;
  const order = new Uint32Array(idf.length);
  idf.forEach((v, c) => {
    order[starts[key(v)]!++] = c;
  });
  return order;
}
