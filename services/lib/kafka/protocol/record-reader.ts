import { LeanRecord } from './lean-record';
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
 * The records of a batch, as kafkajs gives them: keys and values are slices of `buffer`, which lives as long as one of
 * them does, and are read, as headers are, when asked for. Two more differences: a record that ends outside of `buffer` throws (kafkajs cuts it without a word), and a header
 * named like something every object has (`constructor`) has its value alone, not beside what every object has.
 */
export function decodeRecords(buffer: Buffer, start: number, count: number, batchContext: RecordContext): LeanRecord[] {
  const { timestampType, maxTimestamp } = batchContext;
  const reader = new Reader(buffer, start);
  const offsets = counterFrom(batchContext.firstOffset);
  const timestamps = counterFrom(batchContext.firstTimestamp);
  const oneTime = timestampType === logAppendTime && maxTimestamp ? maxTimestamp : undefined;
  const records = new Array<LeanRecord>(count);
  for (let i = 0; i < count; i++) {
    const size = reader.varint();
    const end = reader.at + size;
    if (size < 0 || end > buffer.length) throw new RangeError(`record ${i} of ${count} ends outside of its batch`);
    const attributes = buffer.readInt8(reader.at++);
    const timestampDelta = reader.varlong();
    const timestamp = oneTime ?? timestamps(timestampDelta);
    const offset = offsets(reader.varint());
    const keyAt = reader.at;
    reader.skip();
    const valueSize = reader.varint();
    records[i] = new LeanRecord(buffer, keyAt, reader.at, valueSize, attributes, timestamp, offset, batchContext);
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
