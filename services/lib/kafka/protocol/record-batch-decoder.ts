import { KafkaJSPartialMessageError, lookupCodecByAttributes } from './kafkajs-internals';
import type { DecodedRecord } from './lean-record';
import { decodeRecords, type RecordContext } from './record-reader';

/** kafkajs' decoder of the fetch response, as far as it is used here. */
export interface Cursor {
  buffer: Buffer;
  offset: number;
}
export type RecordBatch = Omit<RecordContext, 'magicByte'> & { records: DecodedRecord[] };

const batchStart = 12;

/**
 * Stands for kafkajs' `protocol/recordBatch/v0/decoder`; same result, same errors. Keys and values stay slices. Records are
 * put behind those of `records`, so that a fetch of many batches need not join them.
 */
export async function decodeRecordBatch(fetched: Cursor, records: DecodedRecord[] = []): Promise<RecordBatch> {
  const { buffer, offset } = fetched;
  const length = buffer.readInt32BE(offset + 8);
  const start = offset + batchStart;
  const end = start + length;
  fetched.offset = end;
  if (end > buffer.length) {
    throw new KafkaJSPartialMessageError(
      `Tried to decode a partial record batch: remainingBytes(${buffer.length - start}) < recordBatchLength(${length})`,
    );
  }
  const attributes = buffer.readInt16BE(start + 9);
  const context = {
    firstOffset: int64Text(buffer, offset),
    firstTimestamp: int64Text(buffer, start + 15),
    partitionLeaderEpoch: buffer.readInt32BE(start),
    inTransaction: (attributes & 0x10) > 0,
    isControlBatch: (attributes & 0x20) > 0,
    lastOffsetDelta: buffer.readInt32BE(start + 11),
    producerId: int64Text(buffer, start + 31),
    producerEpoch: buffer.readInt16BE(start + 39),
    firstSequence: buffer.readInt32BE(start + 41),
    maxTimestamp: int64Text(buffer, start + 23),
    timestampType: attributes & 0x8 ? 1 : 0,
  };
  const count = buffer.readInt32BE(start + 45);
  const recordContext = { ...context, magicByte: buffer.readInt8(start + 4) };
  const codec = lookupCodecByAttributes(attributes);
  if (count > 0) {
    if (codec)
      decodeRecords(await codec.decompress(buffer.subarray(start + 49, end)), 0, count, recordContext, records);
    else decodeRecords(buffer.subarray(0, end), start + 49, count, recordContext, records);
  }
  return { ...context, records };
}

const int64Text = (buffer: Buffer, at: number): string => buffer.readBigInt64BE(at).toString();
