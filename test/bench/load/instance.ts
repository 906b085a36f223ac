import { join, resolve } from 'node:path';
import { connectDatabase } from '../../../infra/clickhouse/database';
import type { Stack } from '../../../infra/local/stack';
import { topics } from '../../../services/lib/topics';
import { metricSum } from '../../support/metric-sum';
import { type Contender, startContender, until } from '../streams/process';

/** The heap of load in the local stack, MB. */
const heapMb = Number(process.env.HEAP_MB ?? 160);

/** One compiled load under measurement. */
export class LoadInstance {
  private constructor(
    readonly process: Contender,
    private readonly url: string,
  ) {}

  /** Starts it as a group of its own and resolves when it is ready. */
  static async start(stack: Stack, group: string, env: Record<string, string> = {}): Promise<LoadInstance> {
    const { kafkaBrokers, schemaRegistryUrl, clickhouseUrl, loadUrl, ports } = stack.addresses;
    const main = resolve(__dirname, '../../../services/load/main.js');
    const process = startContender(
      globalThis.process.execPath,
      [`--max-old-space-size=${heapMb}`, ...profiling(stack), main],
      {
        KAFKA_BROKERS: kafkaBrokers,
        SCHEMA_REGISTRY_URL: schemaRegistryUrl,
        CLICKHOUSE_URL: clickhouseUrl,
        LOAD_GROUP_PREFIX: group,
        PORT: String(ports.load),
        ...env,
      },
      join(stack.dir, 'logs', 'load.log'),
    );
    const instance = new LoadInstance(process, loadUrl);
    await until('load to be ready', 60_000, 20, async () => {
      process.assertRunning();
      return fetch(`${loadUrl}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
    return instance;
  }

  async metric(name: string): Promise<number> {
    return metricSum(await (await fetch(`${this.url}/metrics`)).text(), name, `topic="${topics.enriched}"`);
  }
}

/** With CPU_PROFILE set, V8 writes a profile beside the logs when load ends. */
const profiling = (stack: Stack): string[] =>
  process.env.CPU_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${join(stack.dir, 'profiles')}`] : [];

/** Empties what load fills, so that a group of another name may load the topics again. */
export async function emptyTables(stack: Stack): Promise<void> {
  const client = await connectDatabase({
    url: stack.addresses.clickhouseUrl,
    database: 'customer_dynamics',
    username: 'default',
    password: '',
  });
  const result = await client.query({
    query: `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
      AND name NOT IN ('schema_migrations', 'session_rules', 'metric_definitions_log')`,
    format: 'JSONEachRow',
  });
  for (const { name } of await result.json<{ name: string }>())
    await client.command({ query: `TRUNCATE TABLE ${name}` });
  await client.close();
}
