import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { partRange, repairDataDir } from '../../../../infra/local/clickhouse/repair';

let dataDir: string;
let tableDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'repair-'));
  tableDir = join(dataDir, 'store', 'abc', 'abc0-uuid');
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** A table's folder with these parts and logs. */
function table(parts: string[], logs: Record<string, string>): void {
  for (const part of parts) mkdirSync(join(tableDir, part), { recursive: true });
  mkdirSync(join(tableDir, 'deduplication_logs'), { recursive: true });
  for (const [name, text] of Object.entries(logs)) writeFileSync(join(tableDir, 'deduplication_logs', name), text);
}

const log = (name = 'deduplication_log_1.txt') => readFileSync(join(tableDir, 'deduplication_logs', name), 'utf8');

/** The line of a part that was added, with a token. */
const added = (part: string) => `1\t${part}\t${part.split('_')[0]}_123_456\n`;
const removed = (part: string) => `2\t${part}\t${part.split('_')[0]}_123_456\n`;

describe('repairing deduplication logs', () => {
  const cases = [
    { name: 'a part that is there', parts: ['all_1_1_0'], lines: added('all_1_1_0'), kept: added('all_1_1_0') },
    {
      name: 'a part that was never renamed',
      parts: ['all_1_1_0', 'tmp_insert_all_2_2_0'],
      lines: added('all_1_1_0') + added('all_2_2_0'),
      kept: added('all_1_1_0'),
    },
    {
      name: 'a part that was merged away',
      parts: ['all_1_9_2'],
      lines: added('all_3_3_0') + added('all_9_9_0'),
      kept: added('all_3_3_0') + added('all_9_9_0'),
    },
    { name: 'a part beyond the merged ones', parts: ['all_1_9_2'], lines: added('all_10_10_0'), kept: '' },
    {
      name: 'a part that was mutated',
      parts: ['202401_1_1_0_5'],
      lines: added('202401_1_1_0'),
      kept: added('202401_1_1_0'),
    },
    {
      name: 'a mutated part is not read one number off',
      parts: ['1_2_3_4_5'],
      lines: added('1_3_4_0') + added('1_2_2_0'),
      kept: added('1_2_2_0'),
    },
    { name: 'another partition covers nothing', parts: ['202401_1_9_2'], lines: added('202402_3_3_0'), kept: '' },
    {
      name: 'a part that was removed on purpose',
      parts: [],
      lines: added('all_1_1_0') + removed('all_1_1_0'),
      kept: added('all_1_1_0') + removed('all_1_1_0'),
    },
    {
      name: 'a last line cut short',
      parts: ['all_1_1_0', 'all_2_2_0'],
      lines: `${added('all_1_1_0')}1\tall_2_2_0\tal`,
      kept: added('all_1_1_0'),
    },
    { name: 'a part in detached/ does not count', parts: ['detached/all_1_1_0'], lines: added('all_1_1_0'), kept: '' },
    { name: 'an empty log', parts: [], lines: '', kept: '' },
  ];
  test.each(cases)('$name', ({ parts, lines, kept }) => {
    table(parts, { 'deduplication_log_1.txt': lines });
    const repaired = repairDataDir(dataDir);
    expect(log()).toBe(kept);
    expect([...repaired.values()].flat().join('\n')).toBe(dropped(lines, kept));
    expect(repairDataDir(dataDir).size).toBe(0);
  });

  test('a removal noted in a later log counts for an earlier one', () => {
    table([], { 'deduplication_log_1.txt': added('all_1_1_0'), 'deduplication_log_2.txt': removed('all_1_1_0') });
    expect(repairDataDir(dataDir).size).toBe(0);
    expect(log()).toBe(added('all_1_1_0'));
  });

  test('nothing else in the folder is touched or left behind', () => {
    table(['all_1_1_0'], { 'deduplication_log_1.txt': added('all_5_5_0'), 'notes.md': 'x' });
    expect([...repairDataDir(dataDir).keys()]).toEqual([
      join(tableDir, 'deduplication_logs', 'deduplication_log_1.txt'),
    ]);
    expect(readdirSync(tableDir).sort()).toEqual(['all_1_1_0', 'deduplication_logs']);
    expect(log('notes.md')).toBe('x');
  });

  test('tables without logs and a directory without tables are fine', () => {
    expect(repairDataDir(dataDir).size).toBe(0);
    mkdirSync(join(tableDir, 'all_1_1_0'), { recursive: true });
    expect(repairDataDir(dataDir).size).toBe(0);
  });
});

test.each([
  ['all_1_2_3', { partition: 'all', min: 1, max: 2 }],
  ['202401_1_2_3_4', { partition: '202401', min: 1, max: 2 }],
  ['2024-01_1_2_3', { partition: '2024-01', min: 1, max: 2 }],
  ['tmp_insert_all_1_1_0', undefined],
  ['tmp_merge_all_1_5_1', undefined],
  ['delete_tmp_all_1_1_0', undefined],
  ['detached', undefined],
  ['format_version.txt', undefined],
])('the folder %s is the part %j', (name, range) => expect(partRange(name)).toEqual(range));

function dropped(before: string, after: string): string {
  const kept = new Set(after.split('\n'));
  return before
    .split('\n')
    .filter((line) => line !== '' && !kept.has(line))
    .join('\n');
}
