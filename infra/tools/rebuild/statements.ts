import type { Rollup } from './rollups';

/** What of a roll-up is computed anew: buckets of [from, to), epoch ms; of these only those a query names, if given. */
export interface Scope {
  from: number;
  to: number;
  /** A query of one column of DateTime in UTC: starts of buckets. */
  buckets?: string;
}

export interface Column {
  name: string;
  type: string;
  isKey: boolean;
}

const at = (epoch_ms: number): string => `fromUnixTimestamp64Milli(${epoch_ms}, 'UTC')`;

/** Whether a row of the roll-up is in the scope. */
export function inScope({ bucket }: Rollup, { from, to, buckets }: Scope): string {
  const within = `${bucket} >= ${at(from)} AND ${bucket} < ${at(to)}`;
  return buckets === undefined ? `(${within})` : `(${within} AND ${bucket} IN (${buckets}))`;
}

/** The rows of the base table that can matter to the scope. */
export function baseRows({ base, earliest, latest }: Rollup, { from, to, buckets }: Scope): string {
  // Only of a roll-up whose rows each come from one bucket.
  const touched = buckets === undefined || earliest !== latest;
  const inBuckets = touched ? '' : ` AND toStartOfFifteenMinutes(${earliest}) IN (${buckets})`;
  return `SELECT * FROM ${base} WHERE ${latest} >= ${at(from)} AND ${earliest} < ${at(to)}${inBuckets}`;
}

/**
 * The rows of the scope as the view would have made them: its own query over the base table, which is read only where
 * it can matter. `select` is the view's query as the engine gives it back.
 */
export function recomputed(rollup: Rollup, select: string, scope: Scope): string {
  const { reads, view } = rollup;
  // The one place at which the view reads its table, with the database before its name.
  const source = new RegExp(`\\bFROM (?:\`?\\w+\`?\\.)?\`?${reads}\`?(?![\\w.\`])`, 'g');
  if ([...select.matchAll(source)].length !== 1) {
    throw new Error(`the query of ${view} does not read ${reads} in just one place: is this another version?`);
  }
  const query = select.replace(source, () => `FROM (${baseRows(rollup, scope)})`);
  return `SELECT * FROM (${query}) WHERE ${inScope(rollup, scope)}`;
}

/** The scope in so many pieces of whole buckets. */
export function chunksOf({ bucket_ms }: Rollup, scope: Scope, pieces: number): Scope[] {
  const step = Math.max(1, Math.ceil((scope.to - scope.from) / bucket_ms / pieces)) * bucket_ms;
  const chunks: Scope[] = [];
  for (let { from } = scope; from < scope.to; from += step) {
    chunks.push({ ...scope, from, to: Math.min(scope.to, from + step) });
  }
  return chunks;
}

/** A measure as a value that two rows can be compared by; 0, '' or [] where there is nothing. */
function merged({ name, type }: Column): string {
  const state = /^(Simple)?AggregateFunction\((\w+)/.exec(type);
  if (!state) return `sum(r.${name})`;
  const [, simple, combinator] = state;
  if (!simple) return `${combinator}Merge(r.${name})`;
  if (combinator !== 'sumMap') return `${combinator}(r.${name})`;
  return `arraySort(arrayFilter(p -> p.2 != 0, arrayZip(sumMap(r.${name}).1, sumMap(r.${name}).2)))`;
}

/**
 * Keys whose figures differ between the roll-up and the table beside it: the key's columns, and one array a measure that
 * differs, `name: [now, rebuilt]` as text. A key that only one has counts as zeros in the other.
 */
export function differences(rollup: Rollup, shadow: string, columns: readonly Column[], scope: Scope): string {
  const keys = columns.filter(({ isKey }) => isKey).map(({ name }) => name);
  const measures = columns.filter(({ isKey }) => !isKey);
  const key = keys.map((name) => `r.${name} AS ${name}`).join(', ');
  const sums = measures.map((column) => `toString(${merged(column)}) AS m_${column.name}`);
  const side = (table: string, name: string): string =>
    `SELECT '${name}' AS side, ${key}, ${sums.join(', ')} FROM ${table} AS r WHERE ${inScope(rollup, scope)}
     GROUP BY ${keys.map((one) => `r.${one}`).join(', ')}`;
  const pair = ({ name, type }: Column): string => {
    const nothing = /sumMap/.test(type) ? "'[]'" : "'0'";
    const value = (of: string): string =>
      `if(countIf(side = '${of}') = 0, ${nothing}, anyIf(m_${name}, side = '${of}'))`;
    return `('${name}', ${value('now')}, ${value('rebuilt')})`;
  };
  return `SELECT ${keys.map((name) => `toString(${name}) AS ${name}`).join(', ')},
      arrayFilter(d -> d.2 != d.3, [${measures.map(pair).join(', ')}]) AS changes
    FROM (${side(rollup.table, 'now')} UNION ALL ${side(shadow, 'rebuilt')})
    GROUP BY ${keys.join(', ')} HAVING notEmpty(changes) ORDER BY ${keys.join(', ')}`;
}
