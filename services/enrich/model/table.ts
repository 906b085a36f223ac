/** A model's weights in the kernel's memory: a row an n-gram that it knows, and what multiplies it (see layout.ts). */
import { keptAt, modelAt } from './kernel/desk';
import type { Kernel } from './kernel/kernel';
import type { Parameters } from './parameters';

/** Columns are laid out, and worked on, in so many. */
export const lane = 16;
export const padded = (n: number): number => Math.ceil(n / lane) * lane;
/** Bytes before the weights of a row: f32, inverse document frequency; two i16, multipliers. */
export const recordBytes = 8;

export class Table {
  /** What the kernel's routines are told of the model (`modelAt`). */
  readonly at: number;
  /** Columns, and bytes, of a row. */
  readonly stride: number;
  /** What is kept of a word: bytes, the header among them. */
  readonly keptBytes: number;

  /** `model`: which of the lexicon's it is; `kept`: where its own begins in what is kept of a word. */
  constructor(
    p: Parameters,
    readonly kernel: Kernel,
    readonly model: number,
    kept: number,
  ) {
    this.stride = padded(p.hidden) + padded(p.direct);
    this.keptBytes = keptAt.sums + 4 * this.stride;
    this.at = kernel.place(modelAt.bytes);
    this.set('header', 2 * model);
    this.set('kept', kept);
    this.set('hidden', padded(p.hidden) / lane);
    this.set('direct', padded(p.direct) / lane);
    const { stride } = this;
    for (const sums of ['words', 'sums'] as const) this.set(sums, kernel.place(8 * stride));
    for (const sums of ['rest', 'spare'] as const) this.set(sums, kernel.place(4 * stride));
    kernel.f64[(this.at + modelAt.wordWeight) / 8] = p.wordWeight;
  }

  set(field: keyof typeof modelAt, value: number): void {
    this.kernel.i32[(this.at + modelAt[field]) / 4] = value;
  }

  get(field: keyof typeof modelAt): number {
    return this.kernel.i32[(this.at + modelAt[field]) / 4]!;
  }

  /** What one of a multiplier is worth: idf * scale of a row is its multiplier * unit. `part`: 0 the hidden units, 1 the direct ones. */
  setUnit(part: number, unit: number): void {
    this.kernel.f64[(this.at + (part === 0 ? modelAt.hiddenUnit : modelAt.directUnit)) / 8] = unit;
  }
}
