import avro from 'avsc';
import { type Bytes, type Kind, Kinds, nullableOf, primitiveKinds } from './avro-kinds';

/** Writes `value` at `position`; answers where it ends or, as avsc does, how many bytes are lacking, negative. */
export type Write = (value: unknown, buffer: Buffer, position: number) => number;

/** How a value is written: one shape for all types, so that the code that reads it stays monomorphic. */
interface Step {
  /** Of the field; empty for items and values. */
  readonly name: string;
  kind: Kind;
  /** A union of null and `kind`, null first. */
  nullable: boolean;
  /** What stands for `undefined`: the bytes of the field's default. */
  default: Buffer | undefined;
  symbols: Map<unknown, number> | undefined;
  /** Of a record. */
  fields: Step[];
  /** Items of an array, values of a map. */
  items: Step | undefined;
}

/** Room for a union's branch and a number, or for the end of an array. */
const slack = 16;

/** Strings up to here have a length of one byte. */
const shortString = 63;
/** Strings up to here have, from `shortString` on, a length of two bytes, whatever is in them: 3 bytes a character. */
const mediumString = 2730;
/** avsc writes lone surrogates as they are in strings of up to as many bytes, and as U+FFFD in longer ones. */
const manualBytes = 64;

/** Thrown within a value only; the stack would say nothing. */
class Overflow extends Error {
  lacking = 0;
}
const overflow = new Overflow('the buffer is full');
const mismatch = new Error('not a value of the type');

/**
 * A writer of what `type` writes, byte by byte the same; undefined where the type is none that is compiled. Values that
 * it does not take are left to avsc, which throws its error or knows better.
 */
export function compileWriter(type: avro.Type): Write | undefined {
  const step = stepOf('', type, new Map());
  if (!step) return undefined;
  return (value, buffer, position) => {
    try {
      return writeValue(step, value, buffer as Bytes, position);
    } catch (error) {
      if (error === overflow) return -overflow.lacking;
      return type.encode(value, buffer, position);
    }
  };
}

function stepOf(name: string, type: avro.Type, records: Map<avro.Type, Step[]>): Step | undefined {
  const inner = nullableOf(type);
  const of = inner ?? type;
  const step: Step = {
    name,
    kind: primitiveKinds[of.typeName] ?? Kinds.record,
    nullable: inner !== undefined,
    default: undefined,
    symbols: undefined,
    fields: [],
    items: undefined,
  };
  if (of.typeName in primitiveKinds) return step;
  if (of instanceof avro.types.EnumType) {
    step.kind = Kinds.enum;
    step.symbols = new Map(of.symbols.map((symbol, index) => [symbol, index]));
    return step;
  }
  if (of instanceof avro.types.ArrayType || of instanceof avro.types.MapType) {
    step.kind = of instanceof avro.types.ArrayType ? Kinds.array : Kinds.map;
    step.items = stepOf('', of instanceof avro.types.ArrayType ? of.itemsType : of.valuesType, records);
    return step.items && step;
  }
  if (!(of instanceof avro.types.RecordType)) return undefined;
  const known = records.get(of);
  if (known) return { ...step, fields: known };
  // Known before its fields are: they may be of the same type.
  records.set(of, step.fields);
  for (const field of of.fields) {
    const inside = stepOf(field.name, field.type, records);
    if (!inside) return undefined;
    const value: unknown = field.defaultValue();
    if (value !== undefined) inside.default = field.type.toBuffer(value);
    step.fields.push(inside);
  }
  return step;
}

function writeRecord(fields: readonly Step[], value: Record<string, unknown>, buffer: Bytes, position: number): number {
  let at = position;
  for (let index = 0; index < fields.length; index++) {
    const step = fields[index];
    at = writeValue(step, value[step.name], buffer, at);
  }
  return at;
}

function writeValue(step: Step, value: unknown, buffer: Bytes, position: number): number {
  let at = position;
  if (at + slack > buffer.length) refuse(at + slack, buffer);
  if (step.nullable) {
    if (value === null) {
      buffer[at] = 0;
      return at + 1;
    }
    if (value !== undefined) buffer[at++] = 2;
  }
  if (value === undefined) return writeDefault(step, buffer, at);
  switch (step.kind) {
    case Kinds.string:
      if (typeof value !== 'string') throw mismatch;
      return writeString(value, buffer, at);
    case Kinds.long:
      if (typeof value !== 'number') throw mismatch;
      return writeLong(value, buffer, at);
    case Kinds.int:
      if (typeof value !== 'number' || (value | 0) !== value) throw mismatch;
      return writeLong(value, buffer, at);
    case Kinds.enum: {
      const index = step.symbols?.get(value);
      if (index === undefined) throw mismatch;
      return writeLong(index, buffer, at);
    }
    case Kinds.boolean:
      if (typeof value !== 'boolean') throw mismatch;
      buffer[at] = value ? 1 : 0;
      return at + 1;
    case Kinds.double:
      if (typeof value !== 'number') throw mismatch;
      return buffer.writeDoubleLE(value, at);
    case Kinds.bytes:
      if (!Buffer.isBuffer(value)) throw mismatch;
      return writeBytes(value, buffer, at);
    case Kinds.array:
      return writeArray(step.items as Step, value, buffer, at);
    case Kinds.map:
      return writeMap(step.items as Step, value, buffer, at);
    default:
      if (typeof value !== 'object' || value === null || Array.isArray(value) || Buffer.isBuffer(value)) throw mismatch;
      return writeRecord(step.fields, value as Record<string, unknown>, buffer, at);
  }
}

