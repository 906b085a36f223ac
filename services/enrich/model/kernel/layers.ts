/** The layers of a model over a text, each in one call, as WebAssembly. */
import { type Code, locals, op, type Routine } from './assembler';
import { atOnce, deskAt, keptAt, knownAt, modelAt, slotAt, textAt } from './desk';
import { findEnd, forward, ifSo } from './laying';
import { routines, until } from './summing';

const { get, set, i32, add, sub, shiftLeft, shiftRight, lessThan, differ, load32, store32, when } = op;
const { f64, addF64, subF64, mulF64, divF64, lessF64, loadF64, storeF64, loadF32, select, load16 } = op;

/** `Kernel.first`. */
function first(): Routine {
  const l = locals(
    ...['model', 'text', 'desk'],
    ...['slots', 'end', 'slot', 'at', 'from', 'last', 'some', 'known', 'out', 'blocks', 'listed', 'inSum'],
    ...['row', 'value', 'scaled', 'header'],
    ...['squares', 'one', 'counts', 'times'],
  );
  const { model, text, desk, slots, end, slot, at, from, last, some, known, out, blocks, listed, inSum } = l;
  const { row, value, scaled, header, squares, one, counts, times } = l;
  const ofModel = (place: number): Code => load32(get(model), place);
  const ofText = (place: number): Code => load32(get(text), place);
  const ofDesk = (place: number): Code => load32(get(desk), place);
  const sum = (start: Code, stop: Code, to: Code): Code =>
    set(some, op.call(routines.sum, start, stop, to, get(model), get(desk)));
  const accumulate = (rows: Code, many: Code): Code => op.call(routines.accumulate, rows, many, get(out), get(blocks));
  const isKnown = differ(get(some), i32(0));

  const clear: Code = [
    set(out, ofModel(modelAt.words)),
    set(blocks, add(ofModel(modelAt.hidden), ofModel(modelAt.direct))),
    set(at, get(out)),
    set(end, add(get(out), shiftLeft(get(blocks), 7))),
    until(at, end, [op.store128(get(at), op.zero128()), forward(at, 16)]),
  ];

  const ofLoose = (n: Code): Code => add(ofText(textAt.loose), shiftLeft(n, 2));
  const some512: Code = [
    set(last, add(get(from), i32(4 * atOnce))),
    set(last, select(get(at), get(last), lessThan(get(at), get(last)))),
    sum(get(from), get(last), ofModel(modelAt.spare)),
    when(isKnown, [
      set(squares, addF64(get(squares), loadF64(get(desk), deskAt.square))),
      set(known, add(get(known), get(some))),
      store32(ofDesk(deskAt.one), ofModel(modelAt.spare)),
      accumulate(ofDesk(deskAt.one), i32(1)),
    ]),
    set(from, get(last)),
  ];
  const loose: Code = [
    set(slot, add(ofText(textAt.starts), shiftLeft(sub(i32(-1), get(slot)), 2))),
    set(from, ofLoose(load32(get(slot)))),
    set(at, ofLoose(load32(get(slot), 4))),
    until(from, at, some512),
  ];

  const keep: Code = [
    set(from, add(get(slot), i32(slotAt.ngrams))),
    set(last, add(get(from), shiftLeft(load32(get(slot), slotAt.size), 2))),
    sum(get(from), get(last), add(get(at), i32(keptAt.sums))),
    storeF64(get(at), loadF64(get(desk), deskAt.square), keptAt.squares),
    store32(get(at), get(some), keptAt.known),
    store32(get(at), load32(get(slot), slotAt.version), keptAt.version),
  ];
  const flush: Code = [
    accumulate(ofDesk(deskAt.list), shiftRight(sub(get(listed), ofDesk(deskAt.list)), i32(2))),
    set(listed, ofDesk(deskAt.list)),
    set(inSum, i32(0)),
  ];
  const kept: Code = [
    set(slot, add(ofDesk(deskAt.slab), op.mul(get(slot), ofDesk(deskAt.pitch)))),
    set(at, add(get(slot), ofModel(modelAt.kept))),
    when(differ(load32(get(at), keptAt.version), load32(get(slot), slotAt.version)), keep),
    set(some, load32(get(at), keptAt.known)),
    when(isKnown, [
      set(squares, addF64(get(squares), loadF64(get(at), keptAt.squares))),
      set(known, add(get(known), get(some))),
      when(lessThan(i32(atOnce), add(get(inSum), get(some))), flush),
      set(inSum, add(get(inSum), get(some))),
      store32(get(listed), add(get(at), i32(keptAt.sums))),
      forward(listed, 4),
    ]),
  ];
  const words: Code = [
    set(listed, ofDesk(deskAt.list)),
    set(slots, ofText(textAt.slots)),
    set(end, add(get(slots), shiftLeft(ofText(textAt.tokens), 2))),
    until(slots, end, [
      set(slot, load32(get(slots))),
      op.either(op.isNegative(get(slot)), loose, kept),
      forward(slots, 4),
    ]),
    when(differ(get(listed), ofDesk(deskAt.list)), flush),
  ];

  // N-grams that the model does not know are gone through like the others, as of weight 0, rather than by a jump.
  const meet: Code = [
    set(from, load32(get(at), knownAt.ngram)),
    set(some, load16(add(get(from), get(header)))),
    set(last, select(add(get(from), shiftLeft(get(some), 3)), add(get(desk), i32(deskAt.empty)), get(some))),
    set(one, loadF32(get(last))),
    set(counts, loadF64(get(at), knownAt.counts)),
    store32(get(row), get(last)),
    set(row, add(get(row), ifSo(isKnown, 2))),
  ];
  const next: Code = [set(value, add(get(value), ifSo(isKnown, 3))), forward(at, knownAt.bytes)];
  const repeated: Code = [
    meet,
    set(last, load32(get(at), knownAt.times)),
    set(times, op.toF64(get(last))),
    set(
      squares,
      addF64(get(squares), mulF64(mulF64(subF64(mulF64(get(counts), get(counts)), get(times)), get(one)), get(one))),
    ),
    set(known, sub(get(known), select(sub(get(last), i32(1)), i32(0), get(some)))),
    storeF64(get(value), subF64(get(counts), get(times))),
    next,
  ];
  const whole: Code = [
    meet,
    set(one, mulF64(get(counts), get(one))),
    set(squares, addF64(get(squares), mulF64(get(one), get(one)))),
    storeF64(get(value), get(counts)),
    next,
  ];
  const records = (list: number, size: number): Code => [
    set(at, ofText(list)),
    set(end, add(get(at), shiftLeft(ofText(size), 4))),
  ];
  /** `one` becomes what stands there by the root of `squares`, 0 where these are; values not scaled yet are multiplied by it. */
  const scale = (weight: Code): Code => [
    set(one, f64(0)),
    when(lessF64(f64(0), get(squares)), set(one, divF64(weight, op.rootF64(get(squares))))),
    until(scaled, value, [storeF64(get(scaled), mulF64(loadF64(get(scaled)), get(one))), forward(scaled, 8)]),
  ];
  const rows: Code = [
    set(header, ofModel(modelAt.header)),
    set(row, ofDesk(deskAt.rows)),
    set(value, ofDesk(deskAt.values)),
    set(scaled, get(value)),
    records(textAt.repeated, textAt.repeatedSize),
    until(at, end, repeated),
    scale(f64(1)),
    storeF64(get(desk), get(one), deskAt.byCharacter),
    set(squares, f64(0)),
    set(known, sub(get(known), shiftRight(sub(get(row), ofDesk(deskAt.rows)), i32(2)))),
    records(textAt.words, textAt.wordsSize),
    until(at, end, whole),
    scale(loadF64(get(model), modelAt.wordWeight)),
    // How many there are of both.
    set(some, shiftRight(sub(get(row), ofDesk(deskAt.rows)), i32(2))),
    set(known, add(get(known), get(some))),
    // Rows go in pairs: the last one once more, and for nothing.
    when(get(some), store32(get(row), load32(sub(get(row), i32(4))))),
  ];
  const part = (multiplier: number, from: Code, many: number, unit: number): Code =>
    when(
      ofModel(many),
      op.call(
        routines.part,
        ...[get(model), get(desk), get(some), i32(multiplier), from, ofModel(many), add(get(model), i32(unit))],
      ),
    );
  const body: Code = [
    ...[clear, words, rows],
    part(4, i32(0), modelAt.hidden, modelAt.hiddenUnit),
    part(6, ofModel(modelAt.hidden), modelAt.direct, modelAt.directUnit),
    get(known),
  ];
  return { name: 'first', parameters: 3, i32s: 16, v128s: 0, f64s: 4, returns: true, body };
}

