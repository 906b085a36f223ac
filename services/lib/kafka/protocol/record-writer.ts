import type { IHeaders, Message } from '../kafkajs';

/** A shorter ASCII string is written faster by this loop than by a call into Node. */
const shortText = 24;

/**
 * Records (format v2) in one growing buffer. kafkajs makes about ten buffers for each.
 *
 * Surprise: `Uint8Array`s that are no `Buffer` are refused. Stock kafkajs writes their numbers as text under a wrong
 * length, which the broker takes and no reader can read.
 */
export class RecordWriter {
  buffer: Buffer;
  length = 0;

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(size, 64));
  }

  /** Makes room for `bytes` more and gives where they begin; what is there is not cleared. */
  reserve(bytes: number): number {
    const at = this.length;
    this.length = at + bytes;
    if (this.length > this.buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.length, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, at);
      this.buffer = grown;
    }
    return at;
  }

  bytes(bytes: Buffer): void {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
  }

  int32(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeInt32BE(value, at);
  }

  string(value: string | null | undefined): void {
    const size = value == null ? -1 : Buffer.byteLength(value);
    const at = this.reserve(2 + Math.max(size, 0));
    this.buffer.writeInt16BE(size, at);
    if (size > 0) this.buffer.write(value as string, at + 2);
  }

  record({ key, value, headers }: Message, offsetDelta: number, timestampDelta: number): void {
    const keySize = sizeOf(key);
    const valueSize = sizeOf(value);
    const time = Number.isInteger(timestampDelta) && timestampDelta === (timestampDelta | 0);
    const names = headers === undefined ? none : Object.keys(headers);
    const size =
      1 +
      (time ? varintSize(zigzag(timestampDelta)) : varlongSize(timestampDelta)) +
      varintSize(zigzag(offsetDelta)) +
      varintSize(zigzag(keySize)) +
      Math.max(keySize, 0) +
      varintSize(zigzag(valueSize)) +
      Math.max(valueSize, 0) +
      (names.length === 0 ? 1 : headersSize(names, headers as IHeaders));
    let at = this.reserve(varintSize(zigzag(size)) + size);
    const { buffer } = this;
    at = writeVarint(buffer, at, zigzag(size));
    buffer[at++] = 0;
    at = time ? writeVarint(buffer, at, zigzag(timestampDelta)) : writeVarlong(buffer, at, timestampDelta);
    at = writeVarint(buffer, at, zigzag(offsetDelta));
    at = writeSized(buffer, at, key, keySize);
    at = writeSized(buffer, at, value, valueSize);
    if (names.length === 0) buffer[at] = 0;
    else writeHeaders(buffer, at, names, headers as IHeaders);
  }
}

type Bytes = Buffer | string | null | undefined;
const none: string[] = [];

/** Of bytes or text; -1 stands for null. */
function sizeOf(value: Bytes): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value == null) return -1;
  if (Buffer.isBuffer(value)) return value.length;
  throw new TypeError(`keys, values and headers are strings or Buffers, not ${typeof value}`);
}

function writeSized(buffer: Buffer, start: number, value: Bytes, size: number): number {
  const at = writeVarint(buffer, start, zigzag(size));
  if (size <= 0) return at;
  if (typeof value !== 'string') buffer.set(value as Buffer, at);
  else if (size !== value.length) buffer.write(value, at, size, 'utf8');
  else if (size > shortText) buffer.write(value, at, size, 'latin1');
  else for (let i = 0; i < size; i++) buffer[at + i] = value.charCodeAt(i);
  return at + size;
}

/** Headers one after the other: a name whose value is an array stands once for each of its values. */
function headersSize(names: string[], headers: IHeaders): number {
  let size = varintSize(zigzag(headerCount(names, headers)));
  for (const name of names) {
    const nameSize = Buffer.byteLength(name);
    const sizedName = varintSize(zigzag(nameSize)) + nameSize;
    const value = headers[name];
    if (!Array.isArray(value)) size += sizedName + headerValueSize(value);
    else for (const each of value) size += sizedName + headerValueSize(each);
  }
  return size;
}

function headerValueSize(value: Bytes): number {
  // As stock kafkajs does: a header without a value is a mistake of the caller.
  if (value == null) throw new TypeError('a header has no value');
  const size = sizeOf(value);
  return varintSize(zigzag(size)) + size;
}

function writeHeaders(buffer: Buffer, start: number, names: string[], headers: IHeaders): void {
  let at = writeVarint(buffer, start, zigzag(headerCount(names, headers)));
  for (const name of names) {
    const nameSize = Buffer.byteLength(name);
    const value = headers[name];
    for (const each of Array.isArray(value) ? value : [value]) {
      at = writeSized(buffer, at, name, nameSize);
      at = writeSized(buffer, at, each, sizeOf(each));
    }
  }
}

function headerCount(names: string[], headers: IHeaders): number {
  let count = 0;
  for (const name of names) {
    const value = headers[name];
    count += Array.isArray(value) ? value.length : 1;
  }
  return count;
}

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;

function writeVarint(buffer: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

/** Times further than 24 days apart in one batch: rare, so in BigInt. What is no number stands as zero, as in kafkajs. */
const zigzagLong = (value: number): bigint => {
  const long = Number.isNaN(value) ? 0n : BigInt(value);
  return BigInt.asUintN(64, (long << 1n) ^ (long >> 63n));
};

function varlongSize(value: number): number {
  let size = 1;
  for (let rest = zigzagLong(value); rest > 0x7fn; rest >>= 7n) size += 1;
  return size;
}

function writeVarlong(buffer: Buffer, start: number, value: number): number {
  let at = start;
  let rest = zigzagLong(value);
  for (; rest > 0x7fn; rest >>= 7n) buffer[at++] = Number(rest & 0x7fn) | 0x80;
  buffer[at++] = Number(rest);
  return at;
}
