import type { ClickHouseClient } from '@clickhouse/client';
import type { Admin, Kafka } from '../../../services/lib/kafka/kafkajs';
import { inBackground } from '../backup/background';
import { type Figure, figureDifferences, figuresOf } from '../backup/figures';
import { type BackupPlace, shownPlace } from '../backup/place';
import { loadedTopics, loadGroup, type Place, placesOf, runningGroups } from '../backup/positions';
import { type FigureRecord, figuresTable, newestBackup, type PositionRecord, positionsTable } from '../backup/records';
import { positionFaults, resumeAt, unfinishedMark } from './faults';
import { setGroupOffsets } from './group-offsets';
import { usedTables } from './target';

/** Nothing was changed: what stands in the way is to be put right first. */
export class RestoreRefused extends Error {
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join('\n'));
    this.name = 'RestoreRefused';
  }
}

export interface RestoreDeps {
  /** Not bound to the database, which may not be there. */
  client: ClickHouseClient;
  database: string;
  kafka: Kafka;
  admin: Admin;
  groupPrefix: string;
  /** Go on at what retention has left. */
  acceptLost: boolean;
  say(text: string): void;
}

export interface Restored {
  taken_at: string;
  rows: number;
  /** Records that load has yet to bring in. */
  behind: number;
}

/**
 * Makes database and offsets what they were at a backup, from where load brings in again what has come since.
 *
 * Refused, with nothing changed, when the database holds anything, when a load runs, and when Kafka no longer has what
 * follows the backup. Broken off in between it leaves offsets that load does not start on, and may be run again.
 */
export async function restore(deps: RestoreDeps, from: BackupPlace): Promise<Restored> {
  const { client, database, kafka, admin, groupPrefix, acceptLost, say } = deps;
  const scratch = `${database}_restore`;
  say(`reading what ${shownPlace(from)} says of itself`);
  const { positions, figures } = await recordsOf(client, database, scratch, from);
  const places = await placesOf(kafka, admin, groupPrefix);
  const { clusterId } = await admin.describeCluster();
  const reasons = [
    ...(await targetFaults(deps, places)),
    ...positionFaults(positions, { cluster_id: clusterId, places, acceptLost }),
  ];
  if (reasons.length > 0) throw new RestoreRefused(reasons);

  // First the offsets, with a mark that load does not start on: no moment at which it could go on from the wrong place.
  await setOffsets(deps, positions, places, unfinishedMark);
  say(`restoring from ${shownPlace(from)}`);
  await client.command({ query: `DROP DATABASE IF EXISTS \`${database}\` SYNC` });
  await inBackground(client, `RESTORE DATABASE \`${database}\` FROM ${from}`, {
    onProgress: (files, of) => say(`restoring from ${shownPlace(from)}: ${files} of ${of} files`),
  });
  say('comparing what the tables hold');
  await compare(client, database, figures);
  await setOffsets(deps, positions, places);
  const behind = positions.reduce((sum, stored) => {
    const place = places.find(({ topic, partition }) => topic === stored.topic && partition === stored.partition);
    return sum + (place ? place.high - resumeAt(stored, places) : 0);
  }, 0);
  return { taken_at: positions[0].taken_at, rows: figures.reduce((sum, { rows }) => sum + rows, 0), behind };
}

/** Restores a backup beside the database, compares, and takes it away again: nothing else is touched. */
export async function verify(
  { client, database, say }: Pick<RestoreDeps, 'client' | 'database' | 'say'>,
  from: BackupPlace,
): Promise<{ tables: number; rows: number }> {
  const scratch = `${database}_verify`;
  await client.command({ query: `DROP DATABASE IF EXISTS \`${scratch}\` SYNC` });
  try {
    say(`restoring ${shownPlace(from)} into ${scratch}`);
    await inBackground(client, `RESTORE DATABASE \`${database}\` AS \`${scratch}\` FROM ${from}`);
    const { figures } = await newestBackup(client, scratch);
    say('comparing what the tables hold');
    await compare(client, scratch, figures);
    return { tables: figures.length, rows: figures.reduce((sum, { rows }) => sum + rows, 0) };
  } finally {
    await client.command({ query: `DROP DATABASE IF EXISTS \`${scratch}\` SYNC` });
  }
}

/** The records alone, restored beside the database. */
async function recordsOf(client: ClickHouseClient, database: string, scratch: string, from: BackupPlace) {
  await client.command({ query: `DROP DATABASE IF EXISTS \`${scratch}\` SYNC` });
  await client.command({ query: `CREATE DATABASE \`${scratch}\`` });
  try {
    const tables = [positionsTable, figuresTable].map(
      (table) => `TABLE \`${database}\`.${table} AS \`${scratch}\`.${table}`,
    );
    await inBackground(client, `RESTORE ${tables.join(', ')} FROM ${from}`).catch((error: Error) => {
      if (!error.message.includes('BACKUP_ENTRY_NOT_FOUND')) throw error;
      throw new Error(`${shownPlace(from)} holds no offsets of ${database}: it was not made by make backup`);
    });
    return await newestBackup(client, scratch);
  } finally {
    await client.command({ query: `DROP DATABASE IF EXISTS \`${scratch}\` SYNC` });
  }
}

async function targetFaults({ client, database, admin, groupPrefix }: RestoreDeps, places: readonly Place[]) {
  const faults = (await runningGroups(admin, groupPrefix)).map(
    (group) => `a load runs (group ${group} has members): stop every load first`,
  );
  // What a restore that was broken off has left there is its own.
  if (places.some(({ metadata }) => metadata === unfinishedMark)) return faults;
  const used = await usedTables(client, database);
  if (used.length > 0) {
    const examples = used.slice(0, 3).map(({ name, rows }) => `${name} ${rows} rows`);
    faults.push(
      `the database ${database} is in use (${examples.join(', ')}): a restore replaces it whole. If that is what you want, DROP DATABASE ${database} first`,
    );
  }
  return faults;
}

async function compare(client: ClickHouseClient, database: string, expected: readonly FigureRecord[]): Promise<void> {
  const found: Figure[] = await figuresOf(client, database);
  const differences = figureDifferences(expected, found);
  if (differences.length > 0) {
    throw new Error(`the tables are not what they were when they were backed up: ${differences.join('; ')}`);
  }
}

async function setOffsets(
  { kafka, groupPrefix }: RestoreDeps,
  positions: readonly PositionRecord[],
  places: readonly Place[],
  mark?: string,
): Promise<void> {
  for (const topic of loadedTopics) {
    const offsets = positions
      .filter((stored) => stored.topic === topic)
      .map((stored) => ({
        partition: stored.partition,
        offset: resumeAt(stored, places),
        metadata: mark ?? stored.metadata,
      }));
    if (offsets.length > 0) await setGroupOffsets(kafka, loadGroup(groupPrefix, topic), topic, offsets);
  }
}
