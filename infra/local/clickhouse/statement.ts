import { fault } from './errors';
import { infileRefused, type LoadStatement, readLoad } from './load-statement';
import { type Token, tokens, utf8, wordOf } from './tokens';

/** What a request's text turned out to be. Texts are UTF-8 again; offsets count the bytes of the text given. */
export type Statement =
  | { kind: 'empty' }
  /** Its answer may be of any size. `before` and `after` enclose the place of INTO OUTFILE and FORMAT. */
  | { kind: 'select'; before: string; format: string | undefined; after: string }
  /** Read-only with a small answer: SHOW, DESCRIBE, EXPLAIN, EXISTS, CHECK. */
  | { kind: 'show'; text: string; format: string | undefined }
  /** Everything else: DDL, SYSTEM, INSERT … SELECT without data of its own. */
  | { kind: 'command'; text: string }
  | LoadStatement;

const selects = new Set(['SELECT', 'WITH', 'FROM', '(']);
const shows = new Set(['SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS', 'CHECK']);

/**
 * Reads a statement from text decoded as latin1. `complete` is false when more text may follow; the answer is then
 * 'more' where that could change it. Throws ClickHouseFault for what the HTTP interface refuses: a second statement,
 * INTO OUTFILE, FROM INFILE.
 */
export function readStatement(sql: string, complete: boolean): Statement | 'more' {
  const first = tokens(sql).next();
  if (first.done) return complete ? { kind: 'empty' } : 'more';
  const opening = wordOf(sql, first.value);
  if (opening === 'INSERT') {
    const load = readLoad(sql, complete);
    if (load === 'more' || load !== 'no data') return load;
  }
  return complete ? readWhole(sql, opening) : 'more';
}

/** Reads a statement whose text is all there and that carries no data. */
function readWhole(sql: string, opening: string): Statement {
  const all: Token[] = [];
  let end = sql.length;
  let ended = false;
  for (const token of tokens(sql)) {
    if (ended) throw multiStatements(sql, token);
    if (wordOf(sql, token) === ';') {
      ended = true;
      end = token.start;
    } else {
      all.push(token);
    }
  }
  if (all.length === 0) return { kind: 'empty' };
  refuseFiles(sql, all);
  const text = utf8(sql.slice(0, end));
  // WITH … INSERT is a write.
  const writes = all.some((token) => token.depth === 0 && wordOf(sql, token) === 'INSERT');
  if (!shows.has(opening) && (!selects.has(opening) || writes)) return { kind: 'command', text };

  const clause = all.findIndex((_, index) => isFormatClause(sql, all, index));
  const name = all[clause + 1];
  const format = clause < 0 || name === undefined ? undefined : sql.slice(name.start, name.end);
  if (shows.has(opening)) return { kind: 'show', text, format };
  if (format === undefined) return { kind: 'select', before: text, format, after: '' };
  return {
    kind: 'select',
    before: utf8(sql.slice(0, all[clause]!.start)),
    format,
    after: utf8(sql.slice(name!.end, end)),
  };
}

/** FORMAT and a name are a clause only at the end or before SETTINGS: elsewhere `format` is a column or a function. */
function isFormatClause(sql: string, all: Token[], index: number): boolean {
  const [clause, name, next] = all.slice(index, index + 3);
  if (clause!.depth !== 0 || wordOf(sql, clause!) !== 'FORMAT' || name?.kind !== 'word') return false;
  return next === undefined || wordOf(sql, next) === 'SETTINGS';
}

/** The engine runs inside this process and would open the files; a server refuses both clauses over HTTP. */
function refuseFiles(sql: string, all: Token[]): void {
  for (const [index, token] of all.entries()) {
    const pair = `${wordOf(sql, token)} ${all[index + 1] ? wordOf(sql, all[index + 1]!) : ''}`;
    if (pair === 'INTO OUTFILE' && all[index + 2]?.kind === 'string') {
      throw fault('INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed');
    }
    if (pair === 'FROM INFILE') throw infileRefused();
  }
}

function multiStatements(sql: string, token: Token): Error {
  const rest = utf8(sql.slice(token.start, token.start + 80));
  return fault(
    'SYNTAX_ERROR',
    `Syntax error (Multi-statements are not allowed): failed at position ${token.start + 1} (${rest.split(/\s/)[0]}): ${rest}.`,
  );
}
