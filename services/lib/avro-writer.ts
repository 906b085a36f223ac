import type avro from 'avsc';
import { plainKind, type Tap } from './avro-tap';

/** Writes a value of one kind of type at the tap. */
export type WriteMethod = (tap: Tap, value: unknown) => void;

/** Room for a union's branch and any number: with less of it avsc writes, which knows what to do at the end. */
const slack = 12;
/** Strings up to here have a length of one byte. */
const shortString = 63;

const mismatch = new TypeError('not a value of the type');

/** The method that writes what avsc's would, or throws; undefined where avsc's own is good enough. */
export function writeMethodOf(type: avro.Type): WriteMethod | undefined {
  const plain = plainKind(type);
  return plain && (plain.nullable ? nullable : direct)[plain.kind];
}

const direct: Readonly<Record<string, WriteMethod>> = { string: writeText, long: writeLong, int: writeInt };
const nullable: Readonly<Record<string, WriteMethod>> = {
  string: (tap, value) => {
    if (value === null) tap.buf[tap.pos++] = 0;
    else {
      tap.buf[tap.pos++] = 2;
      writeText(tap, value);
    }
  },
  long: (tap, value) => {
    if (value === null) tap.buf[tap.pos++] = 0;
    else {
      tap.buf[tap.pos++] = 2;
      writeLong(tap, value);
    }
  },
  double: (tap, value) => {
    if (value === null) tap.buf[tap.pos++] = 0;
    else {
      if (typeof value !== 'number') throw mismatch;
      tap.buf[tap.pos++] = 2;
      if (tap.pos + 8 <= tap.buf.length) tap.buf.writeDoubleLE(value, tap.pos);
      tap.pos += 8;
    }
  },
};

/** ASCII by the byte: no look at it before, no call into Node. The rest by avsc, from where it started. */
function writeText(tap: Tap, value: unknown): void {
  if (typeof value !== 'string') throw mismatch;
  const { buf, pos } = tap;
  const { length } = value;
  if (length > shortString || pos + 1 + length > buf.length) {
    tap.writeString(value);
    return;
  }
  buf[pos] = length << 1;
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    if (code > 127) {
      tap.writeString(value);
      return;
    }
    buf[pos + 1 + index] = code;
  }
  tap.pos = pos + 1 + length;
}

function writeInt(tap: Tap, value: unknown): void {
  if (typeof value !== 'number' || (value | 0) !== value) throw mismatch;
  writeLong(tap, value);
}

function writeLong(tap: Tap, value: unknown): void {
  if (typeof value !== 'number') throw mismatch;
  const { buf } = tap;
  let at = tap.pos;
  if (at + slack > buf.length) {
    writeAnyLong(tap, value);
    return;
  }
  if ((value | 0) === value) {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 127) {
      buf[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buf[at] = rest;
    tap.pos = at + 1;
    return;
  }
  if (!Number.isInteger(value) || value > largest || value < -largest) {
    writeAnyLong(tap, value);
    return;
  }
  // At least 32 bits: four bytes of the lower 28 ones, and what is above.
  const zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
  let rest = Math.floor(zigzag / 268435456);
  const low = zigzag - rest * 268435456;
  buf[at] = (low & 127) | 128;
  buf[at + 1] = ((low >> 7) & 127) | 128;
  buf[at + 2] = ((low >> 14) & 127) | 128;
  buf[at + 3] = (low >> 21) | 128;
  at += 4;
  while (rest > 127) {
    buf[at++] = (rest & 127) | 128;
    rest >>= 7;
  }
  buf[at] = rest;
  tap.pos = at + 1;
}

/** Beyond it, twice a number less one is no double: avsc rounds, and so its bytes stay its own. */
const largest = 2 ** 52;

function writeAnyLong(tap: Tap, value: number): void {
  if (value % 1 || !(value >= -9007199254740990 && value <= 9007199254740990)) throw mismatch;
  tap.writeLong(value);
}
