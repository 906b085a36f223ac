import { type Token, tokens, wordOf } from '../local/clickhouse/tokens';

const changes = new Set([
  'ADD',
  'MODIFY',
  'DROP',
  'RENAME',
  'COMMENT',
  'MATERIALIZE',
  'REMOVE',
  'RESET',
  'CLEAR',
  'DELETE',
  'UPDATE',
]);

type Kind =
  | 'create table'
  | 'create materialized view'
  | 'create view'
  | 'drop view'
  | 'drop table'
  | 'alter table'
  | 'truncate table'
  | 'exchange tables'
  | 'insert';

/** What a statement of a migration is about. */
export interface Head {
  kind: Kind;
  name: string;
  /** Where the first word stands. */
  start: number;
  /** Of a materialized view: the table it fills; of an exchange: the other table. */
  target?: string;
  /** Of CREATE TABLE … AS …: the table whose columns it takes. */
  as?: string;
}

const heads: readonly [RegExp, Kind][] = [
  [/^CREATE TABLE (?:IF NOT EXISTS )?(\w+)(?: AS (?<as>\w+))?/, 'create table'],
  [/^CREATE MATERIALIZED VIEW (?:IF NOT EXISTS )?(\w+) TO (?<target>\w+)/, 'create materialized view'],
  [/^CREATE (?:OR REPLACE )?VIEW (?:IF NOT EXISTS )?(\w+)/, 'create view'],
  [/^DROP VIEW (?:IF EXISTS )?(\w+)/, 'drop view'],
  [/^DROP TABLE (?:IF EXISTS )?(\w+)/, 'drop table'],
  [/^ALTER TABLE (\w+)/, 'alter table'],
  [/^TRUNCATE TABLE (?:IF EXISTS )?(\w+)/, 'truncate table'],
  [/^EXCHANGE TABLES (\w+) AND (?<target>\w+)$/, 'exchange tables'],
  [/^INSERT INTO (\w+)/, 'insert'],
];

/** Throws for a statement that is none of the known kinds. */
export function readHead(sql: string): Head {
  const start = tokens(sql).next().value?.start ?? 0;
  const text = sql.slice(start).replace(/\s+/g, ' ').trim();
  for (const [pattern, kind] of heads) {
    const found = pattern.exec(text);
    if (found) return { kind, name: found[1], start, ...found.groups };
  }
  throw new Error(`there is no cluster form for: ${text.slice(0, 60)}…`);
}

/** The first word that is this name. */
export function nameToken(sql: string, name: string): Token {
  for (const token of tokens(sql)) {
    if (token.kind === 'word' && sql.slice(token.start, token.end) === name) return token;
  }
  throw new Error(`${name} is not in ${sql.slice(0, 60)}…`);
}

/** The engine of a CREATE TABLE with its arguments, and the place of both. */
export function readEngine(sql: string): { name: string; args: string; start: number; end: number } | undefined {
  const all = [...tokens(sql)];
  const at = all.findIndex((token) => token.depth === 0 && wordOf(sql, token) === 'ENGINE');
  const name = all[at + 2];
  if (at < 0 || !name) return undefined;
  const open = all[at + 3];
  const hasArgs = open !== undefined && wordOf(sql, open) === '(';
  const close = hasArgs
    ? all.slice(at + 4).find((token) => token.depth === 0 && wordOf(sql, token) === ')')
    : undefined;
  return {
    name: sql.slice(name.start, name.end),
    args: close ? sql.slice(open!.end, close.start) : '',
    start: name.start,
    end: close?.end ?? name.end,
  };
}

/** Whether a CREATE TABLE has a column of this name. */
export function declares(sql: string, column: string): boolean {
  const all = [...tokens(sql)];
  return all.some((token, index) => {
    const before = index > 0 ? wordOf(sql, all[index - 1]!) : '';
    return token.depth === 1 && sql.slice(token.start, token.end) === column && (before === '(' || before === ',');
  });
}

/** The COMMENT of the table itself. */
export function commentOf(sql: string): string {
  const all = [...tokens(sql)];
  const at = all.findLastIndex((token) => token.depth === 0 && wordOf(sql, token) === 'COMMENT');
  return at < 0 ? '' : sql.slice(all[at]!.start, all[at + 1]!.end);
}

/** What an ALTER does, as pairs of words: ADD COLUMN, MATERIALIZE INDEX. */
export function alterations(sql: string): string[] {
  const words = [...tokens(sql)].filter((token) => token.depth === 0).map((token) => wordOf(sql, token));
  return words.flatMap((word, index) => {
    const begins = index === 3 || words[index - 1] === ',';
    return begins && changes.has(word) ? [`${word} ${words[index + 1]}`] : [];
  });
}

export const withoutStrings = (sql: string): string => {
  let text = '';
  for (const token of tokens(sql)) if (token.kind !== 'string') text += `${sql.slice(token.start, token.end)} `;
  return text;
};
