import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackFault } from './faults';
import { lastLines, logPath, openLog } from './logs';
import type { Part, PartContext } from './part';
import { type PidRecord, readPidState, removePidFile, writePidFile } from './pid-files';
import { stackDirVariable, stackPartVariable } from './port-holder';
import { hasEnded, isRunning, signalProcess, startMark } from './processes';
import type { OnProgress } from './progress';

const pollEveryMs = 100;
const tellEveryMs = 10_000;

/**
 * Starts one part and resolves when it is ready; its pid file is written at once, so that whatever happens later it can
 * be stopped. Throws StackFault with the end of its log when it dies or is not ready in time; it is not restarted.
 */
export async function launchPart(
  part: Part,
  context: PartContext,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = new Date();
  const { command, args, env, cwd } = await part.prepare(context);
  signal.throwIfAborted();

  const log = openLog(context.stackDir, part.name);
  const child = spawn(command, args, {
    cwd,
    env: { ...env, [stackDirVariable]: context.stackDir, [stackPartVariable]: part.name },
    // Its own session: the stack outlives this command, and Ctrl-C in the terminal does not reach it.
    detached: true,
    stdio: ['ignore', log.descriptor, log.descriptor],
  });
  closeSync(log.descriptor);
  let ending = '';
  child.once('error', (error) => {
    ending = error.message;
  });
  child.once('exit', (code, killedBy) => {
    ending = killedBy ? `signal ${killedBy}` : `exit code ${code}`;
  });
  child.unref();

  const fault = (what: string) => {
    const evidence = lastLines(context.stackDir, part.name, 15, log.startsAt);
    const reason = evidence.some((line) => line.includes('No space left on device')) ? 'the disk is full' : what;
    return new StackFault(
      `${part.name} did not start: ${reason}; the end of ${logPath(context.stackDir, part.name)}:`,
      evidence,
    );
  };
  const died = async () => {
    // The exit event comes a moment after the process is gone.
    for (let waitedMs = 0; ending === '' && waitedMs < 500; waitedMs += 20) await sleep(20);
    return fault(`it ended while it was starting (${ending || 'nobody saw how'})`);
  };

  const mark = child.pid === undefined ? undefined : startMark(child.pid);
  if (child.pid === undefined || mark === undefined) throw await died();
  const record: PidRecord = { pid: child.pid, startMark: mark, startedAt };
  writePidFile(context.stackDir, part.name, record);

  const elapsedMs = () => Date.now() - startedAt.getTime();
  let tellAtMs = tellEveryMs;
  while (!(await part.isReady(context.addresses))) {
    signal.throwIfAborted();
    if (!isRunning(record)) throw await died();
    if (elapsedMs() > part.readyWithinMs) throw fault(`it was not ready within ${part.readyWithinMs / 1000} s`);
    if (elapsedMs() > tellAtMs) {
      onProgress({ kind: 'waiting', part: part.name, seconds: elapsedMs() / 1000 });
      tellAtMs += tellEveryMs;
    }
    await sleep(pollEveryMs);
  }
  // Ready may have been the answer of somebody else who took the port a moment earlier.
  if (!isRunning(record)) throw await died();
  const address = part.address(context.addresses);
  onProgress({ kind: 'ready', part: part.name, seconds: elapsedMs() / 1000, address, pid: record.pid });
}

/**
 * Ends exactly the process of the part's pid file, if that is still the one that was started: SIGTERM, then SIGKILL
 * after the part's bound. Answers whether there was anything to stop.
 */
export async function stopPart(stackDir: string, part: Part, onProgress: OnProgress): Promise<boolean> {
  const state = readPidState(stackDir, part.name);
  if (state.state === 'running') {
    const startedAt = Date.now();
    signalProcess(state.record, 'SIGTERM');
    const killed = !(await hasEnded(state.record, part.stopWithinMs));
    if (killed) {
      signalProcess(state.record, 'SIGKILL');
      if (!(await hasEnded(state.record, 10_000))) {
        throw new StackFault(`${part.name} (process ${state.record.pid}) could not be ended, not even by SIGKILL.`);
      }
    }
    onProgress({ kind: 'stopped', part: part.name, seconds: (Date.now() - startedAt) / 1000, killed });
  } else if (state.state === 'died') {
    onProgress({ kind: 'had_died', part: part.name, pid: state.record.pid });
  }
  removePidFile(stackDir, part.name);
  return state.state === 'running';
}
