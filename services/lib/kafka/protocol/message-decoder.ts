import type { DecodedRecord } from './lean-record';
import { type Cursor, decodeRecordBatch } from './record-batch-decoder';

interface Decoder extends Cursor {
  readInt32(): number;
  readBytes(size: number): Buffer;
  canReadBytes(size: number): boolean;
}

const leastBatchBytes = 49;
const sizeBytes = 4;
const magicAt = 16;
const recordBatchMagic = 2;

const decodeOlder = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages') as (
  decoder: Decoder,
) => Promise<DecodedRecord[]>;

/**
 * Stands for kafkajs' `fetch/v4/decodeMessages`: the records that a fetch brought of one partition, the cut one at the end
 * left out. kafkajs joins the batches by a call with as many arguments as there are records.
 */
export async function decodeMessages(decoder: Decoder): Promise<DecodedRecord[]> {
  const { buffer, offset } = decoder;
  const size = decoder.readInt32();
  if (size <= 0 || !decoder.canReadBytes(size)) return [];
  // A broker cuts a fetch at any byte; kafkajs reads beyond the end of this one and fails.
  if (size <= magicAt) {
    decoder.readBytes(size);
    return [];
  }
  // Message sets are what brokers before 0.11 wrote.
  if (buffer[offset + sizeBytes + magicAt] !== recordBatchMagic) {
    decoder.offset = offset;
    return decodeOlder(decoder);
  }
  const records: DecodedRecord[] = [];
  const batches: Cursor = { buffer: decoder.readBytes(size), offset: 0 };
  while (batches.offset + leastBatchBytes <= batches.buffer.length) {
    const whole = records.length;
    try {
      await decodeRecordBatch(batches, records);
    } catch (error) {
      records.length = whole;
      if ((error as Error).name !== 'KafkaJSPartialMessageError') throw error;
      break;
    }
  }
  return records;
}
