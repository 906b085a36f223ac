import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartName } from './addresses';
import { isRunning, type ProcessIdentity } from './processes';

export interface PidRecord extends ProcessIdentity {
  startedAt: Date;
}

/** What a pid file says about its part: `died` is a process that ended without being stopped by the supervisor. */
export type PidState =
  | { state: 'running'; record: PidRecord }
  | { state: 'died'; record: PidRecord }
  | { state: 'stopped' };

export const pidFilePath = (stackDir: string, name: PartName) => join(stackDir, `${name}.pid`);

/** Three lines: pid, start mark, start time. The pid comes first so that `head -1` gives it to a shell. */
export function formatPidRecord({ pid, startMark, startedAt }: PidRecord): string {
  return `${pid}\n${startMark}\n${startedAt.toISOString()}\n`;
}

/** Undefined for text that is no pid file of ours (cut short, edited): such a file stops nothing. */
export function parsePidRecord(text: string): PidRecord | undefined {
  const [pidText = '', mark = '', startedAtText = ''] = text.split('\n');
  const startedAt = new Date(startedAtText);
  if (!/^[1-9]\d*$/.test(pidText) || mark === '' || Number.isNaN(startedAt.getTime())) return undefined;
  return { pid: Number(pidText), startMark: mark, startedAt };
}

export function writePidFile(stackDir: string, name: PartName, record: PidRecord): void {
  writeFileSync(pidFilePath(stackDir, name), formatPidRecord(record));
}

export function removePidFile(stackDir: string, name: PartName): void {
  rmSync(pidFilePath(stackDir, name), { force: true });
}

export function readPidState(stackDir: string, name: PartName): PidState {
  const record = readRecord(pidFilePath(stackDir, name));
  if (record === undefined) return { state: 'stopped' };
  return { state: isRunning(record) ? 'running' : 'died', record };
}

function readRecord(path: string): PidRecord | undefined {
  try {
    return parsePidRecord(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
