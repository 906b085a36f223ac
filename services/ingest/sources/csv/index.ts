import { fault } from '../../domain/fault';
import { eventsOf, type Fact, missing, refused, skipped } from '../facts';
import type { Adapted, Source } from '../source';
import { type Fields, fieldsOf, hashOf, identity, idOf } from '../vendor-fields';
import type { Condition, TableMapping, TimeRule, ValueRule } from './mapping';
import { readRows } from './rows';
import { cellTime } from './time';

const mediaTypes = ['text/csv', 'text/tab-separated-values'];

/** The source of one kind of table: its rows become events as the mapping says. An item is a row: texts by column. */
export function csvSource(mapping: TableMapping): Source {
  const needed = [...columnsOf(mapping)];
  return {
    description: `${mapping.description ?? 'Rows of a table'} (text/csv, by its mapping).`,
    mediaTypes,
    form: ({ mediaType }) => (mediaTypes.includes(mediaType) ? 'own' : undefined),
    read: (body, maxItems) => readRows(body, mapping, needed, maxItems),
    adapt: (item) => adaptRow(fieldsOf(item), mapping),
    sentName: (field) => field,
  };
}

/** The cells of a row by column, and what names it. */
interface Row {
  (column: string): string;
  key: string;
}

function adaptRow(item: Fields, mapping: TableMapping): Adapted {
  const cellOf = (column: string): string => {
    const cell = Object.hasOwn(item, column) ? item[column] : undefined;
    return typeof cell === 'string' ? cell.trim() : '';
  };
  const row: Row = Object.assign(cellOf, { key: '' });
  const { key, events, refuse, system, instance } = mapping;
  const refusal = refuse.find(({ when }) => when.every((one) => holds(one, row)));
  if (refusal) return refused(fault('row', refusal.reason, 'is refused by the mapping'));
  const cells = key === 'row' ? [hashOf(JSON.stringify(Object.entries(item)))] : key.map(row);
  if (cells.every((cell) => cell === '')) return missing((key as string[])[0], 'must name the row');
  row.key = cells.join(':');
  const adapted: Fields[] = [];
  for (const event of events.filter(({ when }) => when.every((one) => holds(one, row)))) {
    const at = cellTime(textOf(event.at, row), event.at);
    if (at === undefined)
      return refused(fault(placeOf(event.at), 'wrong_format', `is not a time written as ${event.at.format}`));
    const fields: Fields = {};
    for (const [name, rule] of Object.entries(event.fields)) set(fields, name, cellValue(rule, row));
    const identities = event.identities.flatMap(({ type, value, verified }) =>
      identity(type, cellValue(value, row), verified),
    );
    const type = String(cellValue(event.type, row) ?? '');
    const fact: Fact = { key: `${event.name}:${row.key}`, type, at, ...fields };
    adapted.push(...eventsOf({ source: { system, instance }, identities }, [fact]));
  }
  return adapted.length > 0 ? { events: adapted } : skipped('no_event_for_row');
}

function holds({ column, is, not }: Condition, row: Row): boolean {
  const cell = row(column);
  if (!is && !not) return cell !== '';
  return (!is || is.includes(cell)) && !not?.includes(cell);
}

const textOf = (rule: { column?: string; columns?: string[]; join: string }, row: Row): string =>
  rule.columns ? rule.columns.map(row).join(rule.join).trim() : row(rule.column ?? '');

const placeOf = ({ column, columns }: TimeRule): string => column ?? (columns ?? []).join('+');

/** Undefined when the cell is blank, unknown to the map, or no number where one is due (then the text itself: refused). */
function cellValue(rule: ValueRule, row: Row): unknown {
  if ('value' in rule) return rule.value;
  if ('row_key' in rule) return idOf(row.key);
  const text = textOf(rule, row);
  if (text === '') return rule.default;
  if (rule.map) return Object.hasOwn(rule.map, text) ? rule.map[text] : rule.default;
  if (rule.as === 'text') return text;
  if (rule.as === 'boolean')
    return /^(?:true|yes|y|1)$/i.test(text) ? true : /^(?:false|no|n|0)$/i.test(text) ? false : text;
  const number = Number(text) * (rule.multiply ?? 1);
  if (Number.isNaN(number)) return text;
  return rule.as === 'integer' ? Math.round(number) : number;
}

/** `durations.wait_ms` into the object of that name; attributes are texts, and their names may hold dots. */
function set(fields: Fields, name: string, value: unknown): void {
  if (value === undefined) return;
  const dot = name.indexOf('.');
  if (dot < 0) fields[name] = value;
  else {
    const [top, below] = [name.slice(0, dot), name.slice(dot + 1)];
    fields[top] = { ...fieldsOf(fields[top]), [below]: top === 'attributes' ? String(value) : value };
  }
}

/** Every column that a mapping reads. */
function columnsOf({ key, events, refuse, columns }: TableMapping): Set<string> {
  const read = new Set<string>(key === 'row' ? [] : key);
  if (columns) return new Set();
  const add = (rule: ValueRule | TimeRule): void => {
    if ('value' in rule || 'row_key' in rule) return;
    for (const one of rule.columns ?? [rule.column]) if (one !== undefined) read.add(one);
  };
  for (const { when } of [...refuse, ...events]) for (const { column } of when) read.add(column);
  for (const { type, at, identities, fields } of events) {
    for (const rule of [type, at, ...identities.map(({ value }) => value), ...Object.values(fields)]) add(rule);
  }
  return read;
}
