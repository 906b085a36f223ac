/**
 * A roll-up computed anew from its base table, beside it, and put in its place partition by partition.
 *
 * Guarantee: afterwards the buckets of the scope are what the view would have made of the base table's rows. Load begins
 * no block of the topic meanwhile; should one be loaded all the same, its group's offsets show it, and all is done again.
 * Killed at any moment, it leaves each partition as it was or rebuilt, and may be run again.
 */
import type { ClickHouseClient } from '@clickhouse/client';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import { Pause, type PauseDeps } from '../load-pause';
import { fenceOf, quietFence } from './fence';
import type { Rollup } from './rollups';
import { baseRows, type Column, chunksOf, differences, inScope, recomputed, type Scope } from './statements';

export interface RebuildDeps {
  /** With a request_timeout as long as a statement may take. */
  clickhouse: ClickHouseClient;
  admin: Admin;
  /** Prefix of load's consumer groups. */
  groupPrefix: string;
  pause: PauseDeps;
  told(text: string): void;
  /** Called before each step that changes what people read; a test dies there. */
  step?(name: string): Promise<void> | void;
}

export interface Difference {
  [key: string]: string | [string, string, string][];
  changes: [measure: string, now: string, rebuilt: string][];
}

export interface RebuildResult {
  /** Keys whose figures were others than the base table's rows make; at most `mostShown`. */
  differences: Difference[];
  /** Partitions put in place; none in a dry run, or where nothing differs. */
  partitions: string[];
  rows: number;
  /** How long the topic was held up, ms. */
  paused_ms: number;
  /** How often it was done, 1 when load kept still. */
  rounds: number;
}

export const mostShown = 10_000;
const mostRounds = 5;
/** Base rows of one statement: bounds its time and its memory. */
const rowsAtOnce = 2_000_000;
/** Statements that fill the shadow: two chunks with equal content are two chunks. */
const shadowSettings = { insert_deduplicate: 0, max_insert_threads: '1', max_threads: 1 } as const;

export interface RebuildOptions {
  dryRun?: boolean;
  /** Put in place although no figure differs: for states that hold what no figure shows. */
  always?: boolean;
}

export async function rebuild(
  deps: RebuildDeps,
  rollup: Rollup,
  scope: Scope,
  options: RebuildOptions = {},
): Promise<RebuildResult> {
  const { admin, told } = deps;
  const groupId = `${deps.groupPrefix}-${rollup.topic}`;
  const shadow = `${rollup.table}__rebuild`;
  const startedAt = Date.now();
  const pause = await Pause.take(deps.pause, [rollup.table], told);
  try {
    for (let rounds = 1; ; rounds++) {
      const before = await quietFence(admin, groupId, rollup.topic, told, deps.pause);
      const made = await fill(deps, rollup, shadow, scope);
      const differ = await compare(deps, rollup, shadow, scope);
      const isStill = async (): Promise<boolean> => {
        const { committed, open } = await fenceOf(admin, groupId, rollup.topic);
        return open.size === 0 && committed === before.committed;
      };
      let partitions: string[] = [];
      if (await isStill()) {
        if (!options.dryRun && (differ.length > 0 || options.always)) {
          partitions = await putInPlace(deps, rollup, shadow, made.partitions);
        }
        // What was loaded while it was put in place would be lost from the roll-up: then all is done again.
        if (await isStill()) {
          return { differences: differ, partitions, rows: made.rows, paused_ms: Date.now() - startedAt, rounds };
        }
      }
      told(`something was loaded into ${rollup.base} in spite of the pause: once more`);
      if (rounds >= mostRounds)
        throw new Error(`load does not keep still (${mostRounds} rounds): is each one in LOAD_URLS?`);
    }
  } finally {
    await command(deps, `DROP TABLE IF EXISTS ${shadow} SYNC`).catch(() => undefined);
    await pause.end();
  }
}

