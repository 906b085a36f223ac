/** A row of the January 1999 call-centre file, as it is written: every value is text. */
type Row = Record<string, string>;

/** An event in the public form of POST /v1/events. */
export interface PublicEvent {
  event_id: string;
  event_type: string;
  occurred_at: number;
  channel: 'VOICE';
  [field: string]: unknown;
}

/** A row that is not an event, with its number in the file (from 1, after the heading) and why. */
export interface RefusedRow {
  row: number;
  reason: string;
  text: string;
}

export interface Converted {
  /** In order of time. */
  events: PublicEvent[];
  refused: RefusedRow[];
  calls: number;
  identified_calls: number;
}

const dayMs = 86_400_000;

/**
 * The file's calls as events. One call gives an IVR part, a queue part where it queued, and an agent part where it was
 * answered. Times are local and taken as UTC; what lies before the call's entry by half a day is after midnight.
 *
 * Calls are told apart by their row: call_id is not unique. A customer_id that is not all digits (some were mangled to
 * 6.02E+11), or 0, is nobody: the call gets an anonymous_id of its own.
 */
export function convert(text: string): Converted {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const columns = lines[0].split('\t');
  const result: Converted = { events: [], refused: [], calls: 0, identified_calls: 0 };
  for (const [index, line] of lines.slice(1).entries()) {
    const row = Object.fromEntries(line.split('\t').map((value, column) => [columns[column], value.trim()]));
    const number = index + 1;
    if (row.outcome === 'PHANTOM') {
      result.refused.push({ row: number, reason: 'phantom', text: line });
      continue;
    }
    if (row.outcome !== 'AGENT' && row.outcome !== 'HANG') {
      result.refused.push({ row: number, reason: 'outcome_unknown', text: line });
      continue;
    }
    result.calls += 1;
    if (isIdentified(row)) result.identified_calls += 1;
    result.events.push(...callEvents(row, number));
  }
  result.events.sort((a, b) => a.occurred_at - b.occurred_at);
  return result;
}

const isIdentified = ({ customer_id }: Row): boolean => /^\d+$/.test(customer_id) && Number(customer_id) > 0;

function callEvents(row: Row, number: number): PublicEvent[] {
  const entry = timeOf(row, 'vru_entry');
  const after = (column: string): number => {
    const time = timeOf(row, column);
    return time < entry - dayMs / 2 ? time + dayMs : time;
  };
  const queued = row.q_start !== '0:00:00';
  const ivrMs = Number(row.vru_time) * 1_000;
  const events: PublicEvent[] = [];
  const add = (event_type: string, occurred_at: number, fields: object = {}): void => {
    events.push({
      event_id: `technion-${number}-${events.length}`,
      event_type,
      // The clocks of two machines disagree in some rows: nothing of a call comes before its entry.
      occurred_at: Math.max(entry, occurred_at),
      source: { system: 'technion', instance: row['vru+line'], sequence: events.length },
      channel: 'VOICE',
      direction: 'INBOUND',
      interaction_id: `call-${number}`,
      identities: [identityOf(row, number)],
      attributes: { call_id: row.call_id, priority: row.priority },
      ...fields,
    });
  };
  add('ivr.menu_entered', entry);
  // Negative IVR times are an error of the source: the moment is kept, the duration is not.
  add('ivr.ended', after('vru_exit'), ivrMs >= 0 ? { durations: { ivr_ms: ivrMs } } : {});
  const queue = { id: row.type };
  if (queued) add('queue.entered', after('q_start'), { queue });
  const waitMs = Number(row.q_time) * 1_000;
  if (row.outcome === 'AGENT') addService(row, queued, waitMs, after, add);
  else if (queued) add('queue.abandoned', after('q_exit'), { queue, durations: { wait_ms: waitMs } });
  else
    add('interaction.ended', after('vru_exit'), {
      stage: 'SELF_SERVICE',
      outcome: { status: 'ABANDONED', disconnect_by: 'CUSTOMER' },
    });
  return events;
}

function addService(
  row: Row,
  queued: boolean,
  waitMs: number,
  after: (column: string) => number,
  add: (type: string, at: number, fields: object) => void,
): void {
  const actor = row.server === 'NO_SERVER' ? { type: 'AGENT' } : { type: 'AGENT', id: row.server };
  // 42 answered rows have no service times at all.
  const timed = row.ser_start !== '0:00:00';
  const answered = timed ? after('ser_start') : after(queued ? 'q_exit' : 'vru_exit');
  add('agent.joined', answered, {
    actor,
    queue: { id: row.type },
    ...(queued ? { durations: { wait_ms: waitMs } } : {}),
  });
  add('interaction.ended', timed ? after('ser_exit') : answered, {
    stage: 'AGENT',
    actor,
    durations: { talk_ms: Number(row.ser_time) * 1_000 },
  });
}

const identityOf = (row: Row, number: number) =>
  isIdentified(row)
    ? { type: 'customer_id', value: row.customer_id, verified: true }
    : { type: 'anonymous_id', value: `call-${number}`, verified: false };

function timeOf(row: Row, column: string): number {
  const [, year, month, day] = /^(\d\d)(\d\d)(\d\d)$/.exec(row.date) ?? [];
  const [hours, minutes, seconds] = row[column].split(':').map(Number);
  return Date.UTC(1900 + Number(year), Number(month) - 1, Number(day), hours, minutes, seconds);
}
