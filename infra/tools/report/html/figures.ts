import type { ClickHouseClient } from '@clickhouse/client';
import { type Range, rows } from '../queries';

/** What the report's charts show, as asked from the views. Times are epoch seconds, shares 0 to 1, minutes and seconds as named. */
export interface ChartFigures {
  totals: Totals;
  volume: { time: number; channel: string; events: number }[];
  hours: { weekday: number; hour: number; events: number }[];
  paths: { path: string[]; sessions: number; worked: boolean; minutes: number | null }[];
  failures: { failed: string; rescued: number; never: number; minutes: number | null }[];
  queues: QueueFigures[];
}

export interface Totals {
  events: number;
  sessions: number;
  with_failure: number;
  rescued: number;
  minutes_to_success: number | null;
  offered: number;
  service_level: number | null;
  abandon_rate: number | null;
}

export interface QueueFigures {
  queue: string;
  channel: string;
  offered: number;
  service_level: number | null;
  abandon_rate: number | null;
  asa_s: number | null;
  talk_s: number | null;
  hold_s: number | null;
  acw_s: number | null;
}

const hourMs = 3_600_000;
/** Up to so long a range is shown by hours, a longer one by days. */
const byHourMs = 15 * 24 * hourMs;
const targetSeconds = 20;

const time = (name: 'from' | 'to'): string => `fromUnixTimestamp({${name}:Int64})`;
const within = (column: string): string => `${column} >= ${time('from')} AND ${column} < ${time('to')}`;
const days = `day >= toDate(${time('from')}) AND day <= toDate(${time('to')})`;

/** The days at the end of which there is data: up to eight, or what `asked` says. Undefined where there is none. */
export async function rangeWithData(clickhouse: ClickHouseClient, asked: Range): Promise<Range | undefined> {
  const [{ first, last }] = await rows<{ first: number; last: number }>(
    clickhouse,
    `SELECT toUnixTimestamp(min(bucket_start)) AS first, toUnixTimestamp(max(bucket_start)) AS last
     FROM volume_trends WHERE ${within('bucket_start')}`,
    asked,
  );
  if (last === 0) return undefined;
  const to = (Math.floor(last / 86_400) + 1) * 86_400_000;
  return { from: Math.max(first * 1_000, asked.from, to - 8 * 24 * hourMs), to: Math.min(to, asked.to) };
}

export async function chartFigures(clickhouse: ClickHouseClient, range: Range): Promise<ChartFigures> {
  const ask = <Row>(query: string): Promise<Row[]> => rows<Row>(clickhouse, query, range);
  const bucket = range.to - range.from <= byHourMs ? 'toStartOfHour' : 'toStartOfDay';
  const [totals] = await ask<Totals>(`
    SELECT
      (SELECT sum(v.events) FROM volume_trends AS v WHERE ${within('bucket_start')}) AS events,
      (SELECT count() FROM sessions_current WHERE ${within('started_at')}) AS sessions,
      sum(p.sessions) AS with_failure, sumIf(p.sessions, rescued_by_channel != '') AS rescued,
      sum(p.time_to_success_ms) / nullIf(sum(p.sessions_with_success), 0) / 60000 AS minutes_to_success,
      (SELECT sum(e.offered) FROM efficiency_metrics AS e WHERE ${within('bucket_start')}) AS offered,
      (SELECT sum(s.answered_in_time) / nullIf(sum(s.answered) + sum(s.abandoned), 0)
        FROM service_levels(from = ${time('from')}, to = ${time('to')}, by = ['channel'], target_seconds = ${targetSeconds}) AS s
        WHERE channel IN ('VOICE', 'CHAT', 'VIDEO')) AS service_level,
      (SELECT sum(e.abandoned) / nullIf(sum(e.offered), 0) FROM efficiency_metrics AS e WHERE ${within('bucket_start')}) AS abandon_rate
    FROM channel_failure_paths AS p WHERE ${days}`);
  return {
    totals: totals!,
    volume: await ask(`
      SELECT toUnixTimestamp(${bucket}(bucket_start)) AS time, channel, sum(v.events) AS events
      FROM volume_trends AS v WHERE ${within('bucket_start')} GROUP BY time, channel ORDER BY time, channel`),
    hours: await ask(`
      SELECT toDayOfWeek(bucket_start) AS weekday, toHour(bucket_start) AS hour, sum(v.events) AS events
      FROM volume_trends AS v WHERE ${within('bucket_start')} GROUP BY weekday, hour ORDER BY weekday, hour`),
    paths: await ask(`
      SELECT path, sum(p.sessions) AS sessions, rescued_by_channel != '' OR sessions_with_success > 0 AS worked,
        sum(p.time_to_success_ms) / nullIf(sum(p.sessions_with_success), 0) / 60000 AS minutes
      FROM channel_failure_paths AS p WHERE ${days} GROUP BY path, worked ORDER BY sessions DESC, path LIMIT 60`),
    failures: await ask(`
      SELECT first_failed_channel AS failed, sumIf(p.sessions, rescued_by_channel != '') AS rescued,
        sumIf(p.sessions, rescued_by_channel = '') AS never,
        sum(p.time_to_success_ms) / nullIf(sum(p.sessions_with_success), 0) / 60000 AS minutes
      FROM channel_failure_paths AS p WHERE ${days} GROUP BY failed ORDER BY rescued + never DESC, failed LIMIT 12`),
    queues: await ask(`
      SELECT queue, any(e.channel) AS channel, sum(e.offered) AS offered, any(s.level) AS service_level,
        sum(e.abandoned) / nullIf(sum(e.offered), 0) AS abandon_rate,
        sum(e.wait_ms_answered) / nullIf(sum(e.answered), 0) / 1000 AS asa_s,
        sum(e.talk_ms) / nullIf(sum(e.handled), 0) / 1000 AS talk_s, sum(e.hold_ms) / nullIf(sum(e.handled), 0) / 1000 AS hold_s,
        sum(e.acw_ms) / nullIf(sum(e.handled), 0) / 1000 AS acw_s
      FROM efficiency_metrics AS e
      LEFT JOIN
      (
        SELECT queue, sl_offered AS level
        FROM service_levels(from = ${time('from')}, to = ${time('to')}, by = ['queue'], target_seconds = ${targetSeconds})
      ) AS s USING (queue)
      WHERE ${within('bucket_start')} AND queue != ''
      GROUP BY queue ORDER BY offered DESC, queue LIMIT 20`),
  };
}
