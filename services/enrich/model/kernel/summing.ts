/** Parts of a model's first layer (see layers.ts), as WebAssembly. */
import { type Code, locals, op, type Routine } from './assembler';
import { deskAt, largest, largestSum, modelAt } from './desk';
import { forward, ifSo } from './laying';

const { get, set, i32, add, sub, and, shiftLeft, shiftRight, lessThan, differ, load32, load16, store32, loop, when } =
  op;
const { f64, addF64, subF64, mulF64, divF64, lessF64, loadF64, storeF64, loadF32 } = op;

/** Where routines that others call stand in the module. */
export const routines = { gather: 0, accumulate: 1, layer: 2, sum: 3, part: 4 } as const;

/** `body` while `at` is before `end`, which it may be from the start. */
export const until = (at: number, end: number, body: Code): Code =>
  when(lessThan(get(at), get(end)), loop(body, lessThan(get(at), get(end))));
/** Rows go in pairs. */
const even = (count: number): Code => add(get(count), and(get(count), i32(1)));
/** Bytes of a record before the weights of a row. */
const recordBytes = 8;

/** Sums (i32, at `out`) of a model's rows of the n-grams from `ngrams` to before `end`; gives how many it knows. None: nothing is written. */
function sum(): Routine {
  const l = locals(
    ...['ngrams', 'end', 'out', 'model', 'desk'],
    ...['header', 'rows', 'row', 'at', 'known', 'hidden', 'direct', 'count'],
    ...['square', 'one'],
  );
  const { ngrams, end, out, model, desk, header, rows, row, at, known, hidden, direct, count, square, one } = l;
  // Without a jump, so that rows that lie far apart are waited for together.
  const meet: Code = [
    set(at, load32(get(ngrams))),
    set(known, load16(add(get(at), get(header)))),
    store32(get(row), add(get(at), shiftLeft(get(known), 3))),
    set(row, add(get(row), ifSo(differ(get(known), i32(0)), 2))),
    forward(ngrams, 4),
  ];
  const weigh: Code = [
    set(at, load32(get(row))),
    set(one, loadF32(get(at))),
    set(square, addF64(get(square), mulF64(get(one), get(one)))),
    op.store16(get(hidden), load16(get(at), 4)),
    op.store16(get(direct), load16(get(at), 6)),
    [forward(row, 4), forward(hidden, 2), forward(direct, 2)],
  ];
  const columns = (multipliers: number, blocks: number, from: Code): Code =>
    op.call(
      routines.gather,
      ...[get(rows), load32(get(desk), multipliers), even(count)],
      ...[add(get(out), shiftLeft(from, 6)), load32(get(model), blocks), add(i32(recordBytes), shiftLeft(from, 4))],
    );
  const body: Code = [
    set(header, load32(get(model), modelAt.header)),
    set(rows, load32(get(desk), deskAt.rows)),
    set(row, get(rows)),
    until(ngrams, end, meet),
    set(end, get(row)),
    set(row, get(rows)),
    set(count, shiftRight(sub(get(end), get(rows)), i32(2))),
    when(get(count), [
      set(hidden, load32(get(desk), deskAt.hidden)),
      set(direct, load32(get(desk), deskAt.direct)),
      until(row, end, weigh),
      // The last one once more, and for nothing.
      store32(get(row), load32(sub(get(row), i32(4)))),
      op.store16(get(hidden), i32(0)),
      op.store16(get(direct), i32(0)),
      when(load32(get(model), modelAt.hidden), columns(deskAt.hidden, modelAt.hidden, i32(0))),
      when(
        load32(get(model), modelAt.direct),
        columns(deskAt.direct, modelAt.direct, load32(get(model), modelAt.hidden)),
      ),
    ]),
    storeF64(get(desk), get(square), deskAt.square),
    get(count),
  ];
  return { name: 'sum', parameters: 5, i32s: 8, v128s: 0, f64s: 2, returns: true, body };
}

/**
 * Fills the columns of `blocks` blocks from `from` on of a model's sums: words' characters times what these count, and `count` rows
 * each times its value and its multiplier, which stands `multiplier` into the record. `unit`: the address of what that is worth.
 */
