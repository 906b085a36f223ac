import type { ClickHouseClient } from '@clickhouse/client';
import type { FigureRecord } from './records';
import { figuresTable, positionsTable } from './records';

/** Written beside the blocks of load, by its jobs and its reports: they may move while a backup is made. */
const notCompared = [
  positionsTable,
  figuresTable,
  'durable_resolution_days',
  'late_repairs',
  'pipeline_status_log',
  'repeat_contacts_days',
  'resessionize_requests',
];

export type Figure = Pick<FigureRecord, 'table_name' | 'rows' | 'content'>;

interface TableColumn {
  table: string;
  engine: string;
  name: string;
  type: string;
}

/**
 * Rows and content of the MergeTree tables of a database, by name. FINAL, so that they are the same before and after
 * the engine has merged parts; of states of aggregate functions their result.
 *
 * Costs a scan of every table.
 */
export async function figuresOf(client: ClickHouseClient, database: string): Promise<Figure[]> {
  const result = await client.query({
    query: `SELECT t.name AS table, t.engine AS engine, c.name AS name, c.type AS type
      FROM system.tables AS t INNER JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
      WHERE t.database = {database: String} AND t.engine LIKE '%MergeTree' AND c.default_kind NOT IN ('ALIAS')
        AND t.name NOT IN {notCompared: Array(String)}
      ORDER BY t.name, c.position`,
    query_params: { database, notCompared },
    format: 'JSONEachRow',
  });
  const byTable = new Map<string, TableColumn[]>();
  for (const column of await result.json<TableColumn>()) {
    byTable.set(column.table, [...(byTable.get(column.table) ?? []), column]);
  }
  const figures: Figure[] = [];
  for (const [table_name, columns] of byTable) {
    const [figure] = await (await client.query({ query: figureQuery(database, columns), format: 'JSONEachRow' })).json<{
      rows: string;
      content: string;
    }>();
    figures.push({ table_name, rows: Number(figure.rows), content: figure.content });
  }
  return figures;
}

function figureQuery(database: string, columns: readonly TableColumn[]): string {
  const [{ table, engine }] = columns;
  const values = columns.map(({ name, type }) =>
    type.startsWith('AggregateFunction') ? `finalizeAggregation(\`${name}\`)` : `\`${name}\``,
  );
  // As text: a number of JSON holds 53 bits of it. A tuple: the hash of several arguments is NULL as soon as one of them is.
  return `SELECT count() AS rows, toString(sum(cityHash64(tuple(${values.join(', ')})))) AS content
    FROM \`${database}\`.\`${table}\`${/^(Replicated)?MergeTree$/.test(engine) ? '' : ' FINAL'}`;
}

/** Where two sets of figures differ, in words; empty when nowhere. */
export function figureDifferences(before: readonly Figure[], after: readonly Figure[]): string[] {
  const differences: string[] = [];
  for (const { table_name, rows, content } of before) {
    const found = after.find((one) => one.table_name === table_name);
    if (!found) differences.push(`${table_name} is missing: it had ${rows} rows`);
    else if (found.rows !== rows) differences.push(`${table_name} has ${found.rows} rows, not ${rows}`);
    else if (found.content !== content) differences.push(`${table_name} has other content in its ${rows} rows`);
  }
  const added = after.filter(({ table_name }) => !before.some((one) => one.table_name === table_name));
  return [...differences, ...added.map(({ table_name, rows }) => `${table_name} was not there and has ${rows} rows`)];
}
