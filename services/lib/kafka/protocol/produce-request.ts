import type { Message } from '../kafkajs';
import { crc32c } from './crc32c';
import { encoderOf, int64, type KafkajsEncoder, type LongLike, lookupCodec } from './kafkajs-internals';
import { RecordWriter } from './record-writer';

export interface PartitionData {
  partition: number;
  messages: Message[];
  firstSequence?: number;
}
export interface ProduceOptions {
  acks: number;
  timeout: number;
  transactionalId?: string | null;
  producerId?: LongLike;
  producerEpoch?: number;
  compression?: number;
  topicData: { topic: string; partitions: PartitionData[] }[];
}
type BatchOptions = Pick<ProduceOptions, 'transactionalId' | 'producerId' | 'producerEpoch' | 'compression'>;

/** Offsets in a record batch, from its beginning. */
const lengthAt = 8;
const magicAt = 16;
const crcAt = 17;
const attributesAt = 21;
const headSize = 61;

/**
 * Stands for kafkajs' `protocol/requests/produce/v3/request`, on which versions 4 to 7 build. Guarantee: the same bytes,
 * in one pass over one buffer instead of an encoder for each record and a copy at each level.
 */
export const produceRequest = (options: ProduceOptions) => ({
  apiKey: 0,
  apiVersion: 3,
  apiName: 'Produce',
  expectResponse: () => options.acks !== 0,
  encode: () => encodeProduce(options),
});

export async function encodeProduce({ acks, timeout, topicData, ...batch }: ProduceOptions): Promise<KafkajsEncoder> {
  const writer = new RecordWriter(estimate(topicData));
  writer.string(batch.transactionalId);
  const at = writer.reserve(6);
  writer.buffer.writeInt16BE(acks, at);
  writer.buffer.writeInt32BE(timeout, at + 2);
  writer.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const data of partitions) {
      writer.int32(data.partition);
      const size = writer.reserve(4);
      await writeBatch(writer, data, batch);
      writer.buffer.writeInt32BE(writer.length - size - 4, size);
    }
  }
  return encoderOf(writer.buffer, writer.length);
}

async function writeBatch(writer: RecordWriter, data: PartitionData, options: BatchOptions): Promise<void> {
  const { transactionalId, producerId = -1, producerEpoch = 0, compression = 0 } = options;
  const { messages, firstSequence = 0 } = data;
  const now = Date.now();
  const [first, max] = timeRange(messages, now);
  const start = writer.reserve(headSize);
  if (compression === 0) {
    writeRecords(writer, messages, now, first);
  } else {
    const records = new RecordWriter(estimate([{ partitions: [data] }]));
    writeRecords(records, messages, now, first);
    writer.bytes(await lookupCodec(compression).compress(encoderOf(records.buffer, records.length)));
  }
  const { buffer } = writer;
  buffer.fill(0, start, start + headSize);
  buffer.writeInt32BE(writer.length - start - lengthAt - 4, start + lengthAt);
  buffer[start + magicAt] = 2;
  let at = start + attributesAt;
  at = buffer.writeInt16BE((compression & 0x07) | (transactionalId ? 0x10 : 0), at);
  at = buffer.writeInt32BE(messages.length - 1, at);
  at = buffer.writeBigInt64BE(int64(first), at);
  at = buffer.writeBigInt64BE(int64(max), at);
  at = buffer.writeBigInt64BE(int64(producerId), at);
  at = buffer.writeInt16BE(producerEpoch, at);
  at = buffer.writeInt32BE(firstSequence, at);
  buffer.writeInt32BE(messages.length, at);
  buffer.writeUInt32BE(crc32c(buffer, start + attributesAt, writer.length), start + crcAt);
}

function writeRecords(writer: RecordWriter, messages: Message[], now: number, first: Timestamp): void {
  const base = Number(first);
  for (let i = 0; i < messages.length; i++) {
    writer.record(messages[i], i, Number(messages[i].timestamp || now) - base);
  }
}

type Timestamp = string | number;

/** First and last as text, as kafkajs sorts them; of a batch without times it is now. */
function timeRange(messages: Message[], now: number): [Timestamp, Timestamp] {
  let first: Timestamp | undefined;
  let max: Timestamp | undefined;
  for (const { timestamp } of messages) {
    if (timestamp == null) continue;
    if (first === undefined || String(timestamp) < String(first)) first = timestamp;
    if (max === undefined || String(timestamp) > String(max)) max = timestamp;
  }
  return [first ?? now, max ?? now];
}

/** Room for the records where text is ASCII and headers are few; the writer grows where they are not. */
function estimate(topicData: { partitions: PartitionData[] }[]): number {
  let size = 1024;
  for (const { partitions } of topicData) {
    for (const { messages } of partitions) {
      size += headSize;
      for (const { key, value, headers } of messages) {
        size += 20 + (key?.length ?? 0) + (value?.length ?? 0) + (headers === undefined ? 0 : 60);
      }
    }
  }
  return size;
}
