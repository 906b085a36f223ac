import type { IHeaders } from '../kafkajs';

export interface RecordContext {
  firstOffset: string;
  firstTimestamp: string;
  partitionLeaderEpoch: number;
  inTransaction: boolean;
  isControlBatch: boolean;
  lastOffsetDelta: number;
  producerId: string;
  producerEpoch: number;
  firstSequence: number;
  maxTimestamp: string;
  timestampType: number;
  magicByte: number;
}
export interface DecodedRecord {
  magicByte: number;
  attributes: number;
  timestamp: string;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: IHeaders;
  isControlRecord: boolean;
  batchContext: RecordContext;
}

const logAppendTime = 1;

/**
 * The records of a batch, as kafkajs gives them: keys and values are slices of `buffer`, which lives as long as one of
 * them does. Two differences: a record that ends outside of `buffer` throws (kafkajs cuts it without a word), and a header
 * named like something every object has (`constructor`) has its value alone, not beside what every object has.
 */
export function decodeRecords(
  buffer: Buffer,
  start: number,
  count: number,
  batchContext: RecordContext,
): DecodedRecord[] {
  const { magicByte, isControlBatch: isControlRecord, timestampType, maxTimestamp } = batchContext;
  const reader = new Reader(buffer, start);
  const offsets = counterFrom(batchContext.firstOffset);
  const timestamps = counterFrom(batchContext.firstTimestamp);
  const oneTime = timestampType === logAppendTime && maxTimestamp ? maxTimestamp : undefined;
  const records = new Array<DecodedRecord>(count);
  for (let i = 0; i < count; i++) {
    const size = reader.varint();
    const end = reader.at + size;
    if (size < 0 || end > buffer.length) throw new RangeError(`record ${i} of ${count} ends outside of its batch`);
    const attributes = buffer.readInt8(reader.at++);
    const timestampDelta = reader.varlong();
    const timestamp = oneTime ?? timestamps(timestampDelta);
    const offset = offsets(reader.varint());
    const key = reader.sized();
    const value = reader.sized();
    const headers = reader.headers();
    records[i] = { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext };
    reader.at = end;
  }
  return records;
}

/** Adds to an int64 and gives text. Records of one batch often share their time: the last answer is kept. */
function counterFrom(first: string): (delta: number | bigint) => string {
  const base = Number(first);
  const safe = Number.isSafeInteger(base);
  let last: number | bigint = 0;
  let text = first;
  return (delta) => {
    if (delta === last) return text;
    last = delta;
    const sum = safe && typeof delta === 'number' ? base + delta : Number.NaN;
    text = Number.isSafeInteger(sum) ? String(sum) : String(BigInt(first) + BigInt(delta));
    return text;
  };
}

class Reader {
  /** Where the names of the headers of the last record that had any stood, by position: the next one's are the same. */
  private readonly names: { start: number; size: number; name: string }[] = [];

  constructor(
    private readonly buffer: Buffer,
    public at: number,
  ) {}

  varint(): number {
    const raw = this.raw();
    return (raw >>> 1) ^ -(raw & 1);
  }

  private raw(): number {
    const { buffer } = this;
    let byte = buffer[this.at++];
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let shift = 7;
    do {
      byte = buffer[this.at++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return value;
  }

  /** A number where four bytes are enough (37 hours in milliseconds), else a bigint. */
  varlong(): number | bigint {
    const { buffer, at } = this;
    if (buffer[at] < 0x80 || buffer[at + 1] < 0x80 || buffer[at + 2] < 0x80 || buffer[at + 3] < 0x80)
      return this.varint();
    let value = 0n;
    let shift = 0n;
    let byte: number;
    do {
      if (shift > 63n) throw new RangeError('a varlong has at most ten bytes');
      byte = buffer[this.at++];
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
    } while (byte >= 0x80);
    return (value >> 1n) ^ -(value & 1n);
  }

  sized(): Buffer | null {
    const size = this.varint();
    if (size === -1) return null;
    const start = this.at;
    this.at = start + size;
    return this.buffer.subarray(start, this.at);
  }

  headers(): IHeaders {
    const count = this.varint();
    const headers: IHeaders = {};
    for (let i = 0; i < count; i++) {
      const name = this.name(i);
      addHeader(headers, name, this.sized() as Buffer);
    }
    return headers;
  }

  private name(index: number): string {
    const size = this.varint();
    if (size === -1) return 'null';
    const start = this.at;
    this.at = start + size;
    const known = this.names[index];
    if (known !== undefined && known.size === size && this.same(known.start, start, size)) return known.name;
    const name = this.buffer.toString('utf8', start, this.at);
    this.names[index] = { start, size, name };
    return name;
  }

  private same(one: number, other: number, size: number): boolean {
    for (let i = 0; i < size; i++) if (this.buffer[one + i] !== this.buffer[other + i]) return false;
    return true;
  }
}

function addHeader(headers: IHeaders, name: string, value: Buffer): void {
  if (!Object.hasOwn(headers, name)) {
    // Not by assignment: `__proto__` would become the prototype.
    if (name === '__proto__')
      Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
    else headers[name] = value;
    return;
  }
  const before = headers[name];
  headers[name] = Array.isArray(before) ? [...before, value] : [before as Buffer, value];
}
