import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemErrorCode } from './faults';

const hasProc = existsSync('/proc/self/stat');

/**
 * A text that tells this process from every other that had or will have its number: the moment it started, in kernel
 * ticks since boot. Undefined when there is no such process or it has ended and only waits to be collected.
 */
export function startMark(pid: number): string | undefined {
  return hasProc ? startMarkFromProc(readProc(pid, 'stat')) : startMarkFromPs(pid);
}

/**
 * Field 22 of /proc/<pid>/stat. The command in field 2 may itself hold spaces and brackets, hence the last ')'.
 *
 * A killed JVM is a zombie (field 3) as soon as its first thread is gone; until the others are (field 20), it holds its
 * ports and has not ended.
 */
export function startMarkFromProc(stat: string | undefined): string | undefined {
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, threads, startTicks] = [fields[0], Number(fields[17]), fields[19]];
  return state === 'X' || (state === 'Z' && threads <= 1) ? undefined : startTicks;
}

/** The same where there is no /proc (macOS); its resolution is a second. */
export function startMarkFromPs(pid: number): string | undefined {
  const [state, ...startedAt] = (ps(pid, 'stat=,lstart=') ?? '').split(/\s+/);
  return !state || state.startsWith('Z') ? undefined : startedAt.join(' ');
}

/** Resident memory in bytes, or undefined when the process is gone. */
export function residentBytes(pid: number): number | undefined {
  const kibibytes = hasProc ? /^VmRSS:\s+(\d+)/m.exec(readProc(pid, 'status') ?? '')?.[1] : ps(pid, 'rss=');
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** The command line with its arguments, or undefined when it cannot be seen. */
export function commandLine(pid: number): string | undefined {
  const line = hasProc ? readProc(pid, 'cmdline')?.replaceAll('\0', ' ').trim() : ps(pid, 'command=');
  return line || undefined;
}

/** One variable of another process's environment, or undefined when it is not set or cannot be seen. */
export function environmentVariable(pid: number, name: string): string | undefined {
  const entries = hasProc ? readProc(pid, 'environ')?.split('\0') : undefined;
  return entries?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

export interface ProcessIdentity {
  pid: number;
  startMark: string;
}

export function isRunning({ pid, startMark: mark }: ProcessIdentity): boolean {
  return startMark(pid) === mark;
}

/** Sends a signal to exactly this process; false when it has already ended, whoever has its number now. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Waits until the process has ended; false when it still runs after `withinMs`. */
export async function hasEnded(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isRunning(identity)) {
    if (Date.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(pid: number, columns: string): string | undefined {
  try {
    const output = execFileSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
    return output.trim() || undefined;
  } catch {
    return undefined;
  }
}
