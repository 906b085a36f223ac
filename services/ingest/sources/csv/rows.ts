import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import { type Item, type Items, refuse, tooMany } from '../../body';
import { fault } from '../../domain/fault';
import type { TableMapping } from './mapping';

export type Layout = Pick<TableMapping, 'encoding' | 'delimiter' | 'quote' | 'columns'>;

/** Rows of a table as items: objects of texts by column, blanks left out. `needed`: columns that the table must have. */
export function readRows(body: Buffer, layout: Layout, needed: readonly string[], maxItems: number): Items {
  if (layout.encoding === 'utf-8' && !isUtf8(body)) return refuse(400, 'invalid_utf8', 'the body is not valid UTF-8');
  let rows: string[][];
  try {
    rows = parse(body.toString(layout.encoding), {
      bom: true,
      delimiter: layout.delimiter,
      quote: layout.quote,
      relax_column_count: true,
      skip_empty_lines: true,
      // Else the first line decides, and a file put together from two kinds becomes one long row.
      record_delimiter: ['\r\n', '\n', '\r'],
      // One more than there may be, and the heading: the rest need not be read to know that it is too much.
      to: maxItems + 2,
    }) as string[][];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return refuse(400, 'invalid_csv', `the body is no table: ${error.code} at line ${error.lines ?? 0}`);
  }
  const columns = layout.columns ?? rows.shift()?.map((name) => name.trim());
  if (!columns) return refuse(400, 'empty_body', 'the body is empty: send a heading and at least one row');
  if (rows.length > maxItems) return tooMany(maxItems);
  const absent = needed.filter((name) => !columns.includes(name));
  if (absent.length > 0) {
    return refuse(
      400,
      'missing_columns',
      `the table lacks columns that its mapping reads: ${absent.join(', ').slice(0, 300)}`,
    );
  }
  return { items: rows.map((row, index) => itemOf(row, columns, index)) };
}

function itemOf(row: string[], columns: readonly string[], index: number): Item {
  if (row.length !== columns.length) {
    const count = `has ${row.length} cells where the heading has ${columns.length}`;
    return { faults: [fault(`row ${index + 1}`, 'wrong_cell_count', count)] };
  }
  return { value: Object.fromEntries(columns.map((name, at) => [name, row[at]])) };
}
