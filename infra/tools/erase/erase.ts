/**
 * Everything of one person up to now is forgotten.
 *
 * Guarantee: when it resolves, tables, views and roll-ups are what they would be had the person's events up to the
 * moment of erasure never been sent, and whatever comes once more of them is left out by enrich, sessionize and load.
 * Killed at any moment it may be run again, and goes on with the same moment. Copies in Kafka go with its retention.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Erasure } from '../../../schemas/types';
import { customerHash, type Erasures, keyCheck } from '../../../services/lib/erasures';
import { Pause } from '../load-pause';
import { type RebuildDeps, rebuild } from '../rebuild/rebuild';
import { keptSince } from '../rebuild/request';
import { rollupNamed } from '../rebuild/rollups';
import type { Tables } from './ask';
import type { Place } from './dead-letters';
import { beginOrResume, type ErasureRecord, writeRecord } from './record';
import { type CommandSender, eraseSessions } from './sessions';
import { deletionsOf, personOf, untilOf } from './tables';

export interface EraseDeps extends RebuildDeps {
  tables: Tables;
  key: string;
  commands: CommandSender;
  partitionOf(customer_id: string): number;
  /** Resolves when the topic has it on all replicas. */
  publish(erasure: Erasure): Promise<void>;
  /** Resolves when all that is in the raw topic now is in the tables; rejects when that does not come about. */
  drained(): Promise<void>;
  deadLetters(customer_id: string, erased_through: number): Promise<{ places: Place[]; unknown: Place[] }>;
  now(): number;
  /** After so long every service knows of an erasure that was published, whatever it was in the middle of. */
  settle_ms: number;
  /** How long sessionize and load may take for a command. */
  within_ms: number;
}

export interface EraseResult {
  record: ErasureRecord;
  isResumed: boolean;
  commands: number;
  /** Dead letters whose person nobody can tell. */
  unknownDeadLetters: number;
}

const mostPasses = 10;

/** `moment`: that of an erasure before, to be carried out once more; now where there is none. */
export async function erase(
  deps: EraseDeps,
  customer_id: string,
  requested_by: string,
  moment?: { at: number; through: number },
): Promise<EraseResult> {
  const { tables, told, now } = deps;
  const hash = customerHash(deps.key, customer_id);
  const { record, isResumed } = await beginOrResume(
    tables.client,
    hash,
    requested_by,
    moment ?? { at: now(), through: now() },
  );
  const { erasure_id } = record;
  const step = async (name: string): Promise<void> => deps.step?.(name);
  await step('begun');
  if ((await tables.count('erasure_targets', `erasure_id = '${erasure_id}'`)) === 0) {
    await tables.client.insert({
      table: 'erasure_targets',
      values: [{ erasure_id, customer_id }],
      format: 'JSONEachRow',
    });
  }
  // What was received before is in the tables then, and shows how far ahead its clocks ran.
  await deps.drained();
  let commands = 0;
  let published = 0;
  let unknownDeadLetters = 0;
  for (let pass = 1; ; pass++) {
    const through = await latestReceived(deps, record);
    if (through > record.erased_through || published === 0) {
      record.erased_through = through;
      await writeRecord(tables.client, record);
      const { erased_at, erased_through } = record;
      await deps.publish({ erasure_id, customer_hash: hash, key_check: keyCheck(deps.key), erased_at, erased_through });
      published = now();
    }
    await step('published');
    commands += await eraseSessions({
      tables,
      commands: deps.commands,
      customer_id,
      partition: deps.partitionOf(customer_id),
      erased_through: record.erased_through,
      told,
      withinMs: deps.within_ms,
    });
    await step('sessions erased');
    unknownDeadLetters = await eraseDeadLetters(deps, record, customer_id);
    await deleteAll(deps, record);
    await recount(deps, record);
    await step('deleted');
    // Whatever was on its way when services came to know of it is in the tables after this, or left out.
    const settled = published + deps.settle_ms - now();
    if (settled > 0) {
      told('waits until every service knows of it');
      await sleep(settled);
    }
    await deps.drained();
    if (await isClean(deps, record)) break;
    if (pass >= mostPasses)
      throw new Error(`rows of the person keep coming after ${pass} passes: see the logs of load`);
  }
  for (const table of ['erasure_targets', 'erasure_buckets']) {
    const where = `erasure_id = '${erasure_id}'`;
    if ((await tables.count(table, where)) > 0) await tables.deleteRows(table, where);
  }
  await step('emptied');
  record.finished_at = now();
  await writeRecord(tables.client, record);
  return { record, isResumed, commands, unknownDeadLetters };
}

/** People who were erased and of whose erased time the tables hold something all the same: after the restore of a backup. */
export async function backAgain(
  tables: Tables,
  erasures: Erasures,
): Promise<Map<string, { at: number; through: number }>> {
  const found = new Map<string, { at: number; through: number }>();
  if (erasures.size === 0) return found;
  const people = await tables.rows<{ customer_id: string; occurred_at: number; received_at: number }>(
    `SELECT customer_id, toUnixTimestamp64Milli(min(at)) AS occurred_at, toUnixTimestamp64Milli(min(received)) AS received_at FROM (
       SELECT customer_id, occurred_at AS at, received_at AS received FROM interactions WHERE customer_id != ''
       UNION ALL SELECT customer_id, started_at, toDateTime64('2100-01-01 00:00:00', 3, 'UTC') FROM sessions)
     GROUP BY customer_id HAVING occurred_at <= {last: Int64} OR received_at <= {last: Int64}`,
    { last: erasures.lastAt },
  );
  for (const { customer_id, ...times } of people) {
    const moment = erasures.momentOf(customer_id);
    if (moment && erasures.covers(customer_id, times)) found.set(customer_id, moment);
  }
  return found;
}

