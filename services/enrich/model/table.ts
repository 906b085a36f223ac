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
  /** Which of the lexicon's models it is. */
  readonly model: number;

  constructor(p: Parameters, lexicon: Lexicon) {
    const { hidden, direct, columns } = p;
    const { kernel } = lexicon;
    this.kernel = kernel;
    this.stride = padded(hidden) + padded(direct);
    this.first = kernel.place(columns * this.stride);
    const order = commonFirst(p.idf);
    const hashes = new Uint32Array(columns);
    for (let row = 0; row < columns; row++) hashes[row] = p.hashes[order[row]!]!;
    this.model = lexicon.add(hashes);
    const records = new ArrayBuffer(columns * 8);
    this.idf = new Float32Array(records);
    this.multipliers = new Int16Array(records);
    const { i8 } = kernel;
    const { first, firstScale, idf } = p;
    const units: [number, number] = [0, 0];
    for (let c = 0; c < columns; c++) {
      const one = idf[c]!;
      const ofHidden = one * firstScale[2 * c]!;
      const ofDirect = one * firstScale[2 * c + 1]!;
      if (ofHidden > units[0]) units[0] = ofHidden;
      if (ofDirect > units[1]) units[1] = ofDirect;
    }
    const perUnit = units.map((top) => (top > 0 ? largest / top : 0));
    const width = hidden + direct;
    const beside = padded(hidden);
    for (let row = 0; row < columns; row++) {
      const c = order[row]!;
      const one = idf[c]!;
      this.idf[2 * row] = one;
      this.multipliers[4 * row + 2] = Math.round(one * firstScale[2 * c]! * perUnit[0]!);
      this.multipliers[4 * row + 3] = Math.round(one * firstScale[2 * c + 1]! * perUnit[1]!);
      // Whole pieces: at start nothing is compiled yet, and a loop over single weights took longer than to decompress them.
      const from = c * width;
      const to = this.first + row * this.stride;
      if (beside === hidden) i8.set(first.subarray(from, from + width), to);
      else {
        i8.set(first.subarray(from, from + hidden), to);
        i8.set(first.subarray(from + hidden, from + width), to + beside);
      }
    }
    this.parts = [
      { from: 0, width: padded(hidden), multiplier: 2, unit: units[0] / largest },
      { from: padded(hidden), width: padded(direct), multiplier: 3, unit: units[1] / largest },
    ].filter((part) => part.width > 0);
  }
}

/** Columns, those of common n-grams first: what most texts touch then lies close together. */
function commonFirst(idf: Float32Array): Uint32Array {
  const finest = 64;
  let top = 0;
  for (let c = 0; c < idf.length; c++) top = Math.max(top, idf[c]!);
  const starts = new Uint32Array(Math.round(top * finest) + 2);
  for (let c = 0; c < idf.length; c++) starts[Math.round(idf[c]! * finest) + 1]!++;
  for (let k = 1; k < starts.length; k++) starts[k]! += starts[k - 1]!;
  const order = new Uint32Array(idf.length);
  for (let c = 0; c < idf.length; c++) order[starts[Math.round(idf[c]! * finest)]!++] = c;
  return order;
}
