import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackFault, systemErrorCode } from './faults';
import { isRunning, type ProcessIdentity, startMark } from './processes';

interface LockOptions {
  /** How long to wait for another holder; 0 gives up at once. */
  waitMs: number;
  /** What the holder is doing, for the sentence: "is starting or stopping this stack". */
  holderDoes: string;
  onWait?: (holderPid: number) => void;
}

/**
 * Runs `work` while no other process holds the same lock file. The lock of a process that has died is taken over.
 * Throws StackFault when another process still holds it after `waitMs`. Not reentrant, also not within one process.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + options.waitMs;
  let told = false;
  for (;;) {
    const holder = tryLock(path);
    if (holder === undefined) break;
    if (Date.now() >= deadline) {
      throw new StackFault(`Another command (process ${holder.pid}) ${options.holderDoes}: try again when it is done.`);
    }
    if (!told) options.onWait?.(holder.pid);
    told = true;
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Takes the lock and answers undefined, or answers who holds it. */
function tryLock(path: string): ProcessIdentity | undefined {
  // A file made by link() is never seen half-written, so what cannot be parsed is no lock.
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, startMark: startMark(process.pid) ?? '' }));
  try {
    for (;;) {
      try {
        linkSync(draft, path);
        return undefined;
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      }
      const holder = readHolder(path);
      if (holder !== undefined && isRunning(holder)) return holder;
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startMark' in value)) return undefined;
    return { pid: Number(value.pid), startMark: String(value.startMark) };
  } catch {
    return undefined;
  }
}
