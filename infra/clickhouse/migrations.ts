import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Migration {
  number: number;
  /** File name, e.g. 0001_create_interactions.sql. */
  name: string;
  sql: string;
  /** SHA-256 of the file, as hex. */
  checksum: string;
}

/** The numbered files of a folder in order. Throws when a number is missing, given twice, or a file is named otherwise. */
export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const number = Number(/^(\d{4})_[a-z]+_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (Number.isNaN(number)) throw new Error(`${name}: migrations are named NNNN_verb_object.sql`);
    if (number !== index + 1) throw new Error(`${name}: expected number ${index + 1}, numbers have no gaps`);
    const sql = readFileSync(join(folder, name), 'utf8');
    return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

/** Statements of a file: each ends with a semicolon at the end of a line. */
export function statementsOf({ sql }: Pick<Migration, 'sql'>): string[] {
  return sql
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replace(/^\s*--.*$/gm, '').trim() !== '');
}
