import type { SessionRow } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import type { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { kindHeader, topics, valueSchemas } from '../../../services/lib/topics';
import { readTopic } from '../../support/read-topic';
import { customerId, type Load } from './loads';

/** A session as both sides must agree on it: customer, first and last event (epoch ms), how many. */
const sessionText = (customer: string, started_at: number, ended_at: number, events: number): string =>
  `${customer} ${started_at} ${ended_at} ${events}`;

/** What remains of an output after all its revisions. */
export type Sessions = ReadonlySet<string>;

/** By the rule itself: a customer's events in order, cut where two are further apart than the gap. */
export function expectedSessions({ customer, customers, occurred_at }: Load, gap_ms: number): Sessions {
  const times: number[][] = Array.from({ length: customers }, () => []);
  for (let i = 0; i < customer.length; i++) times[customer[i]].push(occurred_at[i]);
  const sessions = new Set<string>();
  for (const [number, own] of times.entries()) {
    own.sort((a, b) => a - b);
    for (let first = 0, i = 0; i < own.length; i++) {
      if (i + 1 < own.length && own[i + 1] - own[i] <= gap_ms) continue;
      sessions.add(sessionText(customerId(number), own[first], own[i], i + 1 - first));
      first = i + 1;
    }
  }
  return sessions;
}

/** Change sets played to the end. Throws when a −1 row takes back what was never emitted. */
export async function readChangeSets(admin: Admin, reader: PartitionReader, registryUrl: string): Promise<Sessions> {
  const codec = await AvroCodec.register<{ customer_id: string; sessions: SessionRow[] }>(
    registryUrl,
    `${topics.sessions}-value`,
    valueSchemas[topics.sessions],
    ['customer_id', 'sessions'],
  );
  const emitted = new Map<string, string>();
  await readTopic(admin, reader, topics.sessions, ({ value, headers }) => {
    if (value === null || headers?.[kindHeader]) return;
    const set = codec.decode(value);
    for (const { session_id, started_at, ended_at, event_count, sign } of set.sessions) {
      if (sign > 0) emitted.set(session_id, sessionText(set.customer_id, started_at, ended_at, event_count));
      else if (!emitted.delete(session_id)) throw new Error(`session ${session_id} is taken back but was never there`);
    }
  });
  return distinct(emitted);
}

/** Streams' updates played to the end: the window is in the key (customer, end, start), the count is the value. */
export async function readWindows(admin: Admin, reader: PartitionReader, topic: string): Promise<Sessions> {
  const counts = new Map<string, string>();
  await readTopic(admin, reader, topic, ({ key, value }) => {
    if (key === null) return;
    const id = key.toString('latin1');
    if (value === null) {
      counts.delete(id);
      return;
    }
    const customer = key.toString('utf8', 0, key.length - 16);
    const [ended_at, started_at] = [16, 8].map((back) => Number(key.readBigInt64BE(key.length - back)));
    counts.set(id, sessionText(customer, started_at, ended_at, Number(value.readBigInt64BE())));
  });
  return distinct(counts);
}

function distinct(byId: Map<string, string>): Sessions {
  const sessions = new Set(byId.values());
  if (sessions.size !== byId.size) throw new Error(`${byId.size - sessions.size} sessions are there twice`);
  return sessions;
}

/** What two sets of sessions differ in, a few of each for a message; undefined when they are the same. */
export function difference(expected: Sessions, found: Sessions): string | undefined {
  const missing = [...expected].filter((session) => !found.has(session));
  const surplus = [...found].filter((session) => !expected.has(session));
  if (missing.length === 0 && surplus.length === 0) return undefined;
  const some = (list: string[]): string => list.slice(0, 3).join(' | ');
  return `${missing.length} missing (${some(missing)}), ${surplus.length} surplus (${some(surplus)})`;
}
