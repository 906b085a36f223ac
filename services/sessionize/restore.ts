import { randomUUID } from 'node:crypto';
import type { LegRow, Progress, SessionChangeSet, SessionEvent, SessionRow } from '../../schemas/types';
import type { AvroCodec } from '../lib/avro';
import { headerText } from '../lib/kafka/headers';
import type { KafkaMessage } from '../lib/kafka/kafkajs';
import type { PartitionReader } from '../lib/kafka/partition-reader';
import type { Control } from '../lib/kafka/partition-task';
import type { TransactionalProducer } from '../lib/kafka/transactional-producer';
import { kindHeader, topics } from '../lib/topics';
import { Customer } from './domain/customer';
import type { SessionRules } from './domain/rules';
import type { Session } from './domain/session';
import { Watermark } from './domain/watermark';
import type { RawPositions } from './pace';
import type { RecordKind } from './records';
import type { SessionStore } from './store';

const nonceHeader = 'nonce';
const customersBetweenHeartbeats = 500;

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
  newStore(watermark: Watermark, changeSeq: number, nextOffset: number): SessionStore;
}

export interface Restored {
  store: SessionStore;
  /** Customers with events that no row tells yet, and the position before the first of them. */
  waiting: string[];
  told: RawPositions;
}

interface Logged {
  offset: number;
  value: Buffer;
}

/**
 * Rebuilds the open sessions of a partition from its own output: change sets hold the events they brought in and the
 * rows they emitted. The end of the log cannot be asked for (control records, open transactions), so a marker with a
 * nonce is written and the log read until it appears. Records are kept as bytes until all are read: only then is known
 * what the watermark has passed.
 */
export async function restoreSessions(input: RestoreInput): Promise<Restored> {
  const { producer, codec, partition, rules, control } = input;
  const nonce = randomUUID();
  const kind: RecordKind = 'marker';
  const marker = { key: null, value: null, partition, headers: { [kindHeader]: kind, [nonceHeader]: nonce } };
  await producer.commit([{ topic: topics.sessions, messages: [marker] }], []);
  const log = await readLog(input, nonce);
  await codec.prepare([...log.customers.values()].flatMap((sets) => sets.map(({ value }) => value)));

  const watermark = new Watermark(
    log.seen?.raw_partitions,
    log.seen?.raw.map(({ partition: p, raw_time, raw_offset }) => [p, { raw_time, raw_offset }]),
  );
  const store = input.newStore(watermark, log.changeSeq, log.nextOffset);
  const waiting: string[] = [];
  let sinceHeartbeat = 0;
  for (const [id, logged] of log.customers) {
    log.customers.delete(id);
    const sets = logged.map(({ offset, value }) => ({ offset, set: codec.decode(value) }));
    const { customer, isWaiting } = restoreCustomer(sets, rules, watermark.value());
    if (customer.sessions.length > 0) store.set(id, customer);
    if (isWaiting) waiting.push(id);
    sinceHeartbeat += 1;
    if (sinceHeartbeat < customersBetweenHeartbeats) continue;
    sinceHeartbeat = 0;
    store.makeRoom();
    await control.heartbeat();
  }
  return { store, waiting, told: log.told?.raw ?? [] };
}

interface Log {
  customers: Map<string, Logged[]>;
  /** The last progress record's, and the last of either kind. */
  told: Progress | undefined;
  seen: Progress | undefined;
  changeSeq: number;
  nextOffset: number;
}

async function readLog({ reader, codec, partition, floor, low, control }: RestoreInput, nonce: string): Promise<Log> {
  const log: Log = { customers: new Map(), told: undefined, seen: undefined, changeSeq: 0, nextOffset: 0 };
  const positions: KafkaMessage[] = [];
  let hasChangeSets = false;
  log.nextOffset = await reader.read(
    topics.sessions,
    partition,
    floor ?? low,
    (message) => {
      if (headerText(message, nonceHeader) === nonce) return false;
      if (message.value === null) return true;
      const kind = headerText(message, kindHeader) as RecordKind | undefined;
      if (kind === 'progress' || kind === 'position') {
        // Only the last of each is wanted, and a position counts only behind the last progress.
        if (kind === 'progress') positions.length = 0;
        positions[kind === 'progress' ? 0 : positions.length > 0 ? 1 : 0] = message;
        return true;
      }
      hasChangeSets = true;
      const id = message.key?.toString() ?? '';
      const one = { offset: Number(message.offset), value: message.value };
      const known = log.customers.get(id);
      if (!known || kind === 'snapshot') log.customers.set(id, [one]);
      else known.push(one);
      return true;
    },
    { heartbeat: () => control.heartbeat() },
  );
  await codec.prepare(positions.map(({ value }) => value));
  for (const message of positions) {
    const { progress, change_seq } = codec.decode(message.value as Buffer);
    if (!progress) continue;
    log.changeSeq = Math.max(log.changeSeq, change_seq);
    log.seen = progress;
    if (headerText(message, kindHeader) === 'progress') log.told = progress;
  }
  if (floor === undefined && hasChangeSets) {
    throw new Error(
      `sessions partition ${partition} holds change sets though the group has committed nothing: ` +
        'reading the input again would double them; reset the topic, or give the group its offsets back',
    );
  }
  return log;
}

/**
 * One customer from its change sets, in order, with the sessions that whoever wrote them still had (`Customer.evict`), and
 * whether rows for them are still to come. What lies below the floor is of sessions given up, so those may be incomplete.
 * By ids: a customer keeps some events in a form of its own, so that they are not the objects that were put in.
 */
export function restoreCustomer(
  sets: readonly { offset: number; set: SessionChangeSet }[],
  rules: SessionRules,
  watermark: number | undefined,
): { customer: Customer; isWaiting: boolean } {
  const sessions = new Map<string, SessionRow>();
  const legs = new Map<string, LegRow>();
  const events: SessionEvent[] = [];
  const offsets = new Map<string, number>();
  let untold = new Set<string>();
  const customer = new Customer(rules);
  for (const { offset, set } of sets) {
    for (const event of set.state) {
      events.push(event);
      if (!offsets.has(event.event_id)) offsets.set(event.event_id, offset);
    }
    for (const row of set.sessions) replayRow(sessions, row.session_id, row);
    for (const row of set.legs) replayRow(legs, row.leg_id, row);
    if (set.sessions.length > 0) untold = new Set();
    else for (const { event_id } of set.state) untold.add(event_id);
    customer.changeSeq = set.change_seq;
  }
  customer.add(events);
  const waits = new Set<Session>();
  for (const session of customer.sessions) {
    for (const { event_id } of session.events()) {
      session.floor = Math.min(session.floor, offsets.get(event_id) as number);
      if (untold.has(event_id)) waits.add(session);
    }
  }
  customer.adopt({ sessions: [...sessions.values()], legs: [...legs.values()] });
  let isFirst = true;
  let isWaiting = false;
  customer.sessions = customer.sessions.filter((session) => {
    const isPassed = !waits.has(session) && session.isPassedBy(watermark);
    isFirst &&= isPassed;
    if (isFirst) return false;
    const isSettled = session.settle();
    // Rows were told and are not what its events make: part of it lies below the floor.
    if (isPassed && !isSettled) return false;
    isWaiting ||= !isSettled;
    return true;
  });
  return { customer, isWaiting };
}

function replayRow<Row extends { sign: number }>(emitted: Map<string, Row>, id: string, row: Row): void {
  if (row.sign > 0) emitted.set(id, row);
  else emitted.delete(id);
}