function part(): Routine {
  const l = locals(
    ...['model', 'desk', 'count', 'multiplier', 'from', 'blocks', 'unit'],
    ...['row', 'value', 'product', 'end', 'list', 'words', 'sums', 'rest'],
    ...['byCharacters', 'ones', 'units', 'rests'],
    ...['top', 'total', 'one', 'x', 'y'],
  );
  const { model, desk, count, multiplier, from, blocks, unit, row, value, product, end, list, words, sums, rest } = l;
  const { byCharacters, ones, units, rests, top, total, one, x, y } = l;
  const multiply: Code = [
    set(x, mulF64(loadF64(get(value)), op.toF64(load16(add(load32(get(row)), get(multiplier)))))),
    storeF64(get(product), get(x)),
    set(x, op.absF64(get(x))),
    set(top, op.maxF64(get(top), get(x))),
    set(total, addF64(get(total), get(x))),
    [forward(row, 4), forward(value, 8), forward(product, 8)],
  ];
  // As Math.round: to the nearest whole number, halves up.
  const round: Code = [
    set(x, mulF64(loadF64(get(product)), get(y))),
    set(total, op.ceilF64(get(x))),
    set(total, op.select(subF64(get(total), f64(1)), get(total), lessF64(get(x), subF64(get(total), f64(0.5))))),
    op.store16(get(list), op.truncate(get(total))),
    [forward(list, 2), forward(product, 8)],
  ];
  const start: Code = [
    set(row, load32(get(desk), deskAt.rows)),
    set(value, load32(get(desk), deskAt.values)),
    set(product, load32(get(desk), deskAt.products)),
    set(list, load32(get(desk), deskAt.hidden)),
    set(end, add(get(row), shiftLeft(get(count), 2))),
  ];
  const gather: Code = [
    start,
    set(end, add(get(product), shiftLeft(get(count), 3))),
    set(y, divF64(f64(1), get(one))),
    until(product, end, round),
    op.store16(get(list), i32(0)),
    op.call(
      routines.gather,
      ...[get(row), load32(get(desk), deskAt.hidden), even(count), get(rest), get(blocks)],
      add(i32(recordBytes), shiftLeft(get(from), 4)),
    ),
  ];
  const high = Array.from({ length: 16 }, (_, i) => 8 + (i % 8));
  const both = (offset: number, two: Code): Code => {
    const ofWords = op.mulF64x2(get(byCharacters), op.load128(get(words), offset));
    return op.store128(
      get(sums),
      op.mulF64x2(get(units), op.addF64x2(ofWords, op.mulF64x2(get(ones), op.lowF64(two)))),
      offset,
    );
  };
  const four: Code = [
    set(rests, op.load128(get(rest))),
    both(0, get(rests)),
    both(16, op.shuffle(get(rests), get(rests), high)),
    [forward(words, 32), forward(sums, 32), forward(rest, 16)],
  ];
  // By another order of the same factors, as without rows: readings stay what they were to the bit.
  const alone: Code = [
    op.store128(get(sums), op.mulF64x2(op.mulF64x2(get(units), get(byCharacters)), op.load128(get(words)))),
    [forward(words, 16), forward(sums, 16)],
  ];
  const column = (place: number): Code => add(load32(get(model), place), shiftLeft(get(from), 7));
  const body: Code = [
    start,
    until(row, end, multiply),
    set(one, op.maxF64(divF64(get(top), f64(largest)), divF64(get(total), f64(largestSum)))),
    set(words, column(modelAt.words)),
    set(sums, column(modelAt.sums)),
    set(rest, add(load32(get(model), modelAt.rest), shiftLeft(get(from), 6))),
    set(byCharacters, op.splatF64(loadF64(get(desk), deskAt.byCharacter))),
    set(units, op.splatF64(loadF64(get(unit)))),
    set(ones, op.splatF64(get(one))),
    op.either(
      lessF64(f64(0), get(one)),
      [gather, set(end, add(get(words), shiftLeft(get(blocks), 7))), until(words, end, four)],
      [set(end, add(get(words), shiftLeft(get(blocks), 7))), until(words, end, alone)],
    ),
  ];
  return { name: 'part', parameters: 7, i32s: 8, v128s: 4, f64s: 5, body };
}

export const summing = (): Routine[] => [sum(), part()];
