import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withLock } from '../../../../infra/local/lock';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const options = { waitMs: 0, holderDoes: 'is starting this stack' };
const lock = () => join(dir, 'stack.lock');

test('a held lock is told with the process that holds it, and let go afterwards', async () => {
  await withLock(lock(), options, async () => {
    await expect(withLock(lock(), options, async () => 'twice')).rejects.toThrow(
      `Another command (process ${process.pid}) is starting this stack: try again when it is done.`,
    );
  });
  expect(await withLock(lock(), options, async () => 'free')).toBe('free');
  expect(readdirSync(dir)).toEqual([]);
});

test('it is let go when the work fails', async () => {
  await expect(withLock(lock(), options, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(readdirSync(dir)).toEqual([]);
});

test('the lock of a process that has died is taken over', async () => {
  writeFileSync(lock(), JSON.stringify({ pid: process.pid, startMark: 'another start' }));
  expect(await withLock(lock(), options, async () => 'taken')).toBe('taken');
});

test('those who wait come one after the other', async () => {
  const order: string[] = [];
  const work = (name: string) =>
    withLock(lock(), { ...options, waitMs: 5_000, onWait: () => order.push('waits') }, async () => {
      order.push(`${name} begins`);
      await sleep(20);
      order.push(`${name} ends`);
    });
  await Promise.all([work('a'), work('b')]);
  expect(order).toEqual(['a begins', 'waits', 'a ends', 'b begins', 'b ends']);
});
