import { isAsciiAt } from '../../ascii';
import type { IHeaders } from '../kafkajs';
import { frameIdAt } from './frame';
import { Reader } from './reader';
import type { RecordContext, RecordHome } from './record-reader';

/** What kafkajs says of a record. */
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

/**
 * A record as kafkajs gives it, all of which is read anew whenever it is asked for: buffers and texts for each would be most
 * of what a consumer leaves to the garbage collector, and what load holds by the hundred thousand.
 */
export class LeanRecord implements DecodedRecord {
  constructor(
    private readonly home: RecordHome,
    /** Where its attributes stand: behind its size. */
    private readonly at: number,
    private readonly valueAt: number,
    /** -1: there is none. */
    private readonly valueSize: number,
    private readonly offsetDelta: number,
  ) {}

  get attributes(): number {
    return this.buffer.readInt8(this.at);
  }

  private get timestampDelta(): number | bigint {
    return new Reader(this.buffer, this.at + 1).varlong();
  }

  get offset(): string {
    return this.home.offsets.text(this.offsetDelta);
  }

  get timestamp(): string {
    return this.home.oneTime ?? this.home.timestamps.text(this.timestampDelta);
  }

  /** Epoch ms, as a number. */
  get time(): number {
    const { oneTime, timestamps } = this.home;
    return oneTime === undefined ? timestamps.number(this.timestampDelta) : Number(oneTime);
  }

  get batchContext(): RecordContext {
    return this.home.batchContext;
  }

  private get buffer(): Buffer {
    return this.home.buffer;
  }

  get value(): Buffer | null {
    const { buffer, valueAt, valueSize } = this;
    return valueSize < 0 ? null : buffer.subarray(valueAt, valueAt + valueSize);
  }

  /** Bytes of the value; 0 where there is none. */
  get valueBytes(): number {
    return Math.max(this.valueSize, 0);
  }

  /** Puts the value at that place of a buffer that has room for it. */
  copyValue(target: Buffer, at: number): void {
    this.buffer.copy(target, at, this.valueAt, this.valueAt + this.valueSize);
  }

  /** Id of the value's schema, see `frameIdAt`. */
  get frameId(): number | undefined {
    return frameIdAt(this.buffer, this.valueAt, this.valueSize);
  }

  private get headersAt(): number {
    return this.valueAt + this.valueBytes;
  }

  get magicByte(): number {
    return this.batchContext.magicByte;
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }

  get key(): Buffer | null {
    const reader = new Reader(this.buffer, this.at + 1);
    reader.varlong();
    reader.varint();
    return reader.sized();
  }

  get headers(): IHeaders {
    const reader = new Reader(this.buffer, this.headersAt);
    const headers: IHeaders = {};
    for (let left = reader.varint(); left > 0; left--) addHeader(headers, reader.text(), reader.sized() as Buffer);
    return headers;
  }

  /** The first header of that name as a decimal number, read where it stands; undefined if there is none. */
  headerNumber(name: string): number | undefined {
    const reader = this.headerAt(name);
    if (!reader) return undefined;
    const size = reader.varint();
    return size < 0 ? undefined : decimal(this.buffer, reader.at, reader.at + size);
  }

  /** The same as text. */
  headerText(name: string): string | undefined {
    return this.headerAt(name)?.text();
  }

  /** A reader before the value of the first header of that name. */
  private headerAt(name: string): Reader | undefined {
    const { buffer } = this;
    const reader = new Reader(buffer, this.headersAt);
    for (let left = reader.varint(); left > 0; left--) {
      const size = reader.varint();
      const isIt = size === name.length && isAsciiAt(name, buffer, reader.at);
      reader.at += Math.max(size, 0);
      if (isIt) return reader;
      reader.skip();
    }
    return undefined;
  }
}

/** Digits in ASCII, read without making a string; anything else as `Number` reads it. */
function decimal(buffer: Buffer, start: number, end: number): number {
  let number = 0;
  for (let index = start; index < end; index++) {
    const digit = buffer[index] - 48;
    if (digit < 0 || digit > 9) return Number(buffer.toString('utf8', start, end));
    number = number * 10 + digit;
  }
  return number;
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
