/** A model's weights in the kernel's memory: a row an n-gram that it knows, and what multiplies it (see layout.ts). */
import type { Kernel } from './kernel/kernel';
import type { Parameters } from './parameters';

/** Columns are laid out, and worked on, in so many. */
export const lane = 16;
export const padded = (n: number): number => Math.ceil(n / lane) * lane;
/** Multipliers are whole numbers of 15 bits. */
export const largest = 32_767;
/** Bytes before the weights of a row: f32, inverse document frequency; two i16, multipliers. */
export const recordBytes = 8;
/** Bytes before what is kept of a word: f64, squares; i32, n-grams known; i32, the version of the slot. */
export const keptHeader = 16;

/** Hidden units, or direct ones: columns of a row that have a scale in common. */
export interface Part {
  /** Its first column in a row, and how many, each a multiple of `lane`. */
  from: number;
  width: number;
  /** Where its multiplier stands among the four i16 of a record: 2 or 3. */
  multiplier: number;
  /** What one of a multiplier is worth: idf * scale of a row is its multiplier * unit. Known once the model is laid out. */
  unit: number;
}

export class Table {
  readonly parts: Part[];
  /** Columns, and bytes, of a row. */
  readonly stride: number;
  /** What is kept of a word: bytes, the header among them. */
  readonly keptBytes: number;

  /** `model`: which of the lexicon's it is; `kept`: where its own begins in what is kept of a word. */
  constructor(
    p: Parameters,
    readonly kernel: Kernel,
    readonly model: number,
    readonly kept: number,
  ) {
    this.stride = padded(p.hidden) + padded(p.direct);
    this.keptBytes = keptHeader + 4 * this.stride;
    this.parts = [
      { from: 0, width: padded(p.hidden), multiplier: 2, unit: 0 },
      { from: padded(p.hidden), width: padded(p.direct), multiplier: 3, unit: 0 },
    ].filter((part) => part.width > 0);
  }

  /** `part`: 0 the hidden units, 1 the direct ones. */
  setUnit(part: number, unit: number): void {
    for (const p of this.parts) if (p.multiplier === 2 + part) p.unit = unit;
  }
}
