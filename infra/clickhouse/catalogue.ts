import type { ClickHouseClient } from '@clickhouse/client';
import { type Token, tokens, wordOf } from '../local/clickhouse/tokens';

export interface Column {
  name: string;
  type: string;
  comment: string;
}

/** A table or view, as an analyst may meet it. */
export interface Relation {
  name: string;
  engine: string;
  comment: string;
  columns: Column[];
  /** Of a view with parameters: `view(name = …)`. */
  parameters: Pick<Column, 'name' | 'type'>[];
}

interface Row extends Omit<Relation, 'columns' | 'parameters'> {
  parameters: [string, string][];
  create_table_query: string;
}

/** Everything in the client's database, with its columns, by name. */
export async function readCatalogue(client: ClickHouseClient): Promise<Relation[]> {
  const relations = await client.query({
    query: `SELECT name, engine, comment, create_table_query,
        arrayMap(p -> (p.name, p.type), parameterized_view_parameters) AS parameters
      FROM system.tables WHERE database = currentDatabase() ORDER BY name`,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_named_tuples_as_objects: 0 },
  });
  const columns = await client.query({
    query: `SELECT table, name, type, comment FROM system.columns
      WHERE database = currentDatabase() ORDER BY table, position`,
    format: 'JSONEachRow',
  });
  const byTable = new Map<string, Column[]>();
  for (const { table, ...column } of await columns.json<Column & { table: string }>()) {
    byTable.set(table, [...(byTable.get(table) ?? []), column]);
  }
  return (await relations.json<Row>()).map(({ create_table_query, parameters, ...row }) => ({
    ...row,
    // A view with parameters has no row in system.columns.
    columns: byTable.get(row.name) ?? declaredColumns(create_table_query),
    parameters: parameters.map(([name, type]) => ({ name, type })),
  }));
}

/**
 * The columns that a CREATE statement, as the engine gives it back, declares in its first brackets. None where it has
 * no list of columns: `CREATE VIEW v AS SELECT …`.
 */
export function declaredColumns(statement: string): Column[] {
  const all = [...tokens(statement)];
  const open = all.findIndex((token) => token.depth === 0 && wordOf(statement, token) === '(');
  const as = all.findIndex((token) => token.depth === 0 && wordOf(statement, token) === 'AS');
  if (open < 0 || (as >= 0 && as < open)) return [];
  const columns: Column[] = [];
  let of: Token[] = [];
  for (const token of all.slice(open + 1)) {
    const mark = wordOf(statement, token);
    if (token.depth === 0 || (token.depth === 1 && mark === ',')) {
      if (of.length > 0) columns.push(columnOf(statement, of));
      of = [];
      if (token.depth === 0) break;
    } else {
      of.push(token);
    }
  }
  return columns;
}

function columnOf(statement: string, [name, ...rest]: Token[]): Column {
  const text = ({ start, end }: Token): string => statement.slice(start, end);
  const at = rest.findIndex((token) => token.depth === 1 && wordOf(statement, token) === 'COMMENT');
  const type = at < 0 ? rest : rest.slice(0, at);
  const comment = at < 0 ? undefined : rest[at + 1];
  return {
    name: unquoted(text(name!)),
    type: type.length > 0 ? statement.slice(type[0]!.start, type.at(-1)!.end) : '',
    comment: comment ? unquoted(text(comment)) : '',
  };
}

const unquoted = (text: string): string =>
  /^['`"]/.test(text) ? text.slice(1, -1).replace(/\\(.)|(['`"])\2/gs, '$1$2') : text;
