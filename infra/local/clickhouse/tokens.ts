/** One piece of SQL. Comments and white space are no tokens. */
export interface Token {
  /** `cut` is a string, name or comment that the text ends in the middle of. */
  kind: 'word' | 'name' | 'string' | 'number' | 'mark' | 'cut';
  start: number;
  /** One past the last character. */
  end: number;
  /** How many brackets of any kind are open around it; a bracket itself counts as outside. */
  depth: number;
}

const blank = /\s/;
const wordStart = /[A-Za-z_\x80-\xff]/;
const wordPart = /[\w$\x80-\xff]/;
const heredoc = /\$\w*\$/y;

/**
 * Cuts SQL into tokens, one at a time, so that a reader can stop where data begins: what follows `FORMAT RowBinary` is
 * not SQL. Takes text decoded as latin1, where positions are byte positions; every character SQL itself uses is ASCII.
 */
export function* tokens(sql: string): Generator<Token> {
  let at = 0;
  let depth = 0;
  while (at < sql.length) {
    const char = sql[at]!;
    if (blank.test(char)) {
      at++;
      continue;
    }
    const comment = commentEnd(sql, at);
    if (comment !== undefined) {
      if (comment < 0) return yield { kind: 'cut', start: at, end: sql.length, depth };
      at = comment;
      continue;
    }
    const start = at;
    let kind: Token['kind'] = 'mark';
    if (char === "'" || char === '"' || char === '`') {
      at = quotedEnd(sql, at, char);
      kind = at < 0 ? 'cut' : char === "'" ? 'string' : 'name';
    } else if (char === '$') {
      at = heredocEnd(sql, at);
      kind = at < 0 ? 'cut' : at === start + 1 ? 'mark' : 'string';
    } else if (wordStart.test(char)) {
      at = runEnd(sql, at, wordPart);
      kind = 'word';
    } else if (char >= '0' && char <= '9') {
      at = runEnd(sql, at, wordPart);
      kind = 'number';
    } else {
      at++;
    }
    if (kind === 'cut') return yield { kind, start, end: sql.length, depth };
    if (char === ')' || char === ']' || char === '}') depth--;
    yield { kind, start, end: at, depth };
    if (char === '(' || char === '[' || char === '{') depth++;
  }
}

/** Where the comment that begins here ends; -1 when the text ends first; undefined when none begins here. */
function commentEnd(sql: string, at: number): number | undefined {
  if (sql.startsWith('/*', at)) {
    const end = sql.indexOf('*/', at + 2);
    return end < 0 ? -1 : end + 2;
  }
  // `#` begins a comment only before a blank or `!`, as in a shell's first line.
  if (!sql.startsWith('--', at) && !/^#[ !]/.test(sql.slice(at, at + 2))) return undefined;
  const end = sql.indexOf('\n', at);
  return end < 0 ? sql.length : end + 1;
}

function quotedEnd(sql: string, start: number, quote: string): number {
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === '\\') at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return -1;
}

function heredocEnd(sql: string, start: number): number {
  heredoc.lastIndex = start;
  const tag = heredoc.exec(sql)?.[0];
  if (tag === undefined) return start + 1;
  const end = sql.indexOf(tag, start + tag.length);
  return end < 0 ? -1 : end + tag.length;
}

function runEnd(sql: string, start: number, part: RegExp): number {
  let at = start + 1;
  while (at < sql.length && part.test(sql[at]!)) at++;
  return at;
}

/** A word or a mark in upper case; '' for names, strings and numbers, which are never keywords. */
export const wordOf = (sql: string, token: Token): string =>
  token.kind === 'word' || token.kind === 'mark' ? sql.slice(token.start, token.end).toUpperCase() : '';

/** Text decoded as latin1, read as the UTF-8 it was. */
export const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');
