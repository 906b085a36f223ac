import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import type { MetricDefinition } from './metric-definitions';

interface Written {
  revision: number;
  checksum: string;
}

/**
 * Makes `metric_definitions` say what is given, whole or not at all, once the migrations are applied. Answers whether
 * anything was written: entries that are in force already are not written again.
 */
export async function writeDefinitions(
  client: ClickHouseClient,
  definitions: readonly MetricDefinition[],
): Promise<boolean> {
  const entries = definitions.map((definition, position) => ({ position, ...definition }));
  const checksum = createHash('sha256').update(JSON.stringify(entries)).digest('hex');
  const result = await client.query({
    query: 'SELECT revision, checksum FROM metric_definitions_log ORDER BY revision DESC LIMIT 1',
    format: 'JSONEachRow',
  });
  const [newest] = await result.json<Written>();
  if (newest?.checksum === checksum) return false;
  const revision = (newest?.revision ?? 0) + 1;
  // One block, so that no reader sees a part of it.
  await client.insert({
    table: 'metric_definitions_log',
    values: entries.map((entry) => ({ revision, checksum, ...entry })),
    format: 'JSONEachRow',
  });
  return true;
}
