import type { DeadLetter, EnrichedEvent } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import type { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { readTopic } from '../../support/read-topic';
import { oracleSessions } from '../../unit/sessionize/oracle';
import { type Played, playSessions } from './play-sessions';
import type { SessionsTruth } from './sessions-input';

export interface Verdict {
  /** What is not as it must be, a line each; empty when all is. */
  differences: string[];
  sessions: number;
  played: Played;
}

/** Everything that sessionize has put out, against what its input must come to. Ask when all of it is consumed. */
export async function judge(
  admin: Admin,
  reader: PartitionReader,
  registryUrl: string,
  truth: SessionsTruth,
): Promise<Verdict> {
  const played = await playSessions(admin, reader, registryUrl);
  const expected = expectedSessions(truth);
  const letters = await deadLetters(admin, reader, registryUrl);
  const wrong = differences(expected, standingSessions(played));
  // How the first of them came about: the topics are gone when anybody asks.
  const told = [...new Set(wrong.map((line) => line.split(' ')[1]))].slice(0, 3);
  return {
    differences: [
      ...wrong,
      ...told.flatMap((customer) => (played.history.get(customer) ?? []).map((line) => `${customer}: ${line}`)),
      ...legCounts(played),
      ...differences(new Set([...truth.poison].map((place) => `undecodable sessionize ${place}`)), letters),
    ],
    sessions: expected.size,
    played,
  };
}

/** A session as text: whose, first and last event, how many events and contacts. */
type SessionText = string;

function expectedSessions({ events }: SessionsTruth): Set<SessionText> {
  const byCustomer = new Map<string, EnrichedEvent[]>();
  for (const event of events) {
    if (event.late || !event.sessionised) continue;
    const own = byCustomer.get(event.customer_id);
    if (own) own.push(event);
    else byCustomer.set(event.customer_id, [event]);
  }
  return new Set(
    [...byCustomer].flatMap(([customer, own]) =>
      oracleSessions(own).map(({ session_id, started_at, ended_at, event_ids, contact_count }) =>
        [customer, session_id, started_at, ended_at, event_ids.length, contact_count].join(' '),
      ),
    ),
  );
}

const standingSessions = ({ sessions }: Played): SessionText[] =>
  [...sessions.values()].map((row) =>
    [row.customer_id, row.session_id, row.started_at, row.ended_at, row.event_count, row.contact_count].join(' '),
  );

/** Legs have no oracle here (the unit tests have): but as many must stand as their sessions say. */
function legCounts({ sessions, legs }: Played): string[] {
  const standing = new Map<string, number>();
  for (const { session_id } of legs.values()) standing.set(session_id, (standing.get(session_id) ?? 0) + 1);
  const wrong = [...sessions.values()].filter(
    ({ session_id, leg_count, oversized }) => !oversized && standing.get(session_id) !== leg_count,
  );
  const lost = [...standing.keys()].filter((session_id) => session_id !== '' && !sessions.has(session_id));
  return [
    ...wrong.map(({ session_id, leg_count }) => `${session_id} has ${standing.get(session_id)} legs, not ${leg_count}`),
    ...lost.map((session_id) => `legs of ${session_id} stand, the session does not`),
  ];
}

/** The dead letters that came from enriched records: reason, step, partition/offset. */
async function deadLetters(admin: Admin, reader: PartitionReader, registryUrl: string): Promise<string[]> {
  const codec = await AvroCodec.register<DeadLetter>(
    registryUrl,
    `${topics.deadLetter}-value`,
    valueSchemas[topics.deadLetter],
  );
  const found: string[] = [];
  await readTopic(admin, reader, topics.deadLetter, ({ value }) => {
    const { reason, step, origin_topic, origin_partition, origin_offset } = codec.decode(value as Buffer);
    if (origin_topic === topics.enriched) found.push(`${reason} ${step} ${origin_partition}/${origin_offset}`);
  });
  return found;
}

function differences(expected: ReadonlySet<string>, found: readonly string[]): string[] {
  const distinct = new Set<string>();
  const twice: string[] = [];
  for (const one of found) {
    if (distinct.has(one)) twice.push(one);
    distinct.add(one);
  }
  return [
    ...[...expected].filter((one) => !distinct.has(one)).map((one) => `missing: ${one}`),
    ...[...distinct].filter((one) => !expected.has(one)).map((one) => `surplus: ${one}`),
    ...twice.map((one) => `twice: ${one}`),
  ];
}
