import { type DecodedRecord, LeanRecord } from './lean-record';
import { Reader } from './reader';

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
const logAppendTime = 1;

/**
 * Appends the records of a batch, as kafkajs gives them: keys and values are slices of `buffer`, which lives as long as one of
 * them does, and are read, as headers are, when asked for. Two more differences: a record that ends outside of `buffer` throws (kafkajs cuts it without a word), and a header
 * named like something every object has (`constructor`) has its value alone, not beside what every object has.
 */
export function decodeRecords(
  buffer: Buffer,
  start: number,
  count: number,
  batchContext: RecordContext,
  into: DecodedRecord[],
): void {
  const { timestampType, maxTimestamp } = batchContext;
  const reader = new Reader(buffer, start);
  const home: RecordHome = {
    buffer,
    batchContext,
    offsets: new Counter(batchContext.firstOffset),
    timestamps: new Counter(batchContext.firstTimestamp),
    oneTime: timestampType === logAppendTime && maxTimestamp ? maxTimestamp : undefined,
  };
  for (let i = 0; i < count; i++) {
    const size = reader.varint();
    const end = reader.at + size;
    if (size < 0 || end > buffer.length) throw new RangeError(`record ${i} of ${count} ends outside of its batch`);
    const { at } = reader;
    reader.at += 1;
    reader.varlong();
    const offsetDelta = reader.varint();
    reader.skip();
    const valueSize = reader.varint();
    into.push(new LeanRecord(home, at, reader.at, valueSize, offsetDelta));
    reader.at = end;
  }
}

/** What the records of a batch have in common. */
export interface RecordHome {
  buffer: Buffer;
  batchContext: RecordContext;
  offsets: Counter;
  timestamps: Counter;
  /** When the broker appended them, where the topic says that time. */
  oneTime: string | undefined;
}

/** Adds to an int64 and gives text. */
class Counter {
  private readonly base: number;

  constructor(private readonly first: string) {
    this.base = Number(first);
  }

  /** Exact where a number can be. */
  number(delta: number | bigint): number {
    return this.base + Number(delta);
  }

  text(delta: number | bigint): string {
    const sum = this.number(delta);
    const isExact = Number.isSafeInteger(this.base) && Number.isSafeInteger(sum);
    return String(isExact ? sum : BigInt(this.first) + BigInt(delta));
  }
}