/** Until when an event had occurred that was received by the moment of erasure; not before that moment. */
async function latestReceived({ tables }: EraseDeps, record: ErasureRecord): Promise<number> {
  const [{ latest }] = await tables.rows<{ latest: number }>(
    `SELECT toUnixTimestamp64Milli(max(i.occurred_at)) AS latest FROM interactions AS i
     WHERE i.customer_id IN (${personOf(record)}) AND i.received_at <= fromUnixTimestamp64Milli(${record.erased_at}, 'UTC')`,
  );
  return Math.max(record.erased_through, latest);
}

async function deleteAll(deps: EraseDeps, record: ErasureRecord): Promise<void> {
  const { tables, told } = deps;
  const [{ created }] = await tables.rows<{ created: string }>(
    "SELECT create_table_query AS created FROM system.tables WHERE database = currentDatabase() AND name = 'interactions'",
  );
  // Before that others' events are missing too: their buckets cannot be computed anew, and keep their counts.
  const since = keptSince(rollupNamed('volume_trends'), created, deps.now())?.since ?? 0;
  // Known before they are gone, so that a run that goes on knows them too.
  await tables.command(`INSERT INTO erasure_buckets (erasure_id, bucket_start)
    SELECT DISTINCT '${record.erasure_id}', toStartOfFifteenMinutes(occurred_at) FROM interactions
    WHERE customer_id IN (${personOf(record)}) AND occurred_at <= ${untilOf(record)}
      AND occurred_at >= fromUnixTimestamp64Milli(${since}, 'UTC')`);
  for (const { table, where, pause } of deletionsOf(record)) {
    const held = pause === undefined ? undefined : await Pause.take(deps.pause, [pause], told);
    try {
      const rows = await tables.count(table, where);
      if (rows === 0) continue;
      told(`${table}: deleting ${rows} rows`);
      await noteDeleted(deps, record, table, rows);
      await tables.deleteRows(table, where);
      await deps.step?.(`deleted from ${table}`);
    } finally {
      await held?.end();
    }
  }
}

/** Volume counts persons and contacts as sets, from which nobody can be taken: its buckets are computed anew. */
async function recount(deps: EraseDeps, { erasure_id }: ErasureRecord): Promise<void> {
  const buckets = `SELECT bucket_start FROM erasure_buckets WHERE erasure_id = '${erasure_id}'`;
  const [{ n, from, to }] = await deps.tables.rows<{ n: number; from: number; to: number }>(
    `SELECT count() AS n, toUnixTimestamp(min(bucket_start)) AS from, toUnixTimestamp(max(bucket_start)) AS to FROM (${buckets})`,
  );
  if (n === 0) return;
  const rollup = rollupNamed('volume_trends');
  const scope = { from: from * 1_000, to: to * 1_000 + rollup.bucket_ms, buckets };
  await rebuild(deps, rollup, scope, { always: true });
}

async function eraseDeadLetters(deps: EraseDeps, record: ErasureRecord, customer_id: string): Promise<number> {
  const { tables } = deps;
  const { places, unknown } = await deps.deadLetters(customer_id, record.erased_through);
  const list = (of: readonly Place[]): string =>
    of.map(({ partition, offset }) => `(${partition}, ${offset})`).join(', ');
  const within = (of: readonly Place[]): string => `(kafka_partition, kafka_offset) IN (${list(of)})`;
  for (const part of chunks(unknown)) {
    // Their content says nothing, but they may name an event of the person.
    const found = await tables.rows<Place>(
      `SELECT kafka_partition AS partition, kafka_offset AS offset FROM dead_letters_log
       WHERE ${within(part)} AND event_id != '' AND event_id IN (
         SELECT event_id FROM interactions WHERE customer_id IN (${personOf(record)}) AND occurred_at <= ${untilOf(record)})`,
    );
    places.push(...found);
  }
  for (const part of chunks(places)) {
    const rows = await tables.count('dead_letters_log', within(part));
    if (rows === 0) continue;
    await noteDeleted(deps, record, 'dead_letters_log', rows);
    await tables.deleteRows('dead_letters_log', within(part));
  }
  return unknown.length;
}

async function noteDeleted({ tables }: EraseDeps, record: ErasureRecord, table: string, rows: number): Promise<void> {
  record.deleted[table] = (record.deleted[table] ?? 0) + rows;
  await writeRecord(tables.client, record);
}

async function isClean(deps: EraseDeps, record: ErasureRecord): Promise<boolean> {
  if ((await latestReceived(deps, record)) > record.erased_through) return false;
  for (const { table, where } of deletionsOf(record)) {
    if ((await deps.tables.count(table, where)) > 0) return false;
  }
  return true;
}

function chunks<T>(items: readonly T[], size = 1_000): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
