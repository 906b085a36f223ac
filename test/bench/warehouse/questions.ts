export interface BenchQuestion {
  name: string;
  /** `{n}` is another customer each time, so that nothing is remembered from the last. */
  sql: string;
}

/** A week, a month and all of the year that rows.ts fills. */
const within = (column: string, range: 'week' | 'month'): string =>
  range === 'week'
    ? `${column} >= '2025-11-03' AND ${column} < '2025-11-10'`
    : `${column} >= '2025-11-01' AND ${column} < '2025-12-01'`;

/** What analysts ask most, as they would write it; the last two are one person's timeline. */
export const questions: readonly BenchQuestion[] = [
  {
    name: 'volume by channel and hour, a week',
    sql: `SELECT toStartOfHour(bucket_start) AS hour, channel, sum(events) FROM volume_trends
      WHERE ${within('bucket_start', 'week')} GROUP BY hour, channel ORDER BY hour, channel`,
  },
  {
    name: 'volume by day and channel, the year',
    sql: 'SELECT toDate(bucket_start) AS day, channel, sum(events) FROM volume_trends GROUP BY day, channel ORDER BY day, channel',
  },
  {
    name: 'most frequent failure paths, a month',
    sql: `SELECT path, sum(sessions) AS n, sum(time_to_success_ms) / nullIf(sum(sessions_with_success), 0) AS to_success_ms
      FROM channel_failure_paths WHERE ${within('day', 'month')} GROUP BY path ORDER BY n DESC LIMIT 20`,
  },
  {
    name: 'failures by intent and rescuer, the year',
    sql: `SELECT intent, first_failed_channel, rescued_by_channel, sum(sessions) AS n FROM channel_failure_paths
      GROUP BY ALL ORDER BY n DESC`,
  },
  {
    name: 'efficiency per queue, a week',
    sql: `SELECT queue, sum(e.offered) AS offered, sum(e.wait_ms_answered) / nullIf(sum(e.answered), 0) AS asa_ms,
        (sum(e.talk_ms) + sum(e.hold_ms) + sum(e.acw_ms)) / nullIf(sum(e.handled), 0) AS aht_ms
      FROM efficiency_metrics AS e WHERE ${within('bucket_start', 'week')} GROUP BY queue ORDER BY offered DESC`,
  },
  {
    name: 'abandon rate of a queue by day, the year',
    sql: `SELECT toDate(bucket_start) AS day, sum(e.abandoned) / nullIf(sum(e.offered), 0) AS rate
      FROM efficiency_metrics AS e WHERE queue = 'voice-billing' GROUP BY day ORDER BY day`,
  },
  {
    name: 'service level by queue and day, a week',
    sql: `SELECT period_start, queue, offered, sl_offered FROM
      service_levels(from = '2025-11-03', to = '2025-11-10', by = ['day', 'queue'], target_seconds = 20)`,
  },
  {
    name: 'repeat contacts within 7 days, a week of contacts',
    sql: `SELECT channel, sum(measured), sum(repeated) FROM repeat_contacts(from = '2025-11-03', to = '2025-11-10',
      window_days = 7, intent_scope = 'any', channel_scope = 'any', as_of = '2026-01-01') GROUP BY channel`,
  },
  {
    name: 'sessions: failures before success, a month',
    sql: `SELECT failures_before_success, count() FROM sessions_current WHERE ${within('started_at', 'month')}
      GROUP BY failures_before_success ORDER BY failures_before_success`,
  },
  {
    name: 'legs: waits at the 50th and 95th percentile per queue, a week',
    sql: `SELECT queue, quantiles(0.5, 0.95)(wait_ms) FROM legs_current WHERE ${within('arrived_at', 'week')}
      GROUP BY queue ORDER BY queue`,
  },
  {
    name: 'events: failed steps by day, a week',
    sql: `SELECT toDate(occurred_at) AS day, failure_step, count() FROM interactions
      WHERE failure_step != '' AND ${within('occurred_at', 'week')} GROUP BY day, failure_step ORDER BY day, failure_step`,
  },
  {
    name: 'events: distinct customers by channel, a month',
    sql: `SELECT channel, uniqExact(customer_id) FROM interactions WHERE ${within('occurred_at', 'month')} GROUP BY channel ORDER BY channel`,
  },
  { name: 'customer_timeline of one customer', sql: "SELECT * FROM customer_timeline(customer_id = 'bench-{n}')" },
  {
    name: 'customer_timeline, a month of it',
    sql: "SELECT * FROM customer_timeline(customer_id = 'bench-{n}', from = '2025-11-01', to = '2025-12-01')",
  },
];
