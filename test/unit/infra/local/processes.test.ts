import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  commandLine,
  environmentVariable,
  hasEnded,
  isRunning,
  type ProcessIdentity,
  residentBytes,
  signalProcess,
  startMark,
  startMarkFromProc,
  startMarkFromPs,
} from '../../../../infra/local/processes';

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});

function sleeper(): ProcessIdentity {
  const child = spawn('sleep', ['60'], { env: { ...process.env, MARKED: 'yes' } });
  children.push(child);
  const pid = child.pid ?? 0;
  return { pid, startMark: startMark(pid) ?? '' };
}

describe('startMarkFromProc', () => {
  const after = 'S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 9 18 987654 20 21';
  const ended = (threads: number) => after.replace('S', 'Z').replace(' 9 18 ', ` ${threads} 18 `);
  test.each([
    { name: 'a plain command', stat: `42 (sleep) ${after}`, mark: '987654' },
    { name: 'a command with spaces and brackets', stat: `42 (a) S 1 (b) ${after}`, mark: '987654' },
    { name: 'a process that ended and waits to be collected', stat: `42 (sleep) ${ended(0)}` },
    { name: 'a killed process whose other threads still end', stat: `42 (java) ${ended(3)}`, mark: '987654' },
    { name: 'no process', stat: undefined },
  ])('$name', ({ stat, mark }) => {
    expect(startMarkFromProc(stat)).toBe(mark);
  });
});

describe('a running process', () => {
  test('can be seen: start, memory, command, environment', () => {
    const identity = sleeper();
    expect(identity.startMark).not.toBe('');
    expect(isRunning(identity)).toBe(true);
    expect(residentBytes(identity.pid)).toBeGreaterThan(0);
    expect(commandLine(identity.pid)).toBe('sleep 60');
    expect(environmentVariable(identity.pid, 'MARKED')).toBe('yes');
  });

  test('is ended by a signal', async () => {
    const identity = sleeper();
    expect(signalProcess(identity, 'SIGTERM')).toBe(true);
    expect(await hasEnded(identity, 5_000)).toBe(true);
    expect(signalProcess(identity, 'SIGTERM')).toBe(false);
  });

  test('is left alone when its number belongs to another start', async () => {
    const identity = sleeper();
    expect(signalProcess({ ...identity, startMark: `${identity.startMark}0` }, 'SIGKILL')).toBe(false);
    expect(isRunning(identity)).toBe(true);
    expect(await hasEnded(identity, 50)).toBe(false);
  });
});

test('where there is no /proc, ps gives the same mark for the same process and none for a missing one', () => {
  expect(startMarkFromPs(process.pid)).toBe(startMarkFromPs(process.pid));
  expect(startMarkFromPs(2 ** 22 + 1)).toBeUndefined();
});
