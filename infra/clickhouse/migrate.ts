import type { ClickHouseClient } from '@clickhouse/client';
import { type ClusterForm, ClusterRenderer, type Rendered, renderMigrations } from './cluster';
import { type Migration, readMigrations, statementsOf } from './migrations';
import { withPlaceholders } from './placeholders';

export class MigrationRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'MigrationRefused';
  }
}

/** Files that are not applied yet. Changes nothing; of a database without any record all are missing. */
export async function missingMigrations(client: ClickHouseClient, folder: string): Promise<Migration[]> {
  const migrations = readMigrations(folder);
  const recorded = await client.query({ query: 'EXISTS TABLE schema_migrations', format: 'JSONEachRow' });
  const [{ result }] = await recorded.json<{ result: number }>();
  const applied = result === 1 ? await appliedMigrations(client) : [];
  return migrations.filter(({ number }) => !applied.some((one) => one.number === number));
}

export interface MigrateOptions {
  /** Folder of the numbered files. */
  folder: string;
  /** For a cluster: how its tables are made, and one client for each shard. Not run on a real one. */
  cluster?: ClusterForm & { shards: readonly ClickHouseClient[] };
  onApplied?(migration: Migration): void;
}

interface Applied {
  number: number;
  name: string;
  checksum: string;
}

const recordTable = `CREATE TABLE IF NOT EXISTS schema_migrations
(
  number UInt32 COMMENT 'Number of the migration: the order in which they apply.',
  name String COMMENT 'Name of its file.',
  checksum String COMMENT 'SHA-256 of its file when it was applied: an applied file must not change.',
  applied_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When it was applied (UTC).'
)
ENGINE = MergeTree
ORDER BY number
COMMENT 'Which migrations have been applied to this database.'`;

/**
 * Brings the client's database to the newest of the numbered files: each once, in order, recorded with its checksum.
 * Answers the names of those applied now; none the second time.
 *
 * Throws MigrationRefused, having changed nothing, when an applied file has changed or is missing. A file that fails
 * half-way is not recorded and applies again from its top, so every statement must bear repeating. Two at the same
 * time are not kept apart: let one process migrate. Views are added with load paused (a block in flight would be
 * repeated into another set of tables than it went to).
 */
export async function migrate(client: ClickHouseClient, options: MigrateOptions): Promise<string[]> {
  const migrations = readMigrations(options.folder);
  const rendered = renderMigrations(migrations.map(statementsOf), options.cluster);
  const [record] = options.cluster
    ? new ClusterRenderer(options.cluster).statement(recordTable)
    : [{ sql: recordTable }];
  await client.command({ query: record.sql });
  const applied = await appliedMigrations(client);
  for (const one of applied) requireUnchanged(one, migrations);
  const missing = migrations.filter(({ number }) => !applied.some((one) => one.number === number));
  for (const migration of missing) {
    await apply(client, migration, rendered[migrations.indexOf(migration)], options.cluster?.shards ?? [client]);
    await client.insert({
      table: 'schema_migrations',
      values: [{ number: migration.number, name: migration.name, checksum: migration.checksum }],
      columns: ['number', 'name', 'checksum'],
      format: 'JSONEachRow',
    });
    options.onApplied?.(migration);
  }
  return missing.map(({ name }) => name);
}

async function apply(
  client: ClickHouseClient,
  migration: Migration,
  statements: readonly Rendered[],
  shards: readonly ClickHouseClient[],
): Promise<void> {
  try {
    for (const { sql, on } of statements) {
      for (const one of on === 'each shard' ? shards : [client]) {
        for (const query of await withPlaceholders(one, sql)) await one.command({ query });
      }
    }
  } catch (error) {
    throw new Error(`${migration.name}: ${(error as Error).message}`, { cause: error });
  }
}

async function appliedMigrations(client: ClickHouseClient): Promise<Applied[]> {
  const result = await client.query({
    query: 'SELECT number, name, checksum FROM schema_migrations ORDER BY number',
    format: 'JSONEachRow',
  });
  return result.json<Applied>();
}

function requireUnchanged(record: Applied, migrations: Migration[]): void {
  const file = migrations.find(({ number }) => number === record.number);
  if (!file) {
    throw new MigrationRefused(
      `migration ${record.name} was applied to this database and its file is missing: is this an older version?`,
    );
  }
  if (file.checksum !== record.checksum) {
    throw new MigrationRefused(
      `migration ${file.name} has changed since it was applied: put it back as it was and write a new one`,
    );
  }
}
