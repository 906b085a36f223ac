/** What Grafana knows when it asks: the time range, the choices, and how wide a bucket fits the panel. */
export interface Asked {
  from: Date;
  to: Date;
  /** By name: one value, or several; `$__all` is the choice of all. */
  variables: Readonly<Record<string, string | readonly string[]>>;
}

export const all = '$__all';

/**
 * The SQL that reaches ClickHouse: what the plug-in's front and back end make of a panel's query. Only what the
 * dashboards use: `$__conditionalAll`, variables with and without `:sqlstring`, and the macros of the time range. Throws
 * for anything else that looks like one.
 */
export function expandSql(sql: string, { from, to, variables }: Asked): string {
  const expanded = withMacros(withVariables(withoutAlls(sql, variables), variables), from, to);
  const left = /\$\{?\w+(\([^)]*\))?/.exec(expanded);
  if (left) throw new Error(`nothing is known of ${left[0]} in: ${sql}`);
  return expanded;
}

/** `$__conditionalAll(condition, $variable)`: the condition, or none where all are chosen. */
function withoutAlls(sql: string, variables: Asked['variables']): string {
  const macro = '$__conditionalAll(';
  const start = sql.lastIndexOf(macro);
  if (start < 0) return sql;
  const [first, last] = argumentsAt(sql, start + macro.length);
  const [condition, variable] = [sql.slice(start + macro.length, first), sql.slice(first + 1, last).trim()];
  const value = chosenOf(variable.slice(1), variables);
  const chosen = [value].flat().includes(all) || value.length === 0 ? '1=1' : condition;
  return withoutAlls(`${sql.slice(0, start)}${chosen}${sql.slice(last + 1)}`, variables);
}

/** Where the comma between the two arguments is, and where the bracket closes. */
function argumentsAt(sql: string, start: number): [comma: number, end: number] {
  let depth = 1;
  let comma = -1;
  for (let at = start; at < sql.length; at++) {
    if (sql[at] === '(') depth++;
    else if (sql[at] === ')') depth--;
    else if (sql[at] === ',' && depth === 1) comma = at;
    if (depth === 0 && comma >= 0) return [comma, at];
  }
  throw new Error(`$__conditionalAll takes two arguments: ${sql}`);
}

const withVariables = (sql: string, variables: Asked['variables']): string =>
  sql.replace(
    /\$\{(\w+)(?::(\w+))?\}|\$(?!__)(\w+)/g,
    (_, braced: string | undefined, format: string | undefined, bare: string) => {
      const value = chosenOf(braced ?? bare, variables);
      if (format === 'sqlstring') return [value].flat().map(sqlString).join(',');
      if (format !== undefined) throw new Error(`the format ${format} is not known here`);
      return typeof value === 'string' ? value : `'${value.join("','")}'`;
    },
  );

function chosenOf(name: string, variables: Asked['variables']): string | readonly string[] {
  const value = variables[name];
  if (value === undefined) throw new Error(`there is no variable ${name}`);
  return value;
}

const sqlString = (value: string): string => `'${value.replaceAll("'", "''")}'`;

function withMacros(sql: string, from: Date, to: Date): string {
  const seconds = (time: Date): string => `toDateTime(${Math.floor(time.getTime() / 1_000)})`;
  const millis = (time: Date): string => `fromUnixTimestamp64Milli(${time.getTime()})`;
  const day = (time: Date): string => `toDate('${time.toISOString().slice(0, 10)}')`;
  const between = (column: string, of: (time: Date) => string): string =>
    `${column} >= ${of(from)} AND ${column} <= ${of(to)}`;
  return sql
    .replace(/\$__timeFilter_ms\(([^()]+)\)/g, (_, column: string) => between(column, millis))
    .replace(/\$__timeFilter\(([^()]+)\)/g, (_, column: string) => between(column, seconds))
    .replace(/\$__dateFilter\(([^()]+)\)/g, (_, column: string) => between(column, day))
    .replace(/\$__fromTime_ms\b/g, millis(from))
    .replace(/\$__toTime_ms\b/g, millis(to))
    .replace(/\$__fromTime\b/g, seconds(from))
    .replace(/\$__toTime\b/g, seconds(to));
}
