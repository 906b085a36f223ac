import type { Admin } from '../lib/kafka/kafkajs';
import { fetchCommitted } from '../lib/kafka/offsets';
import { LostRecords } from '../lib/kafka/partition-task';
import { parseMetadata } from './domain/intent';
import type { Status } from './domain/status-book';
import type { Position } from './load-task';
import type { LoadedOffset } from './warehouse';

/** The tables hold more than the group knows of: to load from the start of the topics would double it. */
export class StartRefused extends Error {
  constructor(topic: string, partition: number, loaded_offset: number, groupId: string) {
    super(
      `${topic} partition ${partition} is loaded up to offset ${loaded_offset} by pipeline_status, and consumer group ` +
        `${groupId} has no offset for it: loading from the start would double what is there. Restore the group's ` +
        'offsets, or empty the tables and pipeline_status_log',
    );
    this.name = 'StartRefused';
  }
}

/** The group has loaded, and the tables know of nothing: what came before is not in them. */
export class TablesLost extends Error {
  constructor({ topic, partition, loaded_offset }: Pick<Status, 'topic' | 'partition' | 'loaded_offset'>) {
    super(
      `${topic} partition ${partition} is loaded up to offset ${loaded_offset} by its group, and the tables are empty: was ` +
        'ClickHouse lost? Restore it (docs/runbooks/backup.md), or delete the consumer groups of load: then it loads what Kafka still has',
    );
    this.name = 'TablesLost';
  }
}

/** What has been loaded for so long must be in pipeline_status, which is written at most a moment later. */
const knownAfterMs = 10_000;

/** Throws TablesLost when the groups have loaded something a while ago and neither pipeline_status nor any table has a row. */
export async function requireTablesThere(
  groups: readonly Status[],
  inTables: readonly LoadedOffset[],
  now: number,
  areEmpty: () => Promise<boolean>,
): Promise<void> {
  if (inTables.length > 0) return;
  const loaded = groups.find(({ loaded_until }) => loaded_until > 0 && loaded_until < now - knownAfterMs);
  if (loaded && (await areEmpty())) throw new TablesLost(loaded);
}

/** Where a partition goes on. Throws LostRecords when retention has passed that, unless `acceptLost`. */
export async function readPosition(
  admin: Admin,
  groupId: string,
  topic: string,
  partition: number,
  acceptLost: boolean,
): Promise<Position> {
  try {
    return await fetchCommitted(admin, groupId, topic, partition);
  } catch (error) {
    if (!(error instanceof LostRecords) || !acceptLost) throw error;
    // A block begun before its records were lost may have been inserted; behind its end nothing has.
    const { intent } = parseMetadata(error.from, await metadataOf(admin, groupId, topic, partition));
    return { offset: Math.max(error.to, (intent?.end ?? -1) + 1), metadata: '', committed: true };
  }
}

/**
 * What the group's offsets say is loaded, for all partitions it has offsets of. Throws StartRefused when the tables
 * hold a partition that the group has no offset of.
 */
export async function loadedBefore(
  admin: Admin,
  groupId: string,
  topic: string,
  inTables: readonly LoadedOffset[],
): Promise<Status[]> {
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = (group?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
  for (const { topic: loaded, partition, loaded_offset } of inTables) {
    if (loaded !== topic || loaded_offset === 0 || committed.some((known) => known.partition === partition)) continue;
    throw new StartRefused(topic, partition, loaded_offset, groupId);
  }
  return committed.map(({ partition, offset, metadata }) => ({
    ...parseMetadata(Number(offset), metadata ?? '').progress,
    topic,
    partition,
    loaded_offset: Number(offset),
  }));
}

async function metadataOf(admin: Admin, groupId: string, topic: string, partition: number): Promise<string> {
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return group?.partitions.find((entry) => entry.partition === partition)?.metadata ?? '';
}
