import type { Progress, SessionChangeSet } from '../../schemas/types';
import type { AvroCodec } from '../lib/avro';
import { headerNumber, headerText } from '../lib/kafka/headers';
import type { KafkaMessage, Message } from '../lib/kafka/kafkajs';
import { canaryKind, kindHeader, rawHeaders, sentAtHeader, topics } from '../lib/topics';
import type { TraceHeaders } from '../lib/tracing';
import type { Watermark } from './domain/watermark';
import type { RawPositions } from './pace';

/**
 * Kinds of records in the topic `sessions`; change sets have none. progress: what its raw positions say
 * is in rows; its offsets are those taken in. position: how far the state is, where that is further. snapshot: a customer's whole state, in place of the change sets before it.
 * marker: ours, at a restore. canary: from enrich, on to load.
 */
export type RecordKind = 'progress' | 'position' | 'snapshot' | 'marker' | 'canary';

type ChangeSetCodec = AvroCodec<SessionChangeSet>;

/** `trace`: of the last event that led to it. */
export const changeSetRecord = (
  codec: ChangeSetCodec,
  partition: number,
  set: SessionChangeSet,
  trace?: TraceHeaders,
): Message => ({
  key: set.customer_id,
  value: codec.encode(set),
  partition,
  headers: { rows: String(set.sessions.length + set.legs.length), ...trace },
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

/**
 * What is told about progress never runs ahead of the rows: `oldest` is the position before the first event that no row
 * tells. How far the state is stands beside it where it has.
 */
export function toldRecords(
  codec: ChangeSetCodec,
  partition: number,
  { watermark, changeSeq }: { watermark: Watermark; changeSeq: number },
  oldest: RawPositions | undefined,
  positions: ReadonlyMap<string, number>,
): Message[] {
  const reached = rawPositions(watermark);
  const record = (kind: 'progress' | 'position', raw: RawPositions): Message => {
    const progress = {
      input_offset: positions.get(topics.enriched) as number,
      command_offset: positions.get(topics.commands) as number,
      raw_partitions: watermark.rawPartitions,
      raw,
    };
    return positionRecord(codec, partition, kind, progress, changeSeq);
  };
  return oldest ? [record('progress', oldest), record('position', reached)] : [record('progress', reached)];
}

/** A canary on its way, the same as it came; undefined for what is none. It says nothing of rows that still wait for their revision. */
export function canaryRecord(message: KafkaMessage, partition: number): Message | undefined {
  if (headerText(message, kindHeader) !== canaryKind) return undefined;
  const names = [sentAtHeader, rawHeaders.partition, rawHeaders.partitions];
  const headers = Object.fromEntries(names.map((name) => [name, headerText(message, name) ?? '']));
  return { key: null, value: null, partition, headers: { ...headers, [kindHeader]: canaryKind satisfies RecordKind } };
}

export const rawPositions = (watermark: Watermark): RawPositions =>
  watermark
    .entries()
    .flatMap(([partition, { raw_time, raw_offset }]) =>
      raw_time === undefined ? [] : [{ partition, raw_time, raw_offset }],
    );

/** Takes in what the headers of an enriched record, or of a heartbeat, say of its raw partition. */
export function observeHeaders(watermark: Watermark, message: KafkaMessage): void {
  const partition = headerNumber(message, rawHeaders.partition);
  if (partition === undefined) return;
  const partitions = headerNumber(message, rawHeaders.partitions);
  if (partitions === undefined) return;
  const time = headerNumber(message, rawHeaders.time);
  watermark.observe(partition, partitions, time, headerNumber(message, rawHeaders.offset));
}
