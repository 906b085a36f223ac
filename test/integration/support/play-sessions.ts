import { isDeepStrictEqual } from 'node:util';
import type { LegRow, SessionChangeSet, SessionRow } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import type { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { kindHeader, topics, valueSchemas } from '../../../services/lib/topics';
import { readTopic } from '../../support/read-topic';

/** What stands after all revisions. */
export interface Played {
  sessions: Map<string, SessionRow & { customer_id: string }>;
  legs: Map<string, LegRow>;
  changeSets: number;
  /** −1 rows: how much was revised on the way. */
  takenBack: number;
  /** Input offset of the last progress record of each partition. */
  inputOffsets: Map<number, number>;
  /** By customer a line for each record of theirs: where, what kind, which events became state, which session rows. */
  history: Map<string, string[]>;
}

/**
 * Plays `sessions`, committed records only, from its start to its end. Throws at the first record that breaks what every
 * consumer relies on: change_seq rises in a partition, the version of a +1 row is that of its change set (so none comes
 * again), a −1 row is exactly the row last emitted under its id, and nothing is there twice.
 */
export async function playSessions(admin: Admin, reader: PartitionReader, registryUrl: string): Promise<Played> {
  const subject = `${topics.sessions}-value`;
  const codec = await AvroCodec.register<SessionChangeSet>(registryUrl, subject, valueSchemas[topics.sessions]);
  const played: Played = {
    sessions: new Map(),
    legs: new Map(),
    changeSets: 0,
    takenBack: 0,
    inputOffsets: new Map(),
    history: new Map(),
  };
  const lastSeq = new Map<number, number>();
  await readTopic(admin, reader, topics.sessions, ({ value, headers, offset }, partition) => {
    if (value === null) return;
    const kind = headers?.[kindHeader]?.toString();
    const set = codec.decode(value);
    if (!set.progress) tell(played.history, set, `${partition}/${offset} ${kind ?? 'set'}`);
    // Whole states repeat what stands.
    if (kind === 'snapshot') return;
    const before = lastSeq.get(partition) ?? 0;
    const fail = (what: string): never => {
      throw new Error(`${topics.sessions} partition ${partition} offset ${offset}: ${what}`);
    };
    if (set.progress) {
      if (kind !== 'progress' && kind !== 'position') fail('a progress record without its header');
      // It repeats the number of the change sets before it.
      if (set.change_seq < before) fail(`progress at change_seq ${set.change_seq} after ${before}`);
      played.inputOffsets.set(partition, set.progress.input_offset);
    } else {
      if (set.change_seq <= before) fail(`change_seq ${set.change_seq} after ${before}`);
      played.changeSets += 1;
      const owned = set.sessions.map((row) => ({ ...row, customer_id: set.customer_id }));
      played.takenBack += playRows(played.sessions, owned, (row) => row.session_id, set.change_seq, fail);
      played.takenBack += playRows(played.legs, set.legs, (row) => row.leg_id, set.change_seq, fail);
    }
    lastSeq.set(partition, Math.max(before, set.change_seq));
  });
  return played;
}

function tell(
  history: Map<string, string[]>,
  { customer_id, change_seq, state, sessions }: SessionChangeSet,
  what: string,
): void {
  const lines = history.get(customer_id) ?? [];
  history.set(customer_id, lines);
  const rows = sessions.map(
    ({ session_id, sign, event_count }) => `${sign > 0 ? '+' : '-'}${session_id} ${event_count}`,
  );
  lines.push(
    `${what} ${change_seq}: state ${state.map(({ event_id }) => event_id).join(' ')}; rows ${rows.join(', ')}`,
  );
}

/** Answers how many rows were taken back. */
function playRows<Row extends { sign: number; version: number }>(
  standing: Map<string, Row>,
  rows: Row[],
  idOf: (row: Row) => string,
  changeSeq: number,
  fail: (what: string) => never,
): number {
  let takenBack = 0;
  for (const row of rows) {
    const id = idOf(row);
    const last = standing.get(id);
    if (row.sign === 1) {
      if (last) fail(`${id} is added though it stands with version ${last.version}`);
      if (row.version !== changeSeq) fail(`${id} is added with version ${row.version} by change set ${changeSeq}`);
      standing.set(id, row);
    } else if (row.sign === -1) {
      if (!last) return fail(`${id} is taken back but does not stand`);
      if (!isDeepStrictEqual({ ...row, sign: 1 }, { ...last })) {
        fail(`${id} is taken back as ${JSON.stringify(row)} but stands as ${JSON.stringify(last)}`);
      }
      standing.delete(id);
      takenBack += 1;
    } else {
      fail(`${id} has sign ${row.sign}`);
    }
  }
  return takenBack;
}
