import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const rotateAtBytes = 20e6;
const tailBytes = 64 * 1024;

export const logPath = (stackDir: string, name: string) => join(stackDir, 'logs', `${name}.log`);

/**
 * Opens a log for appending and marks the new start in it; answers the descriptor (to be closed by the caller) and
 * where this start's lines begin. What a part said before a kill stays in the file; a large one is put aside once.
 */
export function openLog(stackDir: string, name: string): { descriptor: number; startsAt: number } {
  const path = logPath(stackDir, name);
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && statSync(path).size > rotateAtBytes) renameSync(path, `${path}.previous`);
  const descriptor = openSync(path, 'a');
  writeSync(descriptor, `--- ${name} started ${new Date().toISOString()}\n`);
  return { descriptor, startsAt: fstatSync(descriptor).size };
}

/** The last lines of a log, none of them from before the byte `from`; empty when there is no log. */
export function lastLines(stackDir: string, name: string, count: number, from = 0): string[] {
  const path = logPath(stackDir, name);
  if (!existsSync(path)) return [];
  const size = statSync(path).size;
  const text = readLog(path, Math.max(from, size - tailBytes), size);
  return text.split('\n').filter(Boolean).slice(-count);
}

/** The text between two byte positions of a file. */
export function readLog(path: string, from: number, to: number): string {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, to - from));
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, from));
  } finally {
    closeSync(descriptor);
  }
}
