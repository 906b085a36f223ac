import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  formatPidRecord,
  parsePidRecord,
  pidFilePath,
  readPidState,
  removePidFile,
  writePidFile,
} from '../../../../infra/local/pid-files';
import { startMark } from '../../../../infra/local/processes';

const record = { pid: 4711, startMark: '987654', startedAt: new Date('2026-11-23T10:00:00.000Z') };

describe('the text of a pid file', () => {
  test('begins with the pid, for shells', () => {
    expect(formatPidRecord(record)).toBe('4711\n987654\n2026-11-23T10:00:00.000Z\n');
  });

  test('reads back', () => {
    expect(parsePidRecord(formatPidRecord(record))).toEqual(record);
  });

  test.each([
    '',
    '4711',
    '4711\n',
    '4711\n987654\n',
    '4711\n987654\nyesterday\n',
    '0\n1\n2026-11-23\n',
    '-1\n1\n2026-11-23\n',
  ])('%j is no pid file', (text) => {
    expect(parsePidRecord(text)).toBeUndefined();
  });
});

describe('the state of a part', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pid-files-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const own = () => ({ pid: process.pid, startMark: startMark(process.pid) ?? '', startedAt: record.startedAt });

  test('without a file it is stopped', () => {
    expect(readPidState(dir, 'kafka')).toEqual({ state: 'stopped' });
  });

  test('with the file of a live process it runs', () => {
    writePidFile(dir, 'kafka', own());
    expect(readPidState(dir, 'kafka')).toEqual({ state: 'running', record: own() });
  });

  test('when the number was given to another process it has died', () => {
    const reused = { ...own(), startMark: '1' };
    writePidFile(dir, 'kafka', reused);
    expect(readPidState(dir, 'kafka')).toEqual({ state: 'died', record: reused });
  });

  test('a damaged file stops nothing', () => {
    writeFileSync(pidFilePath(dir, 'kafka'), `${process.pid}\n`);
    expect(readPidState(dir, 'kafka')).toEqual({ state: 'stopped' });
  });

  test('after removal it is stopped', () => {
    writePidFile(dir, 'kafka', own());
    removePidFile(dir, 'kafka');
    expect(readPidState(dir, 'kafka')).toEqual({ state: 'stopped' });
  });
});
