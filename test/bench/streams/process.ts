import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Kernel ticks in a second, as /proc counts them on every Linux. */
const ticksPerSecond = 100;
const stopWithinMs = 25_000;

/** A process under measurement; what it prints is kept and also stands in its log file. */
export interface Contender {
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Throws with the end of what it printed when it has ended. */
  assertRunning(): void;
  /** SIGTERM, and SIGKILL when that does not end it in time. Resolves when it has ended. */
  stop(): Promise<void>;
}

const running = new Set<Contender>();

/** Starts a command with no environment but what is given: settings of a user's own must not reach a measurement. */
export function startContender(command: string, args: string[], env: Record<string, string>, log: string): Contender {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  writeFileSync(log, '');
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
      appendFileSync(log, data);
    });
  }
  let ending: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ending = error.message;
      resolve();
    });
    child.once('close', (code, signal) => {
      ending ??= signal ?? `exit code ${code}`;
      resolve();
    });
  });
  const contender: Contender = {
    pid: child.pid ?? 0,
    output: () => output,
    assertRunning: () => {
      if (ending !== undefined) throw new Error(`${command} ended (${ending}): ${output.slice(-2_000)}`);
    },
    stop: async () => {
      child.kill('SIGTERM');
      const inTime = await Promise.race([ended.then(() => true), sleep(stopWithinMs, false, { ref: false })]);
      if (!inTime) child.kill('SIGKILL');
      await ended;
      running.delete(contender);
    },
  };
  running.add(contender);
  return contender;
}

/** Ends whatever was started and still runs. */
export async function stopContenders(): Promise<void> {
  await Promise.all([...running].map((contender) => contender.stop()));
}

/** User and system time of a process with all its threads so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Time that all processors have worked so far, for anybody, in seconds. */
export function machineCpuSeconds(): number {
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split(/\s+/, 9)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

/** Highest resident size so far, MB. */
export function peakRssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

/** Waits until a condition holds, asking every `everyMs`; throws when it does not within `withinMs`. */
export async function until(
  what: string,
  withinMs: number,
  everyMs: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await holds()); await sleep(everyMs)) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs / 1000} s for ${what}`);
  }
}
