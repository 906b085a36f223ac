import { join } from 'node:path';
import { SettingsError } from '../../services/lib/settings';
import { connectDatabase } from './database';
import { writeDefinitions } from './definitions';
import { withLoadAtRest } from './load-at-rest';
import { metricDefinitions } from './metric-definitions';
import { migrate, missingMigrations } from './migrate';
import { readClickhouseSettings, ttlOf } from './settings';
import { applyTtl } from './ttl';

/**
 * Migrates, writes the dictionary of metrics and sets the TTLs: `node dist/infra/clickhouse/main.js`, from the project's
 * root. Its settings: settings.ts; with LOAD_PODS_URL (load-at-rest.ts) loads that run rest meanwhile.
 */
async function main(): Promise<void> {
  const settings = readClickhouseSettings(process.env);
  const { CLICKHOUSE_CLUSTER: cluster, CLICKHOUSE_DATABASE: database } = settings;
  const at = (url: string) =>
    connectDatabase({
      url,
      database,
      username: settings.CLICKHOUSE_USER,
      password: settings.CLICKHOUSE_PASSWORD,
      cluster,
    });
  const client = await at(settings.CLICKHOUSE_URL);
  const shards = await Promise.all((settings.CLICKHOUSE_SHARD_URLS ?? []).map(at));
  try {
    const folder = join(process.cwd(), 'infra/clickhouse/migrations');
    const bring = () => migrate(client, { folder, ...(cluster && { cluster: { cluster, database, shards } }) });
    const missing = await missingMigrations(client, folder);
    const applied = missing.length > 0 ? await withLoadAtRest(process.env, bring) : await bring();
    if (await writeDefinitions(client, metricDefinitions)) console.log('the dictionary of metrics is written');
    for (const statement of await applyTtl(client, ttlOf(settings), cluster)) console.log(statement);
    console.log(applied.length > 0 ? `applied ${applied.length} migrations` : 'all migrations are applied');
  } finally {
    await Promise.all([client, ...shards].map((one) => one.close()));
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exit(error instanceof SettingsError ? 78 : 1);
});
