import { dayMs, firstDayOf, ttlDaysOf } from '../domain/follow-up-days';
import type { Computation, Known, LegsOfDay, WrittenDay } from '../domain/follow-up-plan';
import { clickHouseTime } from '../domain/status-row';
import { type Figure, figures } from './figures';

/** As `Warehouse.rows`. */
export type Ask = <T>(query: string, params?: Record<string, unknown>, signal?: AbortSignal) => Promise<T[]>;

/** Everything that a plan follows from; undefined while nobody can say up to when everything is known. */
export async function knownNow(ask: Ask, windowsDays: readonly number[], now: number): Promise<Known | undefined> {
  // Before the legs: what is known up to then is among those read later.
  const [until] = await ask<{ as_of: number | null }>(
    'SELECT toUnixTimestamp64Milli(audit_safe_until) AS as_of FROM audit_safe_until',
  );
  if (until === undefined || until.as_of === null) return undefined;
  const firstDay = await firstDayToCompute(ask, now);
  // Rows taken back and the rows they take back add up to nothing, merged or not; whatever else comes or goes shows.
  const legs = await ask<Omit<LegsOfDay, 'checksum'> & { checksum: string }>(
    `SELECT toUInt32(toDate(arrived_at, 'UTC')) AS day, sum(sign) AS legs,
       toString(sum(sign * reinterpretAsInt64(cityHash64(day, kafka_partition, version)))) AS checksum,
       toUnixTimestamp64Milli(max(ended_at)) AS last_end
     FROM legs WHERE arrived_at >= {since: DateTime64(3, 'UTC')} GROUP BY day`,
    { since: clickHouseTime(firstDay * dayMs) },
  );
  const [{ rules }] = await ask<{ rules: string }>(
    'SELECT toString(max(short_abandon_ms)) AS rules FROM session_rules FINAL',
  );
  const written: Record<string, WrittenDay[]> = {};
  for (const { view, table } of figures) written[view] = await writtenDays(ask, table, firstDay);
  return {
    legs: legs.map((of) => ({ ...of, checksum: BigInt(of.checksum) })).filter(({ legs, checksum }) => legs || checksum),
    rules: BigInt(rules),
    ...{ written, windowsDays, as_of: until.as_of, now, firstDay },
  };
}

async function firstDayToCompute(ask: Ask, now: number): Promise<number> {
  // On a cluster the legs of each shard are in a table of its own.
  const tables = await ask<{ name: string; create_table_query: string }>(
    'SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() AND name IN {names: Array(String)}',
    { names: ['legs', 'legs_local', ...figures.map(({ table }) => table)] },
  );
  const least = (isOne: (name: string) => boolean): number | undefined => {
    const days = tables.filter(({ name }) => isOne(name)).flatMap((one) => ttlDaysOf(one.create_table_query) ?? []);
    return days.length > 0 ? Math.min(...days) : undefined;
  };
  return firstDayOf(
    now,
    least((name) => name.startsWith('legs')),
    least((name) => !name.startsWith('legs')),
  );
}

const writtenDays = (ask: Ask, table: string, firstDay: number): Promise<WrittenDay[]> =>
  ask<WrittenDay>(
    `SELECT toUInt32(w.day) AS day, window_days, toUnixTimestamp64Milli(w.as_of) AS as_of,
       toUnixTimestamp64Milli(w.computed_at) AS computed_at, finished,
       toString(w.own_checksum) AS own_checksum, toString(w.around_checksum) AS around_checksum
     FROM ${table} AS w FINAL WHERE w.channel = '' AND w.day >= toDate({firstDay: UInt16})`,
    { firstDay },
  );

/** A row of a figure's view: counts are numbers. */
export type FigureRow = Record<string, string | number | boolean> & { day_number: number };

/**
 * What the live view says of some days. By one thread, which is slower and leaves the other cores to loading; within the
 * time of one request, else it is given up and asked of fewer days.
 */
export const figureRows = (
  ask: Ask,
  { view, keys, counts, asked }: Figure,
  { window_days, from, to }: Computation,
  as_of: number,
  signal: AbortSignal,
): Promise<FigureRow[]> =>
  ask<FigureRow>(
    `SELECT toUInt32(f.day) AS day_number, ${[...keys, ...counts].map((name) => `f.${name} AS ${name}`).join(', ')}
     FROM ${view}(from = '${clickHouseTime(from * dayMs)}', to = '${clickHouseTime(to * dayMs)}', window_days = ${window_days}, ${asked}, as_of = '${clickHouseTime(as_of)}') AS f
     SETTINGS max_threads = 1`,
    {},
    signal,
  );

export const sqlDay = (day: number): string => clickHouseTime(day * dayMs).slice(0, 10);
