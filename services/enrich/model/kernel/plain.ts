import type { Kernel } from './kernel';
import { count, find } from './plain-finding';
import { first, second } from './plain-layers';
import { pageBytes, Room } from './room';

/** The routines in JavaScript, for engines without vectors: slower, and the same bits. */
export class PlainKernel extends Room implements Kernel {
  constructor() {
    super(new ArrayBuffer(pageBytes));
  }

  protected grown(pages: number): ArrayBuffer {
    // At least twice as much: what is there is copied each time.
    const buffer = new ArrayBuffer(Math.max(pages * pageBytes, 2 * this.buffer.byteLength));
    new Uint8Array(buffer).set(new Uint8Array(this.buffer));
    return buffer;
  }

  gather(rows: number, multipliers: number, count: number, out: number, blocks: number, at: number): void {
    const { i8, i16, i32 } = this;
    const sums = i32.subarray(out >> 2, (out >> 2) + 16 * blocks).fill(0);
    for (let k = 0; k < count; k++) {
      const from = i32[(rows >> 2) + k]! + at;
      const m = i16[(multipliers >> 1) + k]!;
      for (let j = 0; j < sums.length; j++) sums[j]! += m * i8[from + j]!;
    }
  }

  accumulate(rows: number, count: number, out: number, blocks: number): void {
    const { i32, f64 } = this;
    for (let k = 0; k < count; k++) {
      const from = i32[(rows >> 2) + k]! >> 2;
      for (let j = 0; j < 16 * blocks; j++) f64[(out >> 3) + j]! += i32[from + j]!;
    }
  }

  find(hashes: number, size: number, out: number, keep: number, desk: number): number {
    return find(this, hashes, size, out, keep, desk);
  }

  count(ranges: number, size: number, out: number, wanted: number, desk: number): number {
    return count(this, ranges, size, out, wanted, desk);
  }

  first(model: number, text: number, desk: number): number {
    return first(this, model, text, desk);
  }

  second(model: number, desk: number): void {
    second(this, model, desk);
  }

  lay(from: number, pitch: number, rows: number, count: number, at: number, blocks: number): void {
    const { i8, i32 } = this;
    for (let k = 0; k < count; k++)
      i8.copyWithin(i32[(rows >> 2) + k]! + at, from + k * pitch, from + k * pitch + 16 * blocks);
  }

  layer(rows: number, values: number, count: number, out: number, blocks: number): void {
    const { i32, f32 } = this;
    const sums = f32.subarray(out >> 2, (out >> 2) + 16 * blocks);
    for (let k = 0; k < count; k++) {
      const from = i32[(rows >> 2) + k]! >> 2;
      const v = f32[(values >> 2) + k]!;
      for (let j = 0; j < sums.length; j++) sums[j]! += Math.fround(v * f32[from + j]!);
    }
  }

  number(
    hashes: number,
    count: number,
    index: number,
    mask: number,
    shift: number,
    numbers: number,
    blocks: number,
    places: number,
    bytes: number,
    size: number,
  ): void {
    const { i32 } = this;
    for (let k = 0; k < count; k++) {
      const hash = i32[(hashes >> 2) + k]!;
      let at = (hash >>> shift) << 3;
      while (i32[(index + at + 4) >> 2] !== 0 && i32[(index + at) >> 2] !== hash) at = (at + 8) & mask;
      const place = (index + at) >> 2;
      if (i32[place + 1] === 0) {
        const n = i32[size >> 2]!++;
        i32[place] = hash;
        i32[place + 1] = n + 1;
        i32[(places >> 2) + n] = index + at + 4;
      }
      const n = i32[place + 1]! - 1;
      i32[(numbers >> 2) + k] = n;
      i32[(blocks >> 2) + n]! += bytes;
    }
  }

  settle(blocks: number, places: number, count: number, first: number, header: number): void {
    const { i32 } = this;
    let block = first;
    for (let n = 0; n < count; n++) {
      const bytes = i32[(blocks >> 2) + n]!;
      i32[(blocks >> 2) + n] = block;
      i32[i32[(places >> 2) + n]! >> 2] = block;
      block += bytes + header;
    }
  }

  top(idf: number, scales: number, count: number, out: number): void {
    const { f32, f64 } = this;
    for (let k = 0; k < count; k++)
      for (let part = 0; part < 2; part++) {
        const product = f32[(idf >> 2) + k]! * f32[(scales >> 2) + 2 * k + part]!;
        f64[(out >> 3) + part] = Math.max(f64[(out >> 3) + part]!, product);
      }
  }

  record(
    numbers: number,
    count: number,
    blocks: number,
    ends: number,
    model: number,
    units: number,
    idf: number,
    scales: number,
    perUnit: number,
    list: number,
  ): void {
    const { i16, i32, f32, f64 } = this;
    for (let k = 0; k < count; k++) {
      const n = i32[(numbers >> 2) + k]!;
      const end = i32[(ends >> 2) + n]!;
      const block = i32[(blocks >> 2) + n]!;
      i32[(ends >> 2) + n] = end + units;
      i16[(block + model) >> 1] = end;
      const at = block + 8 * end;
      const one = f32[(idf >> 2) + k]!;
      f32[at >> 2] = one;
      for (let part = 0; part < 2; part++) {
        const scale = f32[(scales >> 2) + 2 * k + part]!;
        i16[(at + 4 + 2 * part) >> 1] = Math.round(one * scale * f64[(perUnit >> 3) + part]!);
      }
      i32[(list >> 2) + k] = at + 8;
    }
  }
}
