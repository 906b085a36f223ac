import { join } from 'node:path';
import { connectDatabase } from './database';
import { writeDefinitions } from './definitions';
import { metricDefinitions } from './metric-definitions';
import { migrate } from './migrate';

/**
 * Migrates and writes the dictionary of metrics: `node dist/infra/clickhouse/main.js`, from the project's root, settings CLICKHOUSE_URL, CLICKHOUSE_DATABASE,
 * CLICKHOUSE_USER, CLICKHOUSE_PASSWORD.
 */
async function main(): Promise<void> {
  const client = await connectDatabase({
    url: process.env.CLICKHOUSE_URL || 'http://127.0.0.1:8123',
    database: process.env.CLICKHOUSE_DATABASE || 'customer_dynamics',
    username: process.env.CLICKHOUSE_USER || 'default',
    password: process.env.CLICKHOUSE_PASSWORD ?? '',
  });
  try {
    const folder = join(process.cwd(), 'infra/clickhouse/migrations');
    const applied = await migrate(client, { folder });
    if (await writeDefinitions(client, metricDefinitions)) console.log('the dictionary of metrics is written');
    console.log(applied.length > 0 ? `applied ${applied.length} migrations` : 'all migrations are applied');
  } finally {
    await client.close();
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exit(1);
});
