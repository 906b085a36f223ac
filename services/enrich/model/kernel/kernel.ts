/**
 * The inner loops of a model: sums of rows of a table. One memory for all tables of a reader, addressed in bytes; as WebAssembly
 * with vectors where the processor has them, else as plain JavaScript. Both give the same bits.
 */
import { moduleBytes } from './simd';

const pageBytes = 65_536;

export interface Kernel {
  readonly i8: Int8Array;
  readonly i16: Int16Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  /** Makes room; gives its address, a multiple of 16. Earlier views (`i8`, ...) are void then. */
  place(bytes: number): number;
  /**
   * Weighted sums of rows of i8: at `out`, `blocks` times 16 sums of i32 of row[at + column] * multiplier. `count`, at least 2
   * and even: how many addresses of rows (u32) stand at `rows`, and i16 at `multipliers`. Sums must stay within 31 bits.
   */
  gather(rows: number, multipliers: number, count: number, out: number, blocks: number, at: number): void;
  /** Adds `count` (1 or more) rows of i32, their addresses at `rows`, to the `blocks` times 16 sums of f64 at `out`: exactly, whatever the order. */
  accumulate(rows: number, count: number, out: number, blocks: number): void;
  /** Adds rows of f32, each times its value (f32 at `values`), to the `blocks` times 16 sums at `out`, in single precision. `count` 1 or more. */
  layer(rows: number, values: number, count: number, out: number, blocks: number): void;
}

interface Memory {
  buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Wasm {
  Memory: new (limits: { initial: number }) => Memory;
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Pick<Kernel, 'gather' | 'accumulate' | 'layer'> };
}

/** Views over a memory, and room in it. */
abstract class Room {
  i8 = new Int8Array();
  i16 = new Int16Array();
  i32 = new Int32Array();
  f32 = new Float32Array();
  f64 = new Float64Array();
  private end = 0;

  constructor(protected buffer: ArrayBuffer) {
    this.view();
  }

  place(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil(bytes / 16) * 16;
    if (this.end > this.buffer.byteLength) {
      this.buffer = this.grown(Math.ceil(this.end / pageBytes));
      this.view();
    }
    return at;
  }

  /** The memory with so many pages, its content kept. */
  protected abstract grown(pages: number): ArrayBuffer;

  private view(): void {
    this.i8 = new Int8Array(this.buffer);
    this.i16 = new Int16Array(this.buffer);
    this.i32 = new Int32Array(this.buffer);
    this.f32 = new Float32Array(this.buffer);
    this.f64 = new Float64Array(this.buffer);
  }
}

export class PlainKernel extends Room implements Kernel {
  constructor() {
    super(new ArrayBuffer(pageBytes));
  }

  protected grown(pages: number): ArrayBuffer {
    const buffer = new ArrayBuffer(pages * pageBytes);
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

  layer(rows: number, values: number, count: number, out: number, blocks: number): void {
    const { i32, f32 } = this;
    const sums = f32.subarray(out >> 2, (out >> 2) + 16 * blocks);
    for (let k = 0; k < count; k++) {
      const from = i32[(rows >> 2) + k]! >> 2;
      const v = f32[(values >> 2) + k]!;
      for (let j = 0; j < sums.length; j++) sums[j]! += Math.fround(v * f32[from + j]!);
    }
  }
}

export class SimdKernel extends Room implements Kernel {
  readonly gather: Kernel['gather'];
  readonly accumulate: Kernel['accumulate'];
  readonly layer: Kernel['layer'];
  private readonly memory: Memory;

  /** Throws where there is no WebAssembly with vectors. */
  constructor({ Memory, Module, Instance }: Wasm) {
    const memory = new Memory({ initial: 1 });
    super(memory.buffer);
    this.memory = memory;
    const { gather, accumulate, layer } = new Instance(new Module(moduleBytes()), { m: { m: memory } }).exports;
    this.gather = gather;
    this.accumulate = accumulate;
    this.layer = layer;
  }

  protected grown(pages: number): ArrayBuffer {
    this.memory.grow(pages - this.buffer.byteLength / pageBytes);
    return this.memory.buffer;
  }
}

export function newKernel(): Kernel {
  const { WebAssembly } = globalThis as { WebAssembly?: Wasm };
  try {
    if (WebAssembly) return new SimdKernel(WebAssembly);
  } catch {
    // A processor without vectors, or an engine told not to compile: slower, and the same sums.
  }
  return new PlainKernel();
}
