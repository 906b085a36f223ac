import type { ClickHouseClient } from '@clickhouse/client';

/** What a table or view holds: how many rows, and the sum of a hash of each: equal when the rows are the same. */
export interface Digest {
  rows: string;
  hash: string;
}

interface Source {
  name: string;
  engine: string;
  columns: [name: string, type: string, expression: string][];
}

/** What load does not fill, or not from the topics alone; and what says how far it is, by one of several equal partitions. */
const notLoaded =
  /^(schema_migrations|metric_definitions.*|pipeline_status.*|audit_safe_until|session_rules|.*_landing)$/;

/**
 * Digests of every table that load fills and of every view on them that takes no parameters, by name. Rows that
 * collapse, replace one another or are summed count as what they come to (FINAL), so a merge changes no digest; nor do
 * columns that say when a row was written, or where which of the copies of a dead letter stands.
 */
export async function digests(client: ClickHouseClient, database: string): Promise<Record<string, Digest>> {
  const sources = await rows<Source>(
    client,
    `SELECT t.name AS name, any(t.engine) AS engine, groupArray((c.name, c.type, c.default_expression)) AS columns
     FROM system.tables AS t JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
     WHERE t.database = '${database}' AND (t.engine LIKE '%MergeTree' OR t.engine = 'View')
       AND t.create_table_query NOT LIKE '%{%:%}%' GROUP BY t.name ORDER BY t.name`,
  );
  const queries = sources
    .filter(({ name }) => !notLoaded.test(name))
    .map(({ name, engine, columns }) => {
      const values = columns
        .filter(
          ([column, , expression]) =>
            !expression.includes('now') && !/^(updated_at|decided_at|kafka_offset)$/.test(column),
        )
        .map(([column, type]) => (type.startsWith('AggregateFunction') ? `finalizeAggregation(${column})` : column));
      const final = /^(Replacing|Collapsing|VersionedCollapsing|Summing|Aggregating)/.test(engine) ? 'FINAL' : '';
      return `SELECT '${name}' AS name, toString(count()) AS rows,
        toString(sum(sipHash64(toString(tuple(${values.join(', ')}))))) AS hash FROM ${database}.${name} ${final}`;
    });
  const found: Record<string, Digest> = {};
  // One after the other: each may take what the engine has.
  for (const query of queries)
    for (const { name, ...digest } of await rows<Digest & { name: string }>(client, query)) found[name] = digest;
  return found;
}

/** Names of what differs between two databases, with both digests. */
export function differences(one: Record<string, Digest>, other: Record<string, Digest>): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((name) => {
    const [a, b] = [one[name], other[name]];
    return a?.rows === b?.rows && a?.hash === b?.hash ? [] : [`${name}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`];
  });
}

async function rows<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json<T>();
}
