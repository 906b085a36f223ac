import type { Warehouse } from './warehouse';

interface Found {
  name: string;
  create_table_query: string;
  dependents: string[];
}

/** Where a materialized view writes: `CREATE MATERIALIZED VIEW db.v TO db.t …`. */
const targetOf = (statement: string): string | undefined =>
  / TO (?:`?\w+`?\.)?`?(\w+)`?/.exec(statement.slice(0, statement.indexOf('(')))?.[1];

/** Tables that an insert into `landing` reaches through materialized views, however many lie in between. */
export function tablesFedBy(landing: string, tables: readonly Found[]): string[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const reached = new Set<string>();
  const waiting = [landing];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const view of byName.get(name)?.dependents ?? []) {
      const target = targetOf(byName.get(view)?.create_table_query ?? '');
      if (target === undefined || reached.has(target)) continue;
      reached.add(target);
      waiting.push(target);
    }
  }
  return [...reached].sort();
}

/** The topic whose blocks reach a table, undefined when none does. Asked of the database: views come with migrations. */
export async function topicFeeding(
  warehouse: Pick<Warehouse, 'rows'>,
  landings: ReadonlyMap<string, string>,
  table: string,
): Promise<string | undefined> {
  const tables = await warehouse.rows<Found>(
    `SELECT name, create_table_query, arrayMap((d, t) -> t, dependencies_database, dependencies_table) AS dependents
     FROM system.tables WHERE database = currentDatabase()`,
  );
  for (const [topic, landing] of landings) if (tablesFedBy(landing, tables).includes(table)) return topic;
  return undefined;
}
