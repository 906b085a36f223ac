import { join } from 'node:path';
import { readSettings } from '../../services/lib/settings';
import { connectDatabase } from './database';
import { writeDefinitions } from './definitions';
import { metricDefinitions } from './metric-definitions';
import { migrate } from './migrate';
import { clickhouseSettings, ttlOf } from './settings';
import { applyTtl } from './ttl';

/**
 * Migrates, writes the dictionary of metrics and sets the TTLs: `node dist/infra/clickhouse/main.js`, from the project's
 * root. Its settings: settings.ts.
 */
async function main(): Promise<void> {
  const settings = readSettings(clickhouseSettings, process.env);
  const client = await connectDatabase({
    url: settings.CLICKHOUSE_URL,
    database: settings.CLICKHOUSE_DATABASE,
    username: settings.CLICKHOUSE_USER,
    password: settings.CLICKHOUSE_PASSWORD,
  });
  try {
    const folder = join(process.cwd(), 'infra/clickhouse/migrations');
    const applied = await migrate(client, { folder });
    if (await writeDefinitions(client, metricDefinitions)) console.log('the dictionary of metrics is written');
    for (const statement of await applyTtl(client, ttlOf(settings))) console.log(statement);
    console.log(applied.length > 0 ? `applied ${applied.length} migrations` : 'all migrations are applied');
  } finally {
    await client.close();
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exit(1);
});