function refuse(end: number, buffer: Bytes): never {
  overflow.lacking = end - buffer.length;
  throw overflow;
}

function writeDefault(step: Step, buffer: Bytes, at: number): number {
  if (step.default === undefined) throw mismatch;
  if (at + step.default.length > buffer.length) refuse(at + step.default.length, buffer);
  step.default.copy(buffer, at);
  return at + step.default.length;
}

function writeArray(items: Step, value: unknown, buffer: Bytes, position: number): number {
  if (!Array.isArray(value)) throw mismatch;
  let at = position;
  if (value.length > 0) {
    at = writeLong(value.length, buffer, at);
    for (let index = 0; index < value.length; index++) at = writeValue(items, value[index], buffer, at);
    if (at >= buffer.length) refuse(at + slack, buffer);
  }
  buffer[at] = 0;
  return at + 1;
}

function writeMap(values: Step, value: unknown, buffer: Bytes, position: number): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Buffer.isBuffer(value)) throw mismatch;
  const keys = Object.keys(value);
  let at = position;
  if (keys.length > 0) {
    at = writeLong(keys.length, buffer, at);
    for (const key of keys) {
      if (at + slack > buffer.length) refuse(at + slack, buffer);
      at = writeString(key, buffer, at);
      at = writeValue(values, (value as Record<string, unknown>)[key], buffer, at);
    }
    if (at >= buffer.length) refuse(at + slack, buffer);
  }
  buffer[at] = 0;
  return at + 1;
}

/** Zigzag; the room is there. */
function writeLong(value: number, buffer: Bytes, position: number): number {
  let at = position;
  if ((value | 0) === value) {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 127) {
      buffer[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[at] = rest;
    return at + 1;
  }
  // Beyond 2^52 twice a number is none that a double holds exactly when one is taken from it: avsc decides.
  if (!Number.isInteger(value) || value > 4503599627370496 || value < -4503599627370496) throw mismatch;
  const zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
  // Bits from the 28th on; the value has more than 31 of them.
  let rest = Math.floor(zigzag / 268435456);
  const low = zigzag - rest * 268435456;
  buffer[at] = (low & 127) | 128;
  buffer[at + 1] = ((low >> 7) & 127) | 128;
  buffer[at + 2] = ((low >> 14) & 127) | 128;
  buffer[at + 3] = (low >> 21) | 128;
  at += 4;
  while (rest > 127) {
    buffer[at++] = (rest & 127) | 128;
    rest >>= 7;
  }
  buffer[at] = rest;
  return at + 1;
}

function writeString(value: string, buffer: Bytes, at: number): number {
  const { length } = value;
  if (length > shortString) return writeLongString(value, buffer, at);
  if (at + 1 + length > buffer.length) refuse(at + 1 + length, buffer);
  buffer[at] = length << 1;
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    if (code > 127) return writeUnicode(value, buffer, at);
    buffer[at + 1 + index] = code;
  }
  return at + 1 + length;
}

function writeLongString(value: string, buffer: Bytes, at: number): number {
  const { length } = value;
  // One look at the string: the bytes are counted by writing them.
  if (length <= mediumString && at + 2 + length * 3 <= buffer.length) {
    const bytes = buffer.utf8Write(value, at + 2);
    buffer[at] = ((bytes << 1) & 127) | 128;
    buffer[at + 1] = bytes >> 6;
    return at + 2 + bytes;
  }
  return writeUnicode(value, buffer, at);
}

function writeUnicode(value: string, buffer: Bytes, position: number): number {
  const bytes = Buffer.byteLength(value);
  if (position + slack + bytes > buffer.length) refuse(position + slack + bytes, buffer);
  const at = writeLong(bytes, buffer, position);
  if (bytes > manualBytes) buffer.utf8Write(value, at, bytes);
  else writeCharacters(value, buffer, at);
  return at + bytes;
}

function writeCharacters(value: string, buffer: Bytes, position: number): void {
  let at = position;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    const next = value.charCodeAt(index + 1);
    if (code < 0x80) {
      buffer[at++] = code;
    } else if (code < 0x800) {
      buffer[at++] = (code >> 6) | 0xc0;
      buffer[at++] = (code & 0x3f) | 0x80;
    } else if ((code & 0xfc00) === 0xd800 && (next & 0xfc00) === 0xdc00) {
      const point = 0x10000 + ((code & 0x03ff) << 10) + (next & 0x03ff);
      index++;
      buffer[at++] = (point >> 18) | 0xf0;
      buffer[at++] = ((point >> 12) & 0x3f) | 0x80;
      buffer[at++] = ((point >> 6) & 0x3f) | 0x80;
      buffer[at++] = (point & 0x3f) | 0x80;
    } else {
      buffer[at++] = (code >> 12) | 0xe0;
      buffer[at++] = ((code >> 6) & 0x3f) | 0x80;
      buffer[at++] = (code & 0x3f) | 0x80;
    }
  }
}

/** Bytes of another buffer, which may be this one. */
function writeBytes(value: Buffer, buffer: Bytes, position: number): number {
  if (position + slack + value.length > buffer.length) refuse(position + slack + value.length, buffer);
  const at = writeLong(value.length, buffer, position);
  value.copy(buffer, at);
  return at + value.length;
}
