import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Admin, Kafka } from '../../../services/lib/kafka/kafkajs';
import { type Finished, inBackground } from './background';
import { figuresOf } from './figures';
import { type BackupPlace, shownPlace } from './place';
import { isOpen, loadGroup, type Place, placesOf, sameCommitted } from './positions';
import { forgetBackup, noteBackup } from './records';

export interface BackupDeps {
  client: ClickHouseClient;
  database: string;
  kafka: Kafka;
  admin: Admin;
  groupPrefix: string;
  /** Runs work while load inserts nothing. */
  whileLoadRests<T>(work: () => Promise<T>): Promise<T>;
  say(text: string): void;
  /** How long load may take to finish the blocks it has begun. */
  settleWithinMs?: number;
}

export interface Backup extends Finished {
  backup_id: string;
  tables: number;
  rows: number;
  /** How long load rested. */
  rested_ms: number;
}

/**
 * Backs up the database together with the offsets up to which load has filled it.
 *
 * While load rests, with no block open, tables and offsets belong together; that it did rest is read from the offsets,
 * which load commits before each block and behind it: they are the same before and after. The offsets, and what each
 * table holds, are written into the database first, so that they are in the backup.
 *
 * Throws when load does not come to rest, when the engine refuses, and when load has moved meanwhile: what lies at the
 * place is then no backup.
 */
export async function backup(deps: BackupDeps, to: BackupPlace, base?: BackupPlace): Promise<Backup> {
  const { client, database, kafka, admin, groupPrefix, say } = deps;
  const backup_id = randomUUID();
  const { clusterId } = await admin.describeCluster();
  return deps.whileLoadRests(async () => {
    const startedAt = Date.now();
    const before = await settled(deps);
    const taken_at = new Date().toISOString();
    say('counting what the tables hold');
    const figures = (await figuresOf(client, database)).map((figure) => ({ backup_id, taken_at, ...figure }));
    if (!before.some(({ committed_offset }) => committed_offset >= 0)) {
      throw new Error(`the groups ${groupPrefix}-… have loaded nothing: what would it be of?`);
    }
    const positions = before.map(({ low, high: _high, committed_offset, ...place }) => ({
      backup_id,
      taken_at,
      cluster_id: clusterId,
      group_id: loadGroup(groupPrefix, place.topic),
      // Of a partition without a commit nothing has been loaded.
      committed_offset: committed_offset >= 0 ? committed_offset : low,
      ...place,
    }));
    await noteBackup(client, database, positions, figures);
    try {
      say(`backing up to ${shownPlace(to)}`);
      const finished = await inBackground(client, `BACKUP DATABASE \`${database}\` TO ${to}`, {
        settings: base ? [`base_backup = ${base}`] : [],
        onProgress: (files, of) => say(`backing up to ${shownPlace(to)}: ${files} of ${of} files`),
      });
      if (!sameCommitted(before, await placesOf(kafka, admin, groupPrefix))) {
        throw new Error(
          `load went on while the backup was made: what lies at ${shownPlace(to)} is in itself not right, delete it. Stop load, or pause every load there is (LOAD_URLS)`,
        );
      }
      const rows = figures.reduce((sum, figure) => sum + figure.rows, 0);
      return { ...finished, backup_id, tables: figures.length, rows, rested_ms: Date.now() - startedAt };
    } catch (error) {
      await forgetBackup(client, database, backup_id);
      throw error;
    }
  });
}

/** Where load stands once it has no block open and has committed nothing for a moment. */
async function settled({ kafka, admin, groupPrefix, settleWithinMs = 30_000 }: BackupDeps): Promise<Place[]> {
  const deadline = Date.now() + settleWithinMs;
  let last: Place[] = [];
  for (;;) {
    const now = await placesOf(kafka, admin, groupPrefix);
    if (!now.some(isOpen) && sameCommitted(last, now)) return now;
    if (Date.now() > deadline) {
      const moving = now.filter(isOpen).map(({ topic, partition }) => `${topic}/${partition}`);
      throw new Error(
        `load does not rest (${moving.join(', ') || 'its offsets move'}): stop it by SIGTERM, or pause every load there is (LOAD_URLS)`,
      );
    }
    last = now;
    await sleep(500);
  }
}
