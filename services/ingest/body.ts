import { isUtf8 } from 'node:buffer';
import { type Fault, fault } from './domain/fault';
import { nestsDeeper } from './domain/json-depth';
import { locateJsonFault } from './domain/json-fault';
import { limits } from './domain/limits';
import { parameterObject, readParameters } from './parameters';
import type { Form, SentAs, Source } from './sources/source';

/** One item of a body: parsed, or why it could not be. */
export type Item = { value: unknown } | { faults: Fault[] };

/** Why a whole request is refused, with its HTTP status. */
export interface Refused {
  status: number;
  reason: string;
  message: string;
  /** Where a text stops being JSON. */
  position?: number;
  line?: number;
  column?: number;
}

export type Items = { items: Item[] } | { refused: Refused };

/** The items of a body, as its source reads it: a promise only where the source's own parser is asynchronous. */
export function readBody(body: Buffer, source: Source, sentAs: SentAs, maxEvents: number): Items | Promise<Items> {
  const form = source.form(sentAs) ?? 'oneOrArray';
  if (form !== 'own' || !source.read) return readItems(body, form, maxEvents);
  if (body.length === 0) return refuse(400, 'empty_body', 'the body is empty: send at least one event');
  return source.read(body, maxEvents);
}

/** Splits a body into its items. Bad lines are items with faults; anything else that is no JSON refuses the body. */
export function readItems(body: Buffer, form: Form, maxEvents: number): Items {
  if (!isUtf8(body)) return refuse(400, 'invalid_utf8', 'the body is not valid UTF-8');
  const text = withoutMark(body.toString('utf8'));
  if (text.trim() === '') return refuse(400, 'empty_body', 'the body is empty: send at least one event');
  if (form === 'parameters') return readForm(text);
  return form === 'lines' ? readLines(text, maxEvents) : readValue(text, form, maxEvents);
}

/** A form is one item. */
function readForm(text: string): Items {
  const read = readParameters(text.trim());
  return 'refused' in read ? read : { items: [{ value: parameterObject(read.parameters) }] };
}

function readValue(text: string, form: Form, maxEvents: number): Items {
  const parsed = parse(text);
  if ('refused' in parsed) return parsed;
  const { value } = parsed;
  if (form === 'one' || (form === 'oneOrArray' && !Array.isArray(value))) return { items: [{ value }] };
  if (!Array.isArray(value)) return refuse(400, 'wrong_type', 'the body must be a JSON array');
  if (value.length > maxEvents) return tooMany(maxEvents);
  return { items: value.map((item) => ({ value: item })) };
}

function readLines(text: string, maxEvents: number): Items {
  const items: Item[] = [];
  let number = 0;
  for (const line of linesOf(text)) {
    number++;
    if (line.trim() === '') continue;
    if (items.length === maxEvents) return tooMany(maxEvents);
    const parsed = parse(line);
    if ('value' in parsed) items.push(parsed);
    else items.push({ faults: [lineFault(number, parsed.refused)] });
  }
  return { items };
}

/** One after the other: a body of line breaks would make millions of strings at once. */
function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield text.slice(start, end);
    start = end + 1;
  }
  yield text.slice(start);
}

function parse(text: string): { value: unknown } | { refused: Refused } {
  // Before parsing: eight megabytes of brackets take a hundred times their size as objects.
  if (nestsDeeper(text, limits.jsonDepth)) {
    return refuse(400, 'too_deep', `the JSON is nested deeper than ${limits.jsonDepth} levels`);
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    const where = locateJsonFault(text);
    const { line, column, position } = where;
    const message = `the body is not valid JSON at line ${line}, column ${column} (position ${position})`;
    return { refused: { status: 400, reason: 'invalid_json', message, ...where } };
  }
}

const lineFault = (number: number, { reason, column }: Refused): Fault =>
  reason === 'too_deep'
    ? fault(`line ${number}`, reason, `is nested deeper than ${limits.jsonDepth} levels`)
    : fault(`line ${number}`, reason, `is not valid JSON at column ${column}`);

export const tooMany = (maxEvents: number) =>
  refuse(413, 'too_many_events', `the body holds more than ${maxEvents} events: send them in several requests`);

export const refuse = (status: number, reason: string, message: string) => ({
  refused: { status, reason, message },
});

/** Some editors begin a file with a byte order mark. */
const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
