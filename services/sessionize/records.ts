import type { Progress, SessionChangeSet } from '../../schemas/types';
import type { AvroCodec } from '../lib/avro';
import type { KafkaMessage, Message } from '../lib/kafka/kafkajs';
import { kindHeader, rawHeaders } from '../lib/topics';
import type { Watermark } from './domain/watermark';
import type { RawPositions } from './pace';

/**
 * Kinds of records in the topic `sessions`; change sets have none. progress: what its raw positions say
 * is in rows; its offsets are those taken in. position: how far the state is, where that is further. snapshot: a customer's whole state, in place of the change sets before it.
 * marker: ours, at a restore.
 */
export type RecordKind = 'progress' | 'position' | 'snapshot' | 'marker';

type ChangeSetCodec = AvroCodec<SessionChangeSet>;

export const changeSetRecord = (codec: ChangeSetCodec, partition: number, set: SessionChangeSet): Message => ({
  key: set.customer_id,
  value: codec.encode(set),
  partition,
  headers: { rows: String(set.sessions.length + set.legs.length) },
});

export const snapshotRecord = (partition: number, customer_id: string, value: Buffer): Message => ({
  key: customer_id,
  value,
  partition,
  headers: { [kindHeader]: 'snapshot' satisfies RecordKind },
});

/** A progress record, or one of the same form that says how far the state is. */
export function positionRecord(
  codec: ChangeSetCodec,
  partition: number,
  kind: 'progress' | 'position',
  progress: Progress,
  change_seq: number,
): Message {
  const set = { customer_id: '', change_seq, sessions: [], legs: [], state: [], progress };
  return { key: null, value: codec.encode(set), partition, headers: { [kindHeader]: kind } };
}

export const rawPositions = (watermark: Watermark): RawPositions =>
  watermark
    .entries()
    .flatMap(([partition, { raw_time, raw_offset }]) =>
      raw_time === undefined ? [] : [{ partition, raw_time, raw_offset }],
    );

/** Takes in what the headers of an enriched record, or of a heartbeat, say of its raw partition. */
export function observeHeaders(watermark: Watermark, { headers }: KafkaMessage): void {
  if (!headers) return;
  const partition = headerNumber(headers, rawHeaders.partition);
  const partitions = headerNumber(headers, rawHeaders.partitions);
  if (partition === undefined || partitions === undefined) return;
  const time = headerNumber(headers, rawHeaders.time);
  watermark.observe(partition, partitions, time, headerNumber(headers, rawHeaders.offset));
}

/** Digits in ASCII, read without making a string: it happens four times a record. */
function headerNumber(headers: NonNullable<KafkaMessage['headers']>, name: string): number | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  if (!Buffer.isBuffer(value)) return Number(value);
  let number = 0;
  for (let index = 0; index < value.length; index++) {
    const digit = value[index] - 48;
    if (digit < 0 || digit > 9) return Number(value.toString());
    number = number * 10 + digit;
  }
  return number;
}
