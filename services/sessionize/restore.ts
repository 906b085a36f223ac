import { randomUUID } from 'node:crypto';
import type { LegRow, SessionChangeSet, SessionEvent, SessionRow } from '../../schemas/types';
import type { AvroCodec } from '../lib/avro';
import type { KafkaMessage } from '../lib/kafka/kafkajs';
import type { PartitionReader } from '../lib/kafka/partition-reader';
import type { Control } from '../lib/kafka/partition-task';
import type { TransactionalProducer } from '../lib/kafka/transactional-producer';
import { kindHeader, topics } from '../lib/topics';
import { restoreState } from './domain/customer-state';
import type { SessionRules } from './domain/rules';
import { Watermark } from './domain/watermark';
import { SessionStore } from './store';

const nonceHeader = 'nonce';

interface Restoring {
  events: { event: SessionEvent; floor: number }[];
  emitted: { sessions: Map<string, SessionRow>; legs: Map<string, LegRow> };
}

export interface RestoreInput {
  reader: PartitionReader;
  /** Already open, so that whoever owned the partition before can write no more. */
  producer: TransactionalProducer;
  codec: AvroCodec<SessionChangeSet>;
  partition: number;
  /** Offset from metadata of the committed input offset; undefined when nothing was ever committed. */
  floor: number | undefined;
  /** Start of the sessions partition's log. */
  low: number;
  rules: SessionRules;
  control: Control;
}

/**
 * Rebuilds the open sessions of a partition from its own output: change sets hold the events they brought in and the
 * rows they emitted. The end of the log cannot be asked for (control records, open transactions), so a marker with a
 * nonce is written and the log read until it appears.
 */
export async function restoreSessions(input: RestoreInput): Promise<SessionStore> {
  const { reader, producer, codec, partition, rules, control } = input;
  const nonce = randomUUID();
  const marker = { key: null, value: null, partition, headers: { [kindHeader]: 'marker', [nonceHeader]: nonce } };
  await producer.commit([{ topic: topics.sessions, messages: [marker] }], []);

  const customers = new Map<string, Restoring>();
  let watermark = new Watermark();
  let changeSeq = 0;
  const pending: KafkaMessage[] = [];
  const from = Math.max(input.floor ?? input.low, input.low);
  const nextOffset = await reader.read(
    topics.sessions,
    partition,
    from,
    (message) => {
      if (message.headers?.[nonceHeader]?.toString() === nonce) return false;
      pending.push(message);
      return true;
    },
    {
      heartbeat: async () => {
        await take(pending.splice(0));
        await control.heartbeat();
      },
    },
  );
  await take(pending.splice(0));
  if (input.floor === undefined && changeSeq > 0) {
    throw new Error(
      `sessions partition ${partition} holds change sets though the group has committed nothing: ` +
        'reading the input again would double them; reset the topic, or give the group its offsets back',
    );
  }

  const store = new SessionStore(new Map(), watermark, changeSeq, nextOffset);
  for (const [customer, { events, emitted }] of customers) {
    store.set(customer, restoreState(events, emitted, rules, watermark.value()));
  }
  return store;

  async function take(messages: KafkaMessage[]): Promise<void> {
    await codec.prepare(messages.map(({ value }) => value));
    for (const message of messages) {
      if (message.value === null) continue;
      const set = codec.decode(message.value);
      changeSeq = Math.max(changeSeq, set.change_seq);
      if (set.progress) {
        const { raw_partitions, raw } = set.progress;
        watermark = new Watermark(
          raw_partitions,
          raw.map(({ partition: p, raw_time, raw_offset }) => [p, { raw_time, raw_offset }]),
        );
      } else {
        replay(set, Number(message.offset));
      }
    }
  }

  function replay(set: SessionChangeSet, offset: number): void {
    let customer = customers.get(set.customer_id);
    if (!customer) {
      customer = { events: [], emitted: { sessions: new Map(), legs: new Map() } };
      customers.set(set.customer_id, customer);
    }
    for (const event of set.state) customer.events.push({ event, floor: offset });
    for (const row of set.sessions) replayRow(customer.emitted.sessions, row.session_id, row);
    for (const row of set.legs) replayRow(customer.emitted.legs, row.leg_id, row);
  }
}

function replayRow<Row extends { sign: number }>(emitted: Map<string, Row>, id: string, row: Row): void {
  if (row.sign > 0) emitted.set(id, row);
  else emitted.delete(id);
}
