import type { LegRow, SessionEvent, SessionRow } from '../../../schemas/types';
import { topics } from '../../lib/topics';
import type { TimeRange } from '../domain/repair-ranges';
import { selectedEvents, selectedLegs, selectedSessions, withNulls } from './rows';

/** As `Warehouse.rows`. */
export type Ask = <T>(query: string, params: Record<string, unknown>) => Promise<T[]>;

export type Owned<Row> = Row & { customer_id: string };

/** How far the tables are for one partition. */
export interface Reach {
  loaded_offset: number;
  as_of: number;
  input_offset: number;
  command_offset: number;
}

export async function reachOf(ask: Ask, partition: number): Promise<Reach | undefined> {
  const [reach] = await ask<Reach & { rows: number }>(
    `SELECT
       count() AS rows,
       maxIf(loaded_offset, topic = '${topics.enriched}') AS loaded_offset,
       maxIf(progress_change_seq, topic = '${topics.sessions}') AS as_of,
       maxIf(input_offset, topic = '${topics.sessions}') AS input_offset,
       maxIf(command_offset, topic = '${topics.sessions}') AS command_offset
     FROM (SELECT * FROM pipeline_status AS s WHERE s.partition = {partition: UInt16} AND s.topic IN ('${topics.enriched}', '${topics.sessions}'))`,
    { partition },
  );
  return reach && reach.rows === 2 ? reach : undefined;
}

/** How far an event can reach by any version of the rules, ms. */
export async function reachMs(ask: Ask): Promise<number> {
  const [row] = await ask<{ reach_ms: number }>(
    'SELECT max(greatest(gap_ms, contact_join_ms)) AS reach_ms FROM session_rules FINAL',
    {},
  );
  return row.reach_ms;
}

export interface LateEvent {
  customer_id: string;
  event_id: string;
  at: number;
  received_at: number;
}

/** Late events of some customers of a partition of whom the repair has said nothing yet; the longest waiting first. */
export function undecidedLateEvents(
  ask: Ask,
  partition: number,
  customers: number,
  without: readonly string[],
): Promise<LateEvent[]> {
  return ask<LateEvent>(
    `WITH waiting AS (
       SELECT customer_id, event_id, toUnixTimestamp64Milli(i.occurred_at) AS at, toUnixTimestamp64Milli(i.received_at) AS received_at
       FROM interactions AS i
       WHERE i.late AND i.sessionised AND i.kafka_partition = {partition: UInt16} AND i.customer_id NOT IN {without: Array(String)}
         AND (customer_id, event_id) NOT IN (SELECT customer_id, event_id FROM late_repairs))
     SELECT * FROM waiting WHERE customer_id IN (
       SELECT customer_id FROM waiting GROUP BY customer_id ORDER BY min(waiting.received_at), customer_id LIMIT {customers: UInt32})`,
    { partition, customers, without },
  );
}

export interface Request {
  request_id: string;
  customer_id: string;
  from: number;
  to: number;
}

export function openRequests(ask: Ask, partition: number, limit: number): Promise<Request[]> {
  return ask<Request>(
    `SELECT request_id, customer_id, toUnixTimestamp64Milli(from_at) AS from, toUnixTimestamp64Milli(to_at) AS to
     FROM resessionize_requests FINAL
     WHERE kafka_partition = {partition: UInt16} AND done_at IS NULL ORDER BY requested_at, request_id, customer_id LIMIT {limit: UInt32}`,
    { partition, limit },
  );
}

/** The span of each customer. */
export type Spans = ReadonlyMap<string, TimeRange>;

const params = (spans: Spans) => ({
  customers: [...spans.keys()],
  froms: [...spans.values()].map(({ from }) => from),
  tos: [...spans.values()].map(({ to }) => to),
});
const bound = (name: 'froms' | 'tos'): string =>
  `fromUnixTimestamp64Milli(transform(r.customer_id, {customers: Array(String)}, {${name}: Array(Int64)}, toInt64(0)))`;
const [since, until] = [bound('froms'), bound('tos')];
const ofCustomers = 'r.customer_id IN ({customers: Array(String)})';

/** Sessions that have a time in their customer's span. */
export const sessionsOf = (ask: Ask, spans: Spans): Promise<Owned<SessionRow>[]> =>
  ask(
    `SELECT r.customer_id AS customer_id, ${selectedSessions} FROM sessions_current AS r
     WHERE ${ofCustomers} AND r.started_at <= ${until} AND r.ended_at >= ${since}`,
    params(spans),
  );

export const legsOf = (ask: Ask, spans: Spans): Promise<Owned<LegRow>[]> =>
  ask(
    `SELECT r.customer_id AS customer_id, ${selectedLegs} FROM legs_current AS r
     WHERE ${ofCustomers} AND r.arrived_at BETWEEN ${since} AND ${until}`,
    params(spans),
  );

const inSpan = `r.sessionised AND ${ofCustomers} AND r.occurred_at BETWEEN ${since} AND ${until}`;

/** How many events each customer has in the span. */
export async function countsOf(ask: Ask, spans: Spans): Promise<Map<string, number>> {
  const rows = await ask<Owned<{ events: number }>>(
    `SELECT r.customer_id AS customer_id, count() AS events FROM interactions AS r WHERE ${inSpan} GROUP BY customer_id`,
    params(spans),
  );
  return new Map(rows.map(({ customer_id, events }) => [customer_id, events]));
}

/**
 * Events in their customer's span. Of the late ones those asked for and those repaired before: another's surroundings may
 * reach further than the span.
 */
export async function eventsOf(ask: Ask, spans: Spans, lateIds: readonly string[]): Promise<Owned<SessionEvent>[]> {
  const rows = await ask<Owned<SessionEvent>>(
    `SELECT r.customer_id AS customer_id, ${selectedEvents} FROM interactions AS r
     WHERE ${inSpan} AND (NOT r.late OR has({lateIds: Array(String)}, r.event_id) OR (r.customer_id, r.event_id) IN (
       SELECT customer_id, event_id FROM late_repairs WHERE isNotNull(repaired_at)))
     ORDER BY r.customer_id, r.occurred_at`,
    { ...params(spans), lateIds },
  );
  return rows.map(withNulls);
}
