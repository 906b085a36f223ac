import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export type Row = Record<string, string>;

/** Rows of a table with a heading. */
export const rowsOf = (file: string): Row[] =>
  parse(readFileSync(file), { columns: true, bom: true, relax_quotes: true }) as Row[];

/** Every JSON file below a folder, parsed. */
export const jsonFilesOf = (folder: string): unknown[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

/** The tables write times without their zone; they are UTC. */
export const utc = (text: string | undefined): string | undefined =>
  text ? `${text.replace(' ', 'T').replace(/\.(\d{3})\d*$/, '.$1')}Z` : undefined;

export function groupBy<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
