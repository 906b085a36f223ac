import type { ClickHouseClient } from '@clickhouse/client';

interface Column {
  name: string;
  type: string;
  comment: string;
}

const columnsOf = /\{columns of (\w+)\}/;

/**
 * A statement with `{columns of t}` replaced by the columns of table t with their types and comments, in brackets: for
 * materialized views, which would otherwise describe every column of their table a second time. It must happen when the
 * view is created: an ALTER of a materialized view, if only of a comment, changes how it recognises repeated blocks.
 */
export async function withColumns(client: ClickHouseClient, statement: string): Promise<string> {
  const found = columnsOf.exec(statement);
  if (!found) return statement;
  const result = await client.query({
    query: `SELECT name, type, comment FROM system.columns
      WHERE database = currentDatabase() AND table = {table: String} AND default_kind NOT IN ('MATERIALIZED', 'ALIAS')
      ORDER BY position`,
    query_params: { table: found[1] },
    format: 'JSONEachRow',
  });
  const columns = await result.json<Column>();
  if (columns.length === 0) throw new Error(`there is no table ${found[1]}, whose columns a statement asks for`);
  const list = columns.map(({ name, type, comment }) => `\`${name}\` ${type} COMMENT ${quoted(comment)}`);
  // A function, since comments may hold what String.replace takes for a pattern.
  return statement.replace(columnsOf, () => `(${list.join(', ')})`);
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
