import { fault } from './errors';
import { quoted } from './quoting';
import { type Token, tokens, utf8, wordOf } from './tokens';

/** An INSERT with data: the two pieces enclose the place that says where the data is. */
export interface LoadStatement {
  kind: 'load';
  pieces: readonly [string, string];
  format: string;
  /** Set when the data is read by input('structure'): the arguments of that call, as written. */
  inputArguments: string | undefined;
  dataStart: number;
}

/** Words that cannot be a format's name: after them `FORMAT` was a column or an alias. */
const noFormat = new Set(['AS', 'FROM', 'IN', 'IS', 'NOT', 'AND', 'OR', 'LIKE', 'BETWEEN', 'WHERE', 'ASC', 'DESC']);

/**
 * Reads an INSERT (text decoded as latin1) up to where its data begins. 'no data' when it has none of its own, as
 * INSERT … SELECT; 'more' when the text may go on and that could change the answer.
 */
export function readLoad(sql: string, complete: boolean): LoadStatement | 'no data' | 'more' {
  const list = new TokenList(sql, complete);
  let selects = false;
  let clauses: number | undefined;
  let input: InputCall | undefined;
  for (let index = afterTarget(list); list.at(index) !== undefined; index++) {
    const word = list.word(index);
    if (word === 'SELECT') selects = true;
    if (word === 'INPUT' && list.word(index + 1) === '(') input ??= inputCall(list, index);
    if (list.at(index)!.depth > 0) continue;
    if (word === 'FROM' && list.word(index + 1) === 'INFILE') throw infileRefused();
    if (word === 'SETTINGS') clauses ??= index;
    if (word === 'VALUES' && !selects) {
      const { end } = list.at(index)!;
      return atEnd({ list, format: 'Values', clauses: clauses ?? index, dataStart: end, until: index });
    }
    const name = list.at(index + 1);
    if (word !== 'FORMAT' || name?.kind !== 'word' || noFormat.has(list.word(index + 1))) continue;
    if (selects && input === undefined) continue;
    const dataStart = startOfData(sql, name.end, complete);
    if (dataStart === undefined) return 'more';
    const format = utf8(sql.slice(name.start, name.end));
    return input === undefined
      ? atEnd({ list, format, clauses: clauses ?? index, dataStart, until: index })
      : atInput({ list, format, input, dataStart, until: index });
  }
  return list.ranShort || !complete ? 'more' : 'no data';
}

/** The same INSERT with its data in a file. `compression` is the engine's name for it, 'none' for plain data. */
export function loadSql(statement: LoadStatement, path: string, compression: string): string {
  const [before, after] = statement.pieces;
  const { format, inputArguments } = statement;
  if (inputArguments === undefined) {
    return `${before} FROM INFILE ${quoted(path)} COMPRESSION ${quoted(compression)} ${after} FORMAT ${format}`;
  }
  const structure = inputArguments === '' ? quoted('auto') : inputArguments;
  return `${before}file(${quoted(path)}, ${quoted(format)}, ${structure}, ${quoted(compression)})${after}`;
}

export function infileRefused(): Error {
  return fault('UNKNOWN_TYPE_OF_QUERY', 'Query has infile and was send directly to server');
}

interface InputCall {
  start: number;
  end: number;
  arguments: string;
}

/** INSERT INTO t (a, b) ⟨place⟩ SETTINGS …: the server's own place for FROM INFILE. */
function atEnd(found: {
  list: TokenList;
  format: string;
  /** Index of the token before which the place is. */
  clauses: number;
  /** Index of FORMAT or VALUES, where the text to keep ends. */
  until: number;
  dataStart: number;
}): LoadStatement {
  const { sql } = found.list;
  const place = found.list.at(found.clauses)!.start;
  return {
    kind: 'load',
    pieces: [utf8(sql.slice(0, place)), utf8(sql.slice(place, found.list.at(found.until)!.start))],
    format: found.format,
    inputArguments: undefined,
    dataStart: found.dataStart,
  };
}

/** INSERT INTO t SELECT … FROM ⟨place⟩ WHERE … SETTINGS …: the place is that of the call of input(). */
function atInput(found: {
  list: TokenList;
  format: string;
  input: InputCall;
  until: number;
  dataStart: number;
}): LoadStatement {
  const { sql } = found.list;
  return {
    kind: 'load',
    pieces: [
      utf8(sql.slice(0, found.input.start)),
      utf8(sql.slice(found.input.end, found.list.at(found.until)!.start)),
    ],
    format: found.format,
    inputArguments: found.input.arguments,
    dataStart: found.dataStart,
  };
}

function inputCall(list: TokenList, index: number): InputCall | undefined {
  const end = closing(list, index + 1);
  if (end === undefined) return undefined;
  const inner = utf8(list.sql.slice(list.at(index + 1)!.end, list.at(end)!.start)).trim();
  return { start: list.at(index)!.start, end: list.at(end)!.end, arguments: inner };
}

/** Index of the first token after INSERT INTO [TABLE] name or [TABLE] FUNCTION name(…): a table may be called `format`. */
function afterTarget(list: TokenList): number {
  let index = 1;
  if (list.word(index) === 'INTO') index++;
  if (list.word(index) === 'TABLE') index++;
  if (list.word(index) === 'FUNCTION') return (closing(list, index + 2) ?? index + 1) + 1;
  index = afterName(list, index);
  while (list.word(index) === '.') index = afterName(list, index + 1);
  return index;
}

/** A name is one token, or a parameter: {name:Identifier}. */
function afterName(list: TokenList, index: number): number {
  return (list.word(index) === '{' ? (closing(list, index) ?? index) : index) + 1;
}

/** Index of the bracket that closes the one at `index`. */
function closing(list: TokenList, index: number): number | undefined {
  const open = list.at(index);
  if (open === undefined) return undefined;
  for (let at = index + 1; list.at(at) !== undefined; at++) if (list.at(at)!.depth === open.depth) return at;
  return undefined;
}

/**
 * Data begins after the first line end behind the format's name, or, with none, after the blanks; undefined when the
 * text ends before that is known.
 */
function startOfData(sql: string, formatEnd: number, complete: boolean): number | undefined {
  let at = formatEnd;
  while (sql[at] === ' ' || sql[at] === '\t' || sql[at] === '\f') at++;
  if (sql[at] === '\r') at++;
  if (sql[at] === '\n') return at + 1;
  return at < sql.length || complete ? at : undefined;
}

/** Tokens by number, cut only as far as asked: what follows may be megabytes that are not SQL. */
class TokenList {
  /** True once a token was not given because the text may go on in the middle of it. */
  ranShort = false;
  private readonly list: Token[] = [];
  private readonly source: Iterator<Token>;

  constructor(
    readonly sql: string,
    private readonly complete: boolean,
  ) {
    this.source = tokens(sql);
  }

  at(index: number): Token | undefined {
    while (this.list.length <= index) {
      const { value, done } = this.source.next();
      if (done || value.kind === 'cut') return undefined;
      if (value.end === this.sql.length && !this.complete) {
        this.ranShort = true;
        return undefined;
      }
      this.list.push(value);
    }
    return this.list[index];
  }

  /** The token in upper case if it is a word or a mark, else ''. */
  word(index: number): string {
    const token = this.at(index);
    return token === undefined ? '' : wordOf(this.sql, token);
  }
}
