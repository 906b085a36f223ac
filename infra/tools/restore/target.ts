import type { ClickHouseClient } from '@clickhouse/client';

/** Tables that hold rows as soon as the migrations are applied: they do not make a database a used one. */
const filledByMigrations = new Set([
  'agent_status_classes',
  'case_status_classes',
  'metric_definitions_log',
  'schema_migrations',
  'session_rules',
]);

/** Tables of a database with rows that no migration put there, largest first; empty when there is no such database. */
export async function usedTables(
  client: ClickHouseClient,
  database: string,
): Promise<{ name: string; rows: number }[]> {
  const result = await client.query({
    query: `SELECT name, total_rows AS rows FROM system.tables
      WHERE database = {database: String} AND total_rows > 0 ORDER BY total_rows DESC`,
    query_params: { database },
    format: 'JSONEachRow',
  });
  const tables = await result.json<{ name: string; rows: string }>();
  return tables
    .filter(({ name }) => !filledByMigrations.has(name))
    .map(({ name, rows }) => ({ name, rows: Number(rows) }));
}
