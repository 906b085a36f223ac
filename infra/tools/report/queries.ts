import type { ClickHouseClient } from '@clickhouse/client';
import type { Found } from './compare';
import {
  agentFields,
  type Figures,
  type LegFigures,
  legFigures,
  type QueueFigures,
  queueFields,
  type SessionFigures,
} from './truth';

/** Event time covered: [from, to), epoch ms. */
export interface Range {
  from: number;
  to: number;
  /** Agents and cases are looked at up to this (`to` if left out): what holds at the end of a file is told after it. */
  last_day?: number;
}

export async function rows<Row>(clickhouse: ClickHouseClient, query: string, range: Range): Promise<Row[]> {
  const result = await clickhouse.query({
    query,
    format: 'JSONEachRow',
    query_params: {
      from: Math.floor(range.from / 1_000),
      to: Math.ceil(range.to / 1_000),
      last_day: Math.ceil((range.last_day ?? range.to) / 1_000),
    },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json<Row>();
}

const within = (column: string): string =>
  `${column} >= fromUnixTimestamp({from:Int64}) AND ${column} < fromUnixTimestamp({to:Int64})`;

export interface VolumeRow {
  channel: string;
  events: number;
  /** Events per hour of day (UTC), 24 numbers. */
  hours: number[];
}

/** Customers' events by channel and hour of day, from `volume_trends`. */
export const volume = (clickhouse: ClickHouseClient, range: Range): Promise<VolumeRow[]> =>
  rows(
    clickhouse,
    `SELECT channel, sum(n) AS events, arrayMap(h -> sumMap(map(hour, n))[h], range(24)) AS hours
     FROM (SELECT channel, toHour(bucket_start) AS hour, sum(events) AS n FROM volume_trends WHERE ${within('bucket_start')} GROUP BY channel, hour)
     GROUP BY channel ORDER BY events DESC`,
    range,
  );

export interface PathRow {
  path: string[];
  sessions: number;
  customers: number;
  rescued_by: string;
  minutes_to_success: number | null;
}

/** The most frequent paths with a failure on them. */
export const failurePaths = (clickhouse: ClickHouseClient, range: Range): Promise<PathRow[]> =>
  rows(
    clickhouse,
    `SELECT path, sum(sessions) AS sessions, sum(customers) AS customers, any(rescued_by_channel) AS rescued_by,
       sum(time_to_success_ms) / nullIf(sum(sessions_with_success), 0) / 60000 AS minutes_to_success
     FROM channel_failure_paths WHERE day >= toDate(fromUnixTimestamp({from:Int64})) AND day <= toDate(fromUnixTimestamp({to:Int64}))
     GROUP BY path ORDER BY sessions DESC, path LIMIT 10`,
    range,
  );

export interface QueueRow extends QueueFigures {
  queue: string;
  handled: number;
  asa_ms: number | null;
  aht_ms: number | null;
  abandon_rate: number | null;
}

/** Figures per queue, sums first, rates as sums over sums. */
export const queues = (clickhouse: ClickHouseClient, range: Range): Promise<QueueRow[]> =>
  rows(
    clickhouse,
    `SELECT queue, ${queueFields.map((field) => `sum(e.${field}) AS ${field}`).join(', ')}, sum(e.handled) AS handled,
       wait_ms_answered / nullIf(answered, 0) AS asa_ms,
       (sum(e.talk_ms) + sum(e.hold_ms) + sum(e.acw_ms)) / nullIf(handled, 0) AS aht_ms,
       abandoned / nullIf(offered, 0) AS abandon_rate
     FROM efficiency_metrics AS e WHERE ${within('bucket_start')} GROUP BY queue ORDER BY offered DESC, queue`,
    range,
  );

const during = (to: 'to' | 'last_day'): string =>
  `from = fromUnixTimestamp({from:Int64}), to = fromUnixTimestamp({${to}:Int64})`;

/** What the views over events say: callbacks, surveys, cases, agents. */
async function services(
  clickhouse: ClickHouseClient,
  asked: Range,
): Promise<Pick<Found, 'callbacks' | 'surveys' | 'cases' | 'agents'>> {
  const [callbacks] = await rows<Figures>(
    clickhouse,
    `SELECT scheduled, attempted, reached, attempts FROM callbacks(${during('to')}, by = [])`,
    asked,
  );
  const surveys = await rows<Figures & { survey_kind: string }>(
    clickhouse,
    `SELECT survey_kind, sum(s.invitations) AS invitations, sum(s.responses) AS responses, sum(s.positive) AS positive,
       sum(s.negative) AS negative
     FROM survey_scores(${during('to')}, by = 'all') AS s GROUP BY survey_kind`,
    asked,
  );
  const [cases] = await rows<Figures>(
    clickhouse,
    `SELECT sum(b.opened) AS opened, sum(b.reopened) AS reopened, sum(b.solved) AS solved
     FROM backlog_daily(${during('last_day')}, time_zone = 'UTC') AS b`,
    asked,
  );
  const sums = agentFields.map((name) => `sum(a.${name}) AS ${name}`);
  const [agents] = await rows<Figures>(
    clickhouse,
    `SELECT ${sums.join(', ')} FROM agent_time(${during('last_day')}, time_zone = 'UTC') AS a`,
    asked,
  );
  const byKind = surveys.map(({ survey_kind, ...figures }) => [survey_kind, figures] as const);
  return { callbacks: callbacks ?? {}, surveys: Object.fromEntries(byKind), cases, agents };
}

/** Everything the truth speaks of. Hours with no event are missing from `volume`, so it is filled up here. */
export async function found(clickhouse: ClickHouseClient, range: Range): Promise<Found> {
  const [counts] = await rows<{ events: number; late: number }>(
    clickhouse,
    `SELECT count() AS events, countIf(late) AS late FROM interactions WHERE ${within('occurred_at')}`,
    range,
  );
  const [legs] = await rows<{ legs: number }>(
    clickhouse,
    `SELECT count() AS legs FROM legs_current WHERE ${within('arrived_at')}`,
    range,
  );
  const perChannel = await rows<LegFigures & { channel: string }>(
    clickhouse,
    `SELECT channel, ${Object.entries(legFigures).map(([name, sql]) => `ifNull(${sql}, 0) AS ${name}`)}
     FROM legs_current AS l WHERE ${within('l.arrived_at')} GROUP BY channel`,
    range,
  );
  const sessions = await rows<SessionFigures>(
    clickhouse,
    `SELECT session_id, customer_id, toUnixTimestamp64Milli(started_at) AS started_at, toUnixTimestamp64Milli(ended_at) AS ended_at,
       event_count, contact_count, leg_count, path, path_counts, outcome, intent, failures_before_success,
       first_failed_channel, rescued_by_channel
     FROM sessions_current AS s WHERE ${within('s.started_at')}`,
    range,
  );
  const perQueue = await queues(clickhouse, range);
  return {
    events: counts.events,
    late: counts.late,
    legs: legs.legs,
    leg_figures: Object.fromEntries(perChannel.map((row) => [row.channel, row])),
    sessions,
    channels: Object.fromEntries((await volume(clickhouse, range)).map(({ channel, hours }) => [channel, hours])),
    queues: Object.fromEntries(perQueue.map((row) => [row.queue, row])),
    ...(await services(clickhouse, range)),
  };
}
