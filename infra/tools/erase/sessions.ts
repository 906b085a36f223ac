import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LegRow, SessionCommand, SessionEvent, SessionRow } from '../../../schemas/types';
import { reachOf } from '../../../services/load/repair/questions';
import { selectedEvents, selectedLegs, selectedSessions, withNulls } from '../../../services/load/repair/rows';
import type { Tables } from './ask';

export interface CommandSender {
  encode(command: SessionCommand): Buffer;
  /** Resolves with the offset behind the command. */
  send(partition: number, commands: readonly { customer_id: string; value: Buffer }[]): Promise<number>;
}

export interface SessionsErasure {
  tables: Tables;
  commands: CommandSender;
  customer_id: string;
  /** Of interactions.enriched, and so of the commands. */
  partition: number;
  erased_through: number;
  told(text: string): void;
  /** How long a command may take to be carried out and loaded. */
  withinMs: number;
}

const mostSessions = 2_000;
/** The topic takes 16 MB. */
const mostBytes = 12 * 1_048_576;

/**
 * Has sessionize, the only writer of sessions, forget its state of a person and take back every row that stands; some
 * sessions a command, until none stands any more. At least one command is sent: nothing may stand and much be open.
 * Answers how many commands it took.
 */
export async function eraseSessions(erasure: SessionsErasure): Promise<number> {
  const { tables, customer_id, partition, told } = erasure;
  const deadline = { at: Date.now() + erasure.withinMs };
  for (let sent = 0; ; ) {
    // Before the rows: rows newer than this make a command whose rows are refused, older ones cannot be.
    const reach = await reachOf((query, params) => tables.rows(query, params), partition);
    if (!reach || reach.loaded_offset < reach.input_offset) {
      await patience(deadline.at, told, 'load to come as far as sessionize');
      continue;
    }
    const command = await commandOf(erasure, reach.as_of, mostSessions);
    if (sent > 0 && command.sessions.length + command.legs.length === 0) return sent;
    let value = erasure.commands.encode(command);
    for (let most = command.sessions.length; value.length > mostBytes && most > 1; ) {
      most = Math.ceil(most / 2);
      value = erasure.commands.encode(await commandOf(erasure, reach.as_of, most));
    }
    const end = await erasure.commands.send(partition, [{ customer_id, value }]);
    sent += 1;
    deadline.at = Date.now() + erasure.withinMs;
    for (;;) {
      const now = await reachOf((query, params) => tables.rows(query, params), partition);
      if (now && now.command_offset >= end) break;
      await patience(deadline.at, told, 'sessionize to carry the command out, and load to load what it wrote');
    }
  }
}

async function patience(deadline: number, told: (text: string) => void, what: string): Promise<void> {
  told(`waits for ${what}`);
  if (Date.now() > deadline) throw new Error(`waited in vain for ${what}: are both running and well?`);
  await sleep(300);
}

/** The first sessions that stand of the time, with their legs, and of the last of them the events that stay. */
async function commandOf(erasure: SessionsErasure, as_of: number, most: number): Promise<SessionCommand> {
  const { tables, customer_id, erased_through } = erasure;
  const params = { customer_id, through: erased_through, most };
  const until = 'fromUnixTimestamp64Milli({through: Int64})';
  const sessions = await tables.rows<SessionRow>(
    `SELECT ${selectedSessions} FROM sessions_current AS r
     WHERE r.customer_id = {customer_id: String} AND r.started_at <= ${until} ORDER BY r.started_at LIMIT {most: UInt32}`,
    params,
  );
  // Sessions of one person never overlap: the legs between the first and the last are theirs.
  const first = sessions[0]?.started_at ?? 0;
  const last = sessions.reduce(
    (latest, { ended_at }) => Math.max(latest, ended_at),
    sessions.length > 0 ? first : erased_through,
  );
  const legs = await tables.rows<LegRow>(
    `SELECT ${selectedLegs} FROM legs_current AS r WHERE r.customer_id = {customer_id: String}
       AND r.arrived_at BETWEEN fromUnixTimestamp64Milli({first: Int64}) AND fromUnixTimestamp64Milli({last: Int64})`,
    { ...params, first, last },
  );
  const events =
    last <= erased_through
      ? []
      : await tables.rows<SessionEvent>(
          `SELECT ${selectedEvents} FROM interactions AS r
           WHERE r.customer_id = {customer_id: String} AND r.sessionised AND r.occurred_at > ${until}
             AND r.occurred_at <= fromUnixTimestamp64Milli({last: Int64})
             AND (NOT r.late OR (r.customer_id, r.event_id) IN (
               SELECT customer_id, event_id FROM late_repairs WHERE customer_id = {customer_id: String} AND isNotNull(repaired_at)))`,
          { ...params, last },
        );
  return {
    command_id: randomUUID(),
    kind: 'erase',
    customer_id,
    as_of,
    issued_at: Date.now(),
    sessions,
    legs,
    events: events.map(withNulls),
    erased_through,
  };
}
