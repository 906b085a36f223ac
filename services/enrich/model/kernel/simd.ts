/** The routines of `kernel.ts` as WebAssembly with 128-bit vectors, made here from their instructions. */
import { assemble, type Code, op, type Routine } from './assembler';
import { finding } from './finding';
import { layers } from './layers';
import { findEnd, laying } from './laying';
import { summing } from './summing';

const { get, set, i32, add, lessThan, loop } = op;

/** Numbers of parameters and locals. */
interface Walk extends Record<'rows' | 'count' | 'blocks' | 'end' | 'done' | 'at', number> {
  block: Code;
}

/** Rows of 4 bytes a column, 16 columns after the other; a block ends by setting `at` and `done` further. */
const blockByBlock = ({ rows, count, blocks, end, done, at, block }: Walk): Code => [
  findEnd(end, rows, count),
  set(done, i32(0)),
  set(at, i32(0)),
  loop(block, lessThan(get(done), get(blocks))),
];

/** `Kernel.gather`: two rows at a time, 16 columns at a time; multiplied and added in pairs by one instruction. */
function gather(): Routine {
  const [rows, multipliers, count, out, blocks, at] = [0, 1, 2, 3, 4, 5];
  const [row, multiplier, end, first] = [6, 7, 8, 9];
  const [a, b, m, pairs] = [13, 14, 15, 16];
  const sums = [17, 18, 19, 20];
  const interleaved = (from: number): number[] => Array.from({ length: 16 }, (_, i) => from + (i >> 1) + (i & 1) * 16);
  const half = (from: number, low: number, high: number): Code => [
    set(pairs, op.shuffle(get(a), get(b), interleaved(from))),
    set(low, op.addI32x4(get(low), op.dotI16(op.extendLowI8(get(pairs)), get(m)))),
    set(high, op.addI32x4(get(high), op.dotI16(op.extendHighI8(get(pairs)), get(m)))),
  ];
  const rowPair: Code = [
    set(a, op.load128(add(op.load32(get(row)), get(at)))),
    set(b, op.load128(add(op.load32(get(row), 4), get(at)))),
    set(m, op.splat32(get(multiplier))),
    half(0, sums[0]!, sums[1]!),
    half(8, sums[2]!, sums[3]!),
    set(row, add(get(row), i32(8))),
    set(multiplier, add(get(multiplier), i32(4))),
  ];
  const block: Code = [
    sums.map((sum) => set(sum, op.zero128())),
    set(row, get(rows)),
    set(multiplier, get(multipliers)),
    loop(rowPair, lessThan(get(row), get(end))),
    sums.map((sum, i) => op.store128(get(out), get(sum), 16 * i)),
    set(out, add(get(out), i32(64))),
    set(at, add(get(at), i32(16))),
    set(first, add(get(first), i32(1))),
  ];
  const body: Code = [findEnd(end, rows, count), set(first, i32(0)), loop(block, lessThan(get(first), get(blocks)))];
  return { name: 'gather', parameters: 6, i32s: 7, v128s: 8, body };
}

/** `Kernel.layer`: 16 columns at a time, one row at a time. */
function layer(): Routine {
  const [rows, values, count, out, blocks] = [0, 1, 2, 3, 4];
  const [row, value, end, done, at, weights] = [5, 6, 7, 8, 9, 10];
  const v = 11;
  const sums = [12, 13, 14, 15];
  const oneRow: Code = [
    set(weights, add(op.load32(get(row)), get(at))),
    set(v, op.splat32(get(value))),
    sums.map((sum, i) => set(sum, op.addF32x4(get(sum), op.mulF32x4(get(v), op.load128(get(weights), 16 * i))))),
    set(row, add(get(row), i32(4))),
    set(value, add(get(value), i32(4))),
  ];
  const block: Code = [
    sums.map((sum, i) => set(sum, op.load128(get(out), 16 * i))),
    set(row, get(rows)),
    set(value, get(values)),
    loop(oneRow, lessThan(get(row), get(end))),
    sums.map((sum, i) => op.store128(get(out), get(sum), 16 * i)),
    set(out, add(get(out), i32(64))),
    set(at, add(get(at), i32(64))),
    set(done, add(get(done), i32(1))),
  ];
  return {
    name: 'layer',
    parameters: 5,
    i32s: 6,
    v128s: 5,
    body: blockByBlock({ rows, count, blocks, end, done, at, block }),
  };
}

/** `Kernel.accumulate`: rows are added in 32 bits, 16 columns at a time; what comes out, to sums of f64. */
function accumulate(): Routine {
  const [rows, count, out, blocks] = [0, 1, 2, 3];
  const [row, end, done, at, from] = [4, 5, 6, 7, 8];
  const sums = [9, 10, 11, 12];
  const high = Array.from({ length: 16 }, (_, i) => 8 + (i % 8));
  const oneRow: Code = [
    set(from, add(op.load32(get(row)), get(at))),
    sums.map((sum, i) => set(sum, op.addI32x4(get(sum), op.load128(get(from), 16 * i)))),
    set(row, add(get(row), i32(4))),
  ];
  const addTo = (offset: number, two: Code): Code =>
    op.store128(get(out), op.addF64x2(op.load128(get(out), offset), op.lowF64(two)), offset);
  const block: Code = [
    sums.map((sum) => set(sum, op.zero128())),
    set(row, get(rows)),
    loop(oneRow, lessThan(get(row), get(end))),
    sums.map((sum, i) => [addTo(32 * i, get(sum)), addTo(32 * i + 16, op.shuffle(get(sum), get(sum), high))]),
    set(out, add(get(out), i32(128))),
    set(at, add(get(at), i32(64))),
    set(done, add(get(done), i32(1))),
  ];
  const body = blockByBlock({ rows, count, blocks, end, done, at, block });
  return { name: 'accumulate', parameters: 4, i32s: 5, v128s: 4, body };
}

/** The first ones in the order of `routines` (summing.ts). */
export const moduleBytes = (): Uint8Array<ArrayBuffer> =>
  assemble([gather(), accumulate(), layer(), ...summing(), ...layers(), ...finding(), ...laying()]);
