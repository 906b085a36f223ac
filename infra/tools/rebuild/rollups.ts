import { topics } from '../../../services/lib/topics';

/** A table of sums that a materialized view fills, and how it is computed from what it sums up. */
export interface Rollup {
  table: string;
  /** The materialized view that fills it: its query is what is run over the base table. */
  view: string;
  /** What that query reads, and the table that holds the same rows. */
  reads: string;
  base: string;
  /** The topic whose load fills both. */
  topic: string;
  /** Start of a bucket as a DateTime in UTC. */
  bucket: string;
  bucket_ms: number;
  /** Earliest and latest time of a base row that can come to be in a bucket. */
  earliest: string;
  latest: string;
  /** Which setting deletes base rows, and how far a row can reach back from a bucket, ms. */
  ttl: string;
  /** What people read it by. */
  readBy: readonly string[];
}

const minute = 60_000;
const day = 24 * 60 * minute;

export const rollups: readonly Rollup[] = [
  {
    table: 'volume_trends_15m',
    view: 'volume_trends_from_landing',
    reads: 'interactions_landing',
    base: 'interactions',
    topic: topics.enriched,
    bucket: 'bucket_start',
    bucket_ms: 15 * minute,
    earliest: 'occurred_at',
    latest: 'occurred_at',
    ttl: 'TTL_EVENTS_DAYS',
    readBy: ['volume_trends'],
  },
  {
    table: 'leg_metrics_15m',
    view: 'leg_metrics_from_legs',
    reads: 'legs',
    base: 'legs',
    topic: topics.sessions,
    bucket: 'bucket_start',
    bucket_ms: 15 * minute,
    earliest: `least(arrived_at, ended_at, ifNull(answered_at, ended_at), ifNull(handled_at, ended_at),
      ifNull(addMilliseconds(queued_at, wait_ms), ended_at))`,
    latest: `greatest(arrived_at, ended_at, ifNull(answered_at, ended_at), ifNull(handled_at, ended_at),
      ifNull(addMilliseconds(queued_at, wait_ms), ended_at))`,
    ttl: 'TTL_SESSIONS_DAYS',
    readBy: ['efficiency_metrics', 'service_levels', 'abandonments', 'handle_times', 'transfers', 'leg_metrics_in'],
  },
  {
    table: 'channel_failure_paths_by_customer',
    view: 'channel_failure_paths_from_sessions',
    reads: 'sessions',
    base: 'sessions',
    topic: topics.sessions,
    bucket: "toDateTime(day, 'UTC')",
    bucket_ms: day,
    earliest: 'started_at',
    latest: 'started_at',
    ttl: 'TTL_SESSIONS_DAYS',
    readBy: ['channel_failure_paths'],
  },
];

/** By the name of the table or of a view that reads it. Throws with the names there are. */
export function rollupNamed(name: string): Rollup {
  const found = rollups.find(({ table, readBy }) => table === name || readBy.includes(name));
  if (found) return found;
  const names = rollups.map(({ table, readBy }) => `${table} (${readBy.join(', ')})`);
  throw new Error(`VIEW=${name} names no roll-up; there are ${names.join('; ')}`);
}
