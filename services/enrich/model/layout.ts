/**
 * Lays out the rows of all models of a reader in the kernel's memory, those of an n-gram together: a text in one language asks
 * several models for the same n-grams, and a place in memory that was not touched lately costs more than what is done there.
 *
 * An n-gram is a block, at a multiple of 8: per model an i16, where its row begins in the block in units of 8 bytes (0: it does not
 * know the n-gram), then rows: a record (f32 inverse document frequency, two i16 multipliers) and its weights. Of each model common
 * n-grams come first, so that what most texts touch lies close together.
 */

import { largest } from './kernel/desk';
import type { Kernel } from './kernel/kernel';
import type { Parameters } from './parameters';
import { lane, padded, recordBytes, type Table } from './table';

/** Pairs of i32 in the kernel's memory, hash and address (0: empty), at the upper bits of the hash or behind. */
export interface Index {
  at: number;
  shift: number;
  /** Bytes - 1. */
  mask: number;
}

export interface Added {
  table: Table;
  parameters: Parameters;
}

/** Rows whose weights are laid out at a time. */
const batch = 16_384;

/** Places of what is needed meanwhile: 4 bytes a row or an n-gram each; of one model its hashes or idf, and scales; a batch of weights. */
class Desk {
  readonly bytes: number;
  readonly numbers: number;
  readonly blocks: number;
  readonly places: number;
  readonly ends: number;
  readonly idf: number;
  readonly scales: number;
  readonly weights: number;
  /** The number of n-grams (i32), and two f64. */
  readonly size: number;
  readonly units: number;

  constructor(models: readonly Added[], at: number) {
    const rows = models.reduce((sum, { parameters }) => sum + parameters.columns, 0);
    const most = Math.max(0, ...models.map(({ parameters }) => parameters.columns));
    const widest = Math.max(0, ...models.map(({ table }) => table.stride));
    let end = at;
    const place = (bytes: number) => {
      const from = end;
      end += Math.ceil(bytes / 16) * 16;
      return from;
    };
    [this.numbers, this.blocks, this.places, this.ends] = [
      place(4 * rows),
      place(4 * rows),
      place(4 * rows),
      place(4 * rows),
    ];
    [this.idf, this.scales] = [place(4 * most), place(8 * most)];
    this.weights = place(batch * widest + lane);
    [this.size, this.units] = [place(16), place(16)];
    this.bytes = end - at;
  }
}

export const deskBytes = (models: readonly Added[]): number => new Desk(models, 0).bytes;

/** Lays out `models`. `at`: room for `deskBytes`, all 0 before and after; `list`: for a batch of addresses. */
export function layOut(kernel: Kernel, models: readonly Added[], at: number, list: number): Index {
  const desk = new Desk(models, at);
  const rows = models.reduce((sum, { parameters }) => sum + parameters.columns, 0);
  const bits = Math.max(4, Math.ceil(Math.log2(rows * 1.5)));
  const index = { at: kernel.place(8 << bits), shift: 32 - bits, mask: (8 << bits) - 1 };
  let end = desk.numbers;
  let weights = 0;
  const numbers = models.map(({ table, parameters: { columns, hashes } }) => {
    const mine = end;
    const bytes = recordBytes + table.stride;
    end += 4 * columns;
    weights += bytes * columns;
    kernel.i32.set(hashes, desk.idf / 4);
    if (columns > 0)
      kernel.number(
        desk.idf,
        columns,
        index.at,
        index.mask,
        index.shift,
        mine,
        desk.blocks,
        desk.places,
        bytes,
        desk.size,
      );
    return mine;
  });
  const size = kernel.i32[desk.size / 4]!;
  const header = 8 * Math.ceil(models.length / 4);
  const first = kernel.place(weights + size * header);
  if (size > 0) kernel.settle(desk.blocks, desk.places, size, first, header);
  kernel.i32.fill(header / 8, desk.ends / 4, desk.ends / 4 + size);
  models.forEach((added, i) => {
    if (added.parameters.columns > 0) layRows(kernel, added, numbers[i]!, desk, list);
  });
  kernel.i8.fill(0, at, at + desk.bytes);
  return index;
}

function layRows(kernel: Kernel, { table, parameters }: Added, numbers: number, desk: Desk, list: number): void {
  const { i8, f32, f64 } = kernel;
  const { columns, hidden, direct, first } = parameters;
  const width = hidden + direct;
  const units = desk.units / 8;
  f32.set(parameters.idf, desk.idf / 4);
  f32.set(parameters.firstScale, desk.scales / 4);
  f64.fill(0, units, units + 2);
  kernel.top(desk.idf, desk.scales, columns, desk.units);
  for (const part of [0, 1]) {
    const top = f64[units + part]!;
    table.setUnit(part, top / largest);
    f64[units + part] = top > 0 ? largest / top : 0;
  }
  for (let from = 0; from < columns; from += batch) {
    const count = Math.min(batch, columns - from);
    const [idf, scales] = [desk.idf + 4 * from, desk.scales + 8 * from];
    const [model, size] = [2 * table.model, (recordBytes + table.stride) / 8];
    kernel.record(numbers + 4 * from, count, desk.blocks, desk.ends, model, size, idf, scales, desk.units, list);
    // Whole vectors: a row's last columns, which no label has, get what stands behind the row.
    i8.set(first.subarray(from * width, (from + count) * width), desk.weights);
    if (hidden > 0) kernel.lay(desk.weights, width, list, count, 0, padded(hidden) / lane);
    if (direct > 0) kernel.lay(desk.weights + hidden, width, list, count, padded(hidden), padded(direct) / lane);
  }
}
