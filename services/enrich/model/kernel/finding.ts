/** The routines of `kernel.ts` that look n-grams up and count them. */
import { type Code, locals, op, type Routine } from './assembler';
import { deskAt, knownAt, spread } from './desk';
import { findEnd, forward, ifSo } from './laying';

const { get, set, i32, add, sub, and, shiftLeft, shiftRight, lessThan, differ, load32, store32, loop, when } = op;

/**
 * `Kernel.find`. All entries of the index are touched first and looked at then: they lie far apart, and the processor waits for
 * many at a time where no jump depends on what it waits for.
 */
function find(): Routine {
  const l = locals(
    ...['hashes', 'count', 'out', 'keep', 'desk'],
    ...['end', 'hash', 'place', 'at', 'bits', 'index', 'shift', 'touched', 'address', 'from'],
  );
  const { hashes, count, out, keep, desk, end, hash, place, at, bits, index, shift, touched, address, from } = l;
  const word = add(get(bits), shiftLeft(and(shiftRight(get(hash), i32(5)), i32(0x7fff)), 2));
  const first = add(get(index), shiftLeft(shiftRight(get(hash), get(shift)), 3));
  const touch: Code = [
    set(hash, load32(get(hashes))),
    set(place, op.select(first, add(get(desk), i32(deskAt.empty)), and(shiftRight(load32(word), get(hash)), i32(1)))),
    store32(get(at), get(place)),
    set(touched, add(get(touched), load32(get(place), 4))),
    forward(hashes, 4),
    forward(at, 4),
  ];
  const isOther = and(differ(get(address), i32(0)), differ(load32(get(place)), get(hash)));
  const step: Code = [
    set(place, add(get(index), and(add(sub(get(place), get(index)), i32(8)), load32(get(desk), deskAt.mask)))),
    set(address, load32(get(place), 4)),
  ];
  const look: Code = [
    set(hash, load32(get(hashes))),
    set(place, load32(get(at))),
    set(address, load32(get(place), 4)),
    when(isOther, loop(step, isOther)),
    store32(get(out), get(address)),
    set(out, add(get(out), ifSo(op.or(get(keep), differ(get(address), i32(0))), 2))),
    forward(hashes, 4),
    forward(at, 4),
  ];
  const again: Code = [set(at, load32(get(desk), deskAt.places)), findEnd(end, hashes, count)];
  const body: Code = [
    set(from, get(out)),
    set(bits, load32(get(desk), deskAt.bits)),
    set(index, load32(get(desk), deskAt.index)),
    set(shift, load32(get(desk), deskAt.shift)),
    again,
    when(lessThan(get(hashes), get(end)), [
      loop(touch, lessThan(get(hashes), get(end))),
      store32(get(desk), get(touched), deskAt.touched),
      set(hashes, sub(get(hashes), shiftLeft(get(count), 2))),
      again,
      loop(look, lessThan(get(hashes), get(end))),
    ]),
    shiftRight(sub(get(out), get(from)), i32(2)),
  ];
  return { name: 'find', parameters: 5, i32s: 10, v128s: 0, returns: true, body };
}

/** `Kernel.count`. */
function count(): Routine {
  const l = locals(
    ...['ranges', 'size', 'out', 'wanted', 'desk'],
    ...['at', 'end', 'ngram', 'place', 'entry', 'times', 'table', 'mask', 'shift', 'none', 'last', 'from'],
  );
  const { ranges, size, out, wanted, desk, at, end, ngram, place, entry, times, table, mask, shift, none, last, from } =
    l;
  const isCounted = lessThan(get(none), get(times));
  const probe: Code = [
    set(place, and(add(get(place), i32(8)), get(mask))),
    set(entry, add(get(table), get(place))),
    set(times, load32(get(entry), 4)),
  ];
  const one: Code = [
    set(ngram, load32(get(at))),
    set(place, sub(shiftLeft(shiftRight(op.mul(get(ngram), i32(spread)), get(shift)), 3), i32(8))),
    loop(probe, and(isCounted, differ(load32(get(entry)), get(ngram)))),
    set(times, add(op.select(get(times), get(none), isCounted), i32(1))),
    store32(get(entry), get(ngram)),
    store32(get(entry), get(times), 4),
    store32(get(out), get(ngram), knownAt.ngram),
    store32(get(out), get(entry), knownAt.times),
    set(out, add(get(out), ifSo(op.isZero(sub(sub(get(times), get(none)), get(wanted))), 4))),
    forward(at, 4),
  ];
  const range: Code = [
    set(at, load32(get(ranges))),
    set(end, load32(get(ranges), 4)),
    when(lessThan(get(at), get(end)), loop(one, lessThan(get(at), get(end)))),
    forward(ranges, 8),
  ];
  const touch: Code = [set(times, add(get(times), load32(load32(get(at))))), forward(at, 8)];
  const settle: Code = [
    store32(get(at), sub(load32(load32(get(at), knownAt.times), 4), get(none)), knownAt.times),
    forward(at, knownAt.bytes),
  ];
  const body: Code = [
    set(from, get(out)),
    set(table, load32(get(desk), deskAt.table)),
    set(mask, load32(get(desk), deskAt.tableMask)),
    set(shift, load32(get(desk), deskAt.tableShift)),
    set(none, load32(get(desk), deskAt.none)),
    set(last, add(get(ranges), shiftLeft(get(size), 3))),
    set(at, get(ranges)),
    when(lessThan(get(ranges), get(last)), [
      // Words lie far apart: their first n-grams are waited for together, not one after the other.
      loop(touch, lessThan(get(at), get(last))),
      store32(get(desk), get(times), deskAt.touched),
      loop(range, lessThan(get(ranges), get(last))),
    ]),
    set(at, get(from)),
    when(lessThan(get(at), get(out)), loop(settle, lessThan(get(at), get(out)))),
    shiftRight(sub(get(out), get(from)), i32(4)),
  ];
  return { name: 'count', parameters: 5, i32s: 12, v128s: 0, returns: true, body };
}

export const finding = (): Routine[] => [find(), count()];
