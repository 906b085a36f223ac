/**
 * The inner loops of a model: sums of rows of a table. One memory for all tables of a reader, addressed in bytes; as WebAssembly
 * with vectors where the processor has them, else as plain JavaScript. Both give the same bits.
 */
import { PlainKernel } from './plain';
import { pageBytes, Room } from './room';
import { moduleBytes } from './simd';

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
  /**
   * Adds `count` (1 or more) rows of i32, their addresses at `rows`, to the `blocks` times 16 sums of f64 at `out`: exactly,
   * whatever the order. Sums of one call must stay within 31 bits.
   */
  accumulate(rows: number, count: number, out: number, blocks: number): void;
  /** Adds rows of f32, each times its value (f32 at `values`), to the `blocks` times 16 sums at `out`, in single precision. `count` 1 or more. */
  layer(rows: number, values: number, count: number, out: number, blocks: number): void;
  // What follows is told by pieces of memory whose fields are in desk.ts.
  /**
   * Writes the addresses of n-grams by their `count` hashes to `out`, in order; those that nobody knows are left out, or 0 where
   * `keep` is 1 and not 0. Gives how many were written.
   */
  find(hashes: number, count: number, out: number, keep: number, desk: number): number;
  /**
   * Counts the n-grams of `count` ranges (address of the first, and behind the last). To `out` goes a record for each that came for
   * the `wanted`-th time, in the order of that, without what it counts; gives how many. There must be room for one more.
   */
  count(ranges: number, count: number, out: number, wanted: number, desk: number): number;
  /**
   * The first layer of a model over a text: tf-idf of characters and of words, each of length 1, times the rows. Characters: sums of
   * whole words, as if each n-gram counted as often as it stands there, and then those that are repeated corrected to 1 + ln(how
   * often). Gives how many of the text's n-grams the model knows.
   */
  first(model: number, text: number, desk: number): number;
  /** The second layer, from the sums of the first to scores. */
  second(model: number, desk: number): void;
  // What follows lays out the rows of models at start (layout.ts), when no JavaScript is compiled yet.
  /**
   * Numbers `count` n-grams by their hashes, known ones as before and the next from the i32 at `size` on. `index`: pairs of hash
   * and number + 1, `mask` + 1 bytes of them, to be looked at from hash >>> `shift` on. To `numbers` goes each one's number; by
   * number, to `places` where in the index it stands, and `bytes` is added to what `blocks` has.
   */
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
  ): void;
  /** Puts blocks one behind the other, the bytes of each and a `header`, from `first` on: `blocks` and the index get addresses. */
  settle(blocks: number, places: number, count: number, first: number, header: number): void;
  /** The largest idf * scale, of hidden units and direct ones, and of what stands there (f64), at `out`. */
  top(idf: number, scales: number, count: number, out: number): void;
  /**
   * Writes the records of `count` rows of a model, each behind what its block has already (`ends`, in units of 8 bytes; a row has
   * `units`), and where that is at byte `model` of the block. Multipliers: idf * scale * `perUnit` (two f64). `list`: where weights go.
   */
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
  ): void;
  /**
   * Lays out rows of bytes: the first 16 * `blocks` of each of `count` (1 or more) that stand at `from`, `pitch` apart, go to the
   * addresses (u32) at `rows`, `at` further on.
   */
  lay(from: number, pitch: number, rows: number, count: number, at: number, blocks: number): void;
}

type Routines =
  | 'gather'
  | 'accumulate'
  | 'layer'
  | 'find'
  | 'count'
  | 'first'
  | 'second'
  | 'number'
  | 'settle'
  | 'top'
  | 'record'
  | 'lay';

interface Memory {
  buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Wasm {
  Memory: new (limits: { initial: number }) => Memory;
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: Pick<Kernel, Routines> };
}

export class SimdKernel extends Room implements Kernel {
  readonly gather: Kernel['gather'];
  readonly accumulate: Kernel['accumulate'];
  readonly layer: Kernel['layer'];
  readonly find: Kernel['find'];
  readonly count: Kernel['count'];
  readonly first: Kernel['first'];
  readonly second: Kernel['second'];
  readonly number: Kernel['number'];
  readonly settle: Kernel['settle'];
  readonly top: Kernel['top'];
  readonly record: Kernel['record'];
  readonly lay: Kernel['lay'];
  private readonly memory: Memory;

  /** Throws where there is no WebAssembly with vectors. */
  constructor({ Memory, Module, Instance }: Wasm) {
    const memory = new Memory({ initial: 1 });
    super(memory.buffer);
    this.memory = memory;
    const routines = new Instance(new Module(moduleBytes()), { m: { m: memory } }).exports;
    this.gather = routines.gather;
    this.accumulate = routines.accumulate;
    this.layer = routines.layer;
    this.find = routines.find;
    this.count = routines.count;
    this.first = routines.first;
    this.second = routines.second;
    this.number = routines.number;
    this.settle = routines.settle;
    this.top = routines.top;
    this.record = routines.record;
    this.lay = routines.lay;
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
