/** The routines of `kernel.ts` that lay out models at start. */
import { type Code, op, type Routine } from './assembler';

const { get, set, i32, add, and, shiftLeft, shiftRight, lessThan, load32, store32, loop, when } = op;

/** Sets `end` behind the last of `count` addresses at `rows`: count * 4 without a multiplication, added twice to itself. */
export const findEnd = (end: number, rows: number, count: number): Code => [
  set(end, add(get(count), get(count))),
  set(end, add(get(rows), add(get(end), get(end)))),
];

/** 0 or `1 << bits`, without a jump that the processor would have to guess. */
export const ifSo = (condition: Code, bits: number): Code => shiftLeft(condition, bits);
/** Sets a local further. */
export const forward = (local: number, by: number): Code => set(local, add(get(local), i32(by)));
/** The address of the n-th of numbers of 4 bytes. */
const nth = (from: number, n: Code): Code => add(get(from), shiftLeft(n, 2));

/** `Kernel.number`. */
function number(): Routine {
  const [hashes, count, index, mask, shift, numbers, blocks, places, bytes, size] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const [end, hash, at, place, n] = [10, 11, 12, 13, 14];
  const step: Code = [set(at, and(add(get(at), i32(8)), get(mask))), set(place, add(get(index), get(at)))];
  const isOther = and(op.differ(load32(get(place), 4), i32(0)), op.differ(load32(get(place)), get(hash)));
  const isNew: Code = [
    set(n, load32(get(size))),
    store32(get(size), add(get(n), i32(1))),
    store32(get(place), get(hash)),
    store32(get(place), add(get(n), i32(1)), 4),
    store32(nth(places, get(n)), add(get(place), i32(4))),
  ];
  const one: Code = [
    set(hash, load32(get(hashes))),
    set(at, add(shiftLeft(shiftRight(get(hash), get(shift)), 3), i32(-8))),
    loop(step, isOther),
    when(op.isZero(load32(get(place), 4)), isNew),
    set(n, add(load32(get(place), 4), i32(-1))),
    store32(get(numbers), get(n)),
    set(at, nth(blocks, get(n))),
    store32(get(at), add(load32(get(at)), get(bytes))),
    forward(hashes, 4),
    forward(numbers, 4),
  ];
  const body: Code = [findEnd(end, hashes, count), loop(one, lessThan(get(hashes), get(end)))];
  return { name: 'number', parameters: 10, i32s: 5, v128s: 0, body };
}

/** `Kernel.settle`. */
function settle(): Routine {
  const [blocks, places, count, first, header] = [0, 1, 2, 3, 4];
  const [end, bytes] = [5, 6];
  const one: Code = [
    set(bytes, add(load32(get(blocks)), get(header))),
    store32(get(blocks), get(first)),
    store32(load32(get(places)), get(first)),
    set(first, add(get(first), get(bytes))),
    forward(blocks, 4),
    forward(places, 4),
  ];
  const body: Code = [findEnd(end, blocks, count), loop(one, lessThan(get(blocks), get(end)))];
  return { name: 'settle', parameters: 5, i32s: 2, v128s: 0, body };
}

/** `Kernel.top`. */
function top(): Routine {
  const [idf, scales, count, out] = [0, 1, 2, 3];
  const end = 4;
  const larger = (part: number): Code => {
    const product = op.mulF64(op.loadF32(get(idf)), op.loadF32(get(scales), 4 * part));
    return op.storeF64(get(out), op.maxF64(op.loadF64(get(out), 8 * part), product), 8 * part);
  };
  const one: Code = [larger(0), larger(1), forward(idf, 4), forward(scales, 8)];
  const body: Code = [findEnd(end, idf, count), loop(one, lessThan(get(idf), get(end)))];
  return { name: 'top', parameters: 4, i32s: 1, v128s: 0, body };
}

/** `Kernel.record`. */
function record(): Routine {
  const [numbers, count, blocks, ends, model, units, idf, scales, perUnit, list] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const [last, n, at, end] = [10, 11, 12, 13];
  const multiplier = (part: number): Code => {
    const product = op.mulF64(op.loadF32(get(idf)), op.loadF32(get(scales), 4 * part));
    return op.store16(get(at), op.round(op.mulF64(product, op.loadF64(get(perUnit), 8 * part))), 4 + 2 * part);
  };
  const one: Code = [
    set(n, load32(get(numbers))),
    set(at, nth(ends, get(n))),
    set(end, load32(get(at))),
    store32(get(at), add(get(end), get(units))),
    set(at, load32(nth(blocks, get(n)))),
    op.store16(add(get(at), get(model)), get(end)),
    set(at, add(get(at), shiftLeft(get(end), 3))),
    store32(get(at), load32(get(idf))),
    multiplier(0),
    multiplier(1),
    store32(get(list), add(get(at), i32(8))),
    [forward(numbers, 4), forward(idf, 4), forward(scales, 8), forward(list, 4)],
  ];
  const body: Code = [findEnd(last, numbers, count), loop(one, lessThan(get(numbers), get(last)))];
  return { name: 'record', parameters: 10, i32s: 4, v128s: 0, body };
}

/** `Kernel.lay`. */
function lay(): Routine {
  const [from, pitch, rows, count, at, blocks] = [0, 1, 2, 3, 4, 5];
  const [end, to, source, done] = [6, 7, 8, 9];
  const piece: Code = [
    op.store128(get(to), op.load128(get(source))),
    set(to, add(get(to), i32(16))),
    set(source, add(get(source), i32(16))),
    set(done, add(get(done), i32(1))),
  ];
  const oneRow: Code = [
    set(to, add(op.load32(get(rows)), get(at))),
    set(source, get(from)),
    set(done, i32(0)),
    loop(piece, lessThan(get(done), get(blocks))),
    set(from, add(get(from), get(pitch))),
    set(rows, add(get(rows), i32(4))),
  ];
  const body: Code = [findEnd(end, rows, count), loop(oneRow, lessThan(get(rows), get(end)))];
  return { name: 'lay', parameters: 6, i32s: 4, v128s: 0, body };
}

export const laying = (): Routine[] => [number(), settle(), top(), record(), lay()];
