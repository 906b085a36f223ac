import type { ClickHouseClient } from '@clickhouse/client';

interface Column {
  name: string;
  type: string;
  comment: string;
}

const columnsOf = /\{(columns|column list) of (\w+)\}/;
const selectOf = /\{select of (\w+)\}/;
const ttlOf = /\{ttl of (\w+)\}/;
const monthsOf = /\{each month of (\w+) in (\w+)\}/;

/**
 * A statement with its placeholder, if it has one, replaced by what the database knows. One statement, but for
 * `{each month of …}`, which makes as many as there are months.
 */
export async function withPlaceholders(client: ClickHouseClient, statement: string): Promise<string[]> {
  if (columnsOf.test(statement)) return [await withColumns(client, statement)];
  if (selectOf.test(statement)) return [await withSelect(client, statement)];
  if (ttlOf.test(statement)) return [await withTtl(client, statement)];
  return monthsOf.test(statement) ? ofEachMonth(client, statement) : [statement];
}

/**
 * `{columns of t}` becomes the columns of table t with their types and comments, in brackets: for materialized views,
 * which would otherwise describe every column of their table a second time; `{column list of t}` the same without brackets, where
 * a view has columns beside them. It must happen when the view is created: an
 * ALTER of a materialized view, if only of a comment, changes how it recognises repeated blocks.
 */
async function withColumns(client: ClickHouseClient, statement: string): Promise<string> {
  const [, kind, table] = columnsOf.exec(statement) ?? [];
  const result = await client.query({
    query: `SELECT name, type, comment FROM system.columns
      WHERE database = currentDatabase() AND table = {table: String} AND default_kind NOT IN ('MATERIALIZED', 'ALIAS')
      ORDER BY position`,
    query_params: { table },
    format: 'JSONEachRow',
  });
  const columns = await result.json<Column>();
  if (columns.length === 0) throw new Error(`there is no table ${table}, whose columns a statement asks for`);
  const list = columns.map(({ name, type, comment }) => `\`${name}\` ${type} COMMENT ${quoted(comment)}`);
  // A function, since comments may hold what String.replace takes for a pattern.
  return statement.replace(columnsOf, () => (kind === 'columns' ? `(${list.join(', ')})` : list.join(', ')));
}

/**
 * `{select of v}` becomes the query of view v: what was there before the view is filled in by the very query that fills
 * in what comes, `INSERT INTO t {select of v}`. The query must name its columns in the order of t.
 */
async function withSelect(client: ClickHouseClient, statement: string): Promise<string> {
  const view = selectOf.exec(statement)?.[1];
  const result = await client.query({
    query: 'SELECT as_select FROM system.tables WHERE database = currentDatabase() AND name = {view: String}',
    query_params: { view },
    format: 'JSONEachRow',
  });
  const [found] = await result.json<{ as_select: string }>();
  if (!found?.as_select) throw new Error(`there is no view ${view}, whose query a statement asks for`);
  return statement.replace(selectOf, () => found.as_select);
}

/**
 * `{ttl of t}` becomes the TTL of table t, which is a setting and so in no migration: nothing, where it has none. For a table that
 * takes the place of t.
 */
async function withTtl(client: ClickHouseClient, statement: string): Promise<string> {
  const table = ttlOf.exec(statement)?.[1];
  const result = await client.query({
    query: 'SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = {table: String}',
    query_params: { table },
    format: 'JSONEachRow',
  });
  const [found] = await result.json<{ engine_full: string }>();
  if (!found) throw new Error(`there is no table ${table}, whose TTL a statement asks for`);
  const ttl = / TTL (.*?)(?: SETTINGS |$)/s.exec(found.engine_full)?.[1];
  return statement.replace(ttlOf, () => (ttl === undefined ? '' : `TTL ${ttl}`));
}

/**
 * `{each month of c in t}` becomes a condition on one month (UTC) of column c, and the statement is repeated for each month of
 * which t has rows, in order. To copy a table: no statement grows with the table's age, and each writes one month.
 */
async function ofEachMonth(client: ClickHouseClient, statement: string): Promise<string[]> {
  const [, column, table] = monthsOf.exec(statement) ?? [];
  const result = await client.query({
    query: `SELECT DISTINCT toYYYYMM(${column}) AS month FROM ${table} ORDER BY month`,
    format: 'JSONEachRow',
  });
  const months = await result.json<{ month: number }>();
  return months.map(({ month }) => statement.replace(monthsOf, () => `toYYYYMM(${column}) = ${month}`));
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
