import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PartName, partNames, type StackAddresses, stackAddresses } from './addresses';
import { StackFault } from './faults';
import { stopPart } from './launch';
import { withLock } from './lock';
import { partNamed, parts } from './parts';
import { readPidState } from './pid-files';
import { hasEnded, signalProcess } from './processes';
import type { OnProgress } from './progress';
import { requireWritable } from './requirements';
import type { StackOptions } from './stack-options';
import { type PartStatus, partStatus } from './status';
import { savedPortOffset, startMissing, stopParts } from './supervise';

export type { PartName, StackAddresses } from './addresses';
export { parsePortOffset, partNames, stackAddresses } from './addresses';
export { StackFault } from './faults';
export { formatProgress, type OnProgress, type Progress } from './progress';
export type { StackOptions } from './stack-options';
export type { PartStatus } from './status';

export interface Stack {
  readonly dir: string;
  readonly addresses: StackAddresses;
  /** Starts a part that does not run, without set-up steps, and resolves when it is ready. */
  startPart(name: PartName): Promise<void>;
  /** Sends a signal and waits up to 30 s for the end; the part then counts as died until it is started again. */
  killPart(name: PartName, signal?: NodeJS.Signals): Promise<void>;
  stopPart(name: PartName): Promise<void>;
  status(): Promise<PartStatus[]>;
  stop(): Promise<void>;
}

/**
 * Starts the parts that do not run yet and resolves when all are ready; what runs already is left as it is.
 *
 * All or nothing: when a part fails, those this call had started are stopped again and the fault of the first is
 * thrown. Every fault that can be seen beforehand (ports, disk, Java) is thrown before anything is started.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stack = openStack(options);
  const wanted = partNames.filter((name) => options.parts?.includes(name) ?? true);
  requireWritable(stack.dir);
  await locked(stack.dir, 0, () => startMissing(stack.dir, options, wanted, true));
  return stack;
}

/** A handle on the stack in a folder, started or not; does nothing by itself. */
export function openStack(options: StackOptions): Stack {
  const dir = resolve(options.dir);
  const onProgress = options.onProgress ?? (() => {});
  return {
    dir,
    addresses: stackAddresses(options.portOffset),
    startPart: (name) => locked(dir, 120_000, () => startMissing(dir, options, [name], false)),
    killPart: async (name, signal = 'SIGKILL') => {
      const state = readPidState(dir, name);
      if (state.state !== 'running') throw new StackFault(`${name} does not run: there is nothing to kill.`);
      signalProcess(state.record, signal);
      if (!(await hasEnded(state.record, 30_000))) throw new StackFault(`${name} outlived ${signal} by 30 s.`);
    },
    stopPart: (name) =>
      locked(dir, 120_000, async () => {
        await stopPart(dir, partNamed(name), onProgress);
      }),
    status: () => stackStatus(dir),
    stop: async () => {
      await stopStack({ dir, onProgress });
    },
  };
}

/** Stops what was started in this folder, in reverse order, and nothing else; answers the parts it stopped. */
export async function stopStack(options: { dir: string; onProgress?: OnProgress }): Promise<PartName[]> {
  const dir = resolve(options.dir);
  if (!existsSync(dir)) return [];
  return locked(dir, 0, () => stopParts(dir, partNames, options.onProgress ?? (() => {})));
}

/** The state of every part of the stack in a folder. */
export function stackStatus(stackDir: string): Promise<PartStatus[]> {
  const dir = resolve(stackDir);
  const addresses = stackAddresses(savedPortOffset(dir) ?? 0);
  return Promise.all(parts.map((part) => partStatus(dir, part, addresses)));
}

/** Deletes what a stack has stored (topics, schemas, tables); logs stay. Throws StackFault while a part runs. */
export async function cleanData(stackDir: string): Promise<void> {
  const dir = resolve(stackDir);
  if (!existsSync(dir)) return;
  await locked(dir, 0, async () => {
    const running = partNames.filter((name) => readPidState(dir, name).state === 'running');
    if (running.length > 0) {
      throw new StackFault(`The stack in ${dir} runs (${running.join(', ')}): stop it first with \`make down\`.`);
    }
    rmSync(join(dir, 'data'), { recursive: true, force: true });
  });
}

const locked = <T>(dir: string, waitMs: number, work: () => Promise<T>) =>
  withLock(join(dir, 'stack.lock'), { waitMs, holderDoes: 'is starting or stopping this stack' }, work);