/** Makes the shadow: partitions that have a row in the scope, whole, with the rows of the scope computed anew. */
async function fill(deps: RebuildDeps, rollup: Rollup, shadow: string, scope: Scope) {
  const { table, view } = rollup;
  await command(deps, `DROP TABLE IF EXISTS ${shadow} SYNC`);
  await command(deps, `CREATE TABLE ${shadow} AS ${table}`);
  const [found] = await rows<{ as_select: string }>(
    deps,
    `SELECT as_select FROM system.tables WHERE database = currentDatabase() AND name = '${view}'`,
  );
  if (!found?.as_select) throw new Error(`there is no view ${view}: are the migrations applied?`);
  const names = (await columnsOf(deps, table)).map(({ name }) => name).join(', ');
  const [base] = await rows<{ count: number }>(deps, `SELECT count() AS count FROM (${baseRows(rollup, scope)})`);
  const chunks = chunksOf(rollup, scope, Math.ceil((base.count + 1) / rowsAtOnce));
  for (const [index, chunk] of chunks.entries()) {
    deps.told(`${table}: computing, ${index + 1} of ${chunks.length}`);
    const select = recomputed(rollup, found.as_select, chunk);
    await command(deps, `INSERT INTO ${shadow} (${names}) SELECT ${names} FROM (${select})`, shadowSettings);
  }
  const partitionsOf = async (of: string, where: string) =>
    (await rows<{ id: string }>(deps, `SELECT DISTINCT _partition_id AS id FROM ${of} WHERE ${where}`)).map(
      ({ id }) => id,
    );
  const within = inScope(rollup, scope);
  const partitions = [
    ...new Set([...(await partitionsOf(table, within)), ...(await partitionsOf(shadow, '1'))]),
  ].sort();
  const [{ count }] = await rows<{ count: number }>(deps, `SELECT count() AS count FROM ${shadow}`);
  deps.told(`${table}: copying what stays`);
  for (const id of partitions) {
    const kept = `SELECT ${names} FROM ${table} WHERE _partition_id = '${id}' AND NOT ${within}`;
    await command(deps, `INSERT INTO ${shadow} (${names}) ${kept}`, shadowSettings);
  }
  return { partitions, rows: count };
}

async function compare(deps: RebuildDeps, rollup: Rollup, shadow: string, scope: Scope): Promise<Difference[]> {
  const columns = await columnsOf(deps, rollup.table);
  const query = `${differences(rollup, shadow, columns, scope)} LIMIT ${mostShown}`;
  return rows<Difference>(deps, query);
}

/** REPLACE PARTITION is whole or not at all, for readers too, and keeps the tokens of blocks that were counted. */
async function putInPlace(
  deps: RebuildDeps,
  { table }: Rollup,
  shadow: string,
  partitions: string[],
): Promise<string[]> {
  for (const id of partitions) {
    await deps.step?.(`replace ${table} ${id}`);
    deps.told(`${table}: putting partition ${id} in place`);
    await command(deps, `ALTER TABLE ${table} REPLACE PARTITION ID '${id}' FROM ${shadow}`, {
      allow_replace_partition_from_empty_source: '1',
    });
  }
  await deps.step?.(`replaced ${table}`);
  return partitions;
}

function columnsOf(deps: RebuildDeps, table: string): Promise<Column[]> {
  return rows<Column>(
    deps,
    `SELECT name, type, is_in_sorting_key AS isKey FROM system.columns
     WHERE database = currentDatabase() AND table = '${table}' AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY position`,
  ).then((found) => found.map((column) => ({ ...column, isKey: Boolean(column.isKey) })));
}

async function command({ clickhouse }: RebuildDeps, query: string, settings: Record<string, string | number> = {}) {
  await clickhouse.command({ query, clickhouse_settings: { max_execution_time: 300, ...settings } });
}

async function rows<T>({ clickhouse }: RebuildDeps, query: string): Promise<T[]> {
  const result = await clickhouse.query({
    query,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json<T>();
}