/** `Kernel.second`: over the hidden units that light up, about half of them. */
function second(): Routine {
  const l = locals(
    ...['model', 'desk'],
    ...['bias', 'end', 'sums', 'row', 'value', 'weights', 'units', 'from', 'at', 'labels', 'rows'],
    'sum',
  );
  const { model, desk, bias, end, sums, row, value, weights, units, from, at, labels, rows, sum } = l;
  const ofModel = (place: number): Code => load32(get(model), place);
  const light: Code = [
    set(sum, addF64(loadF32(get(bias)), loadF64(get(sums)))),
    store32(get(row), get(weights)),
    op.storeF32(get(value), get(sum)),
    set(from, ifSo(lessF64(f64(0), get(sum)), 2)),
    set(row, add(get(row), get(from))),
    set(value, add(get(value), get(from))),
    set(weights, add(get(weights), shiftLeft(get(labels), 6))),
    [forward(bias, 4), forward(sums, 8)],
  ];
  const copy: Code = [op.store128(get(at), op.load128(get(from))), forward(at, 16), forward(from, 16)];
  const body: Code = [
    set(bias, ofModel(modelAt.bias)),
    set(units, ofModel(modelAt.units)),
    findEnd(end, bias, units),
    set(sums, ofModel(modelAt.sums)),
    set(rows, load32(get(desk), deskAt.rows)),
    set(row, get(rows)),
    set(value, load32(get(desk), deskAt.lit)),
    set(weights, ofModel(modelAt.second)),
    set(labels, ofModel(modelAt.labels)),
    until(bias, end, light),
    set(at, ofModel(modelAt.scores)),
    set(from, ofModel(modelAt.labelBias)),
    set(end, add(get(at), shiftLeft(get(labels), 6))),
    until(at, end, copy),
    when(
      differ(get(row), get(rows)),
      op.call(
        routines.layer,
        ...[get(rows), load32(get(desk), deskAt.lit), shiftRight(sub(get(row), get(rows)), i32(2))],
        ...[ofModel(modelAt.scores), get(labels)],
      ),
    ),
  ];
  return { name: 'second', parameters: 2, i32s: 11, v128s: 0, f64s: 1, body };
}

export const layers = (): Routine[] => [first(), second()];
