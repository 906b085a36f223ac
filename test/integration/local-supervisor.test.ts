import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { launchPart, stopPart } from '../../infra/local/launch';
import type { Part, PartContext } from '../../infra/local/part';
import { readPidState } from '../../infra/local/pid-files';
import {
  formatProgress,
  type PartName,
  type Progress,
  StackFault,
  type StackOptions,
  stackAddresses,
  stackStatus,
  startStack,
  stopStack,
} from '../../infra/local/stack';
import { projectRoot } from './support/build';
import { writeFakeDist } from './support/fake-services';

jest.setTimeout(180_000);

const portOffset = 20_400;
const parts: readonly PartName[] = ['clickhouse', 'ingest', 'enrich', 'sessionize', 'load'];

let home = '';
let options: StackOptions;
let seen: Progress[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'supervisor-'));
  const distDir = join(home, 'dist');
  writeFakeDist(distDir);
  seen = [];
  const onProgress = (progress: Progress) => seen.push(progress);
  options = { dir: join(home, 'stack'), portOffset, parts, env: process.env, distDir, onProgress, setUpSteps: [] };
});

afterEach(async () => {
  await stopStack({ dir: options.dir });
  rmSync(home, { recursive: true });
});

const kinds = () => seen.map((progress) => `${progress.kind} ${'part' in progress ? progress.part : ''}`.trim());
const runningParts = () => parts.filter((name) => readPidState(options.dir, name).state === 'running');

describe('up', () => {
  test('the server, then the set-up steps one after the other, then the services', async () => {
    const steps: string[] = [];
    const step = (name: string, needs: readonly PartName[]) => ({
      name,
      needs,
      run: async (context: PartContext) => {
        expect(runningParts()).toEqual(['clickhouse']);
        expect(context.addresses).toEqual(stackAddresses(portOffset));
        steps.push(name);
        return `${name} made`;
      },
    });
    const setUpSteps = [step('tables', ['clickhouse']), step('views', ['clickhouse']), step('topics', ['kafka'])];
    await startStack({ ...options, setUpSteps });

    expect(steps).toEqual(['tables', 'views']);
    expect(kinds().slice(0, 3)).toEqual(['ready clickhouse', 'set_up', 'set_up']);
    expect(kinds().slice(3).sort()).toEqual(['ready enrich', 'ready ingest', 'ready load', 'ready sessionize']);
    expect(runningParts()).toEqual(parts);
  });

  test('a service gets the addresses of its stack, its own port, and what is set for it alone', async () => {
    const stack = await startStack({ ...options, partEnv: { enrich: { LATENESS_MS: '5' } } });
    const environmentOf = async (url: string) => (await (await fetch(url)).json()) as Record<string, string>;
    expect(await environmentOf(stack.addresses.enrichUrl)).toMatchObject({
      KAFKA_BROKERS: '127.0.0.1:29492',
      SCHEMA_REGISTRY_URL: 'http://127.0.0.1:28485/apis/ccompat/v7',
      CLICKHOUSE_URL: 'http://127.0.0.1:28523',
      HOST: '127.0.0.1',
      PORT: '29501',
      LATENESS_MS: '5',
    });
    expect(await environmentOf(stack.addresses.loadUrl)).not.toHaveProperty('LATENESS_MS');
    expect(await environmentOf(stack.addresses.clickhouseUrl)).toMatchObject({
      PORT: '28523',
      CLICKHOUSE_DATA_DIR: join(options.dir, 'data', 'clickhouse'),
    });
  });

  test('a part that dies is named with the end of its log, and what had been started is stopped again', async () => {
    const started = startStack({ ...options, partEnv: { load: { FAKE_FAULT: 'no such table: sessions' } } });
    const fault = await started.catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(StackFault);
    expect(fault).toMatchObject({
      message: `load did not start: it ended while it was starting (exit code 3); the end of ${join(options.dir, 'logs', 'load.log')}:`,
      evidence: ['no such table: sessions'],
    });
    expect(runningParts()).toEqual([]);
    expect((await stackStatus(options.dir)).map(({ state }) => state)).toEqual(Array(7).fill('stopped'));
  });

  test('a set-up step that fails stops the start before any service', async () => {
    const failing = {
      name: 'tables',
      needs: ['clickhouse'] as const,
      run: () => Promise.reject(new StackFault('no.')),
    };
    await expect(startStack({ ...options, setUpSteps: [failing] })).rejects.toThrow('no.');
    expect(kinds()).toEqual(['ready clickhouse', 'stopped clickhouse']);
    expect(existsSync(join(options.dir, 'logs', 'ingest.log'))).toBe(false);
  });

  test('an interruption stops what had been started', async () => {
    const interruption = new AbortController();
    const waiting = {
      name: 'tables',
      needs: ['clickhouse'] as const,
      run: async () => {
        interruption.abort(new StackFault('Interrupted.'));
        return '';
      },
    };
    await expect(startStack({ ...options, setUpSteps: [waiting], signal: interruption.signal })).rejects.toThrow(
      'Interrupted.',
    );
    expect(runningParts()).toEqual([]);
  });

  test('a service that is not compiled is told before anything is started', async () => {
    rmSync(join(home, 'dist', 'services', 'load'), { recursive: true });
    await expect(startStack(options)).rejects.toThrow(
      `${join(home, 'dist', 'services', 'load', 'main.js')} is missing: build the project first with \`npm run build\`.`,
    );
    expect(seen).toEqual([]);
  });
});

test('a killed part is seen as died, stays so until it is started, and the others go on', async () => {
  const stack = await startStack(options);
  const others = parts.filter((name) => name !== 'enrich');
  const before = others.map((name) => readPidState(options.dir, name));
  await stack.killPart('enrich');
  const states = Object.fromEntries((await stack.status()).map(({ part, state }) => [part, state]));
  expect(states).toMatchObject({ enrich: 'died', ingest: 'ready', load: 'ready' });
  await stack.startPart('enrich');
  expect(runningParts()).toEqual(parts);
  expect(others.map((name) => readPidState(options.dir, name))).toEqual(before);
});

test('down stops the services before the server, in the reverse order of the start, and a dead part is told', async () => {
  const stack = await startStack(options);
  await stack.killPart('ingest');
  seen.length = 0;
  await stack.stop();
  expect(kinds().at(-1)).toBe('stopped clickhouse');
  expect(kinds()).toContain('had_died ingest');
  expect(runningParts()).toEqual([]);
});

describe('time bounds', () => {
  /** A process that ignores SIGTERM and is never ready. */
  const stubborn: Part = {
    name: 'ingest',
    ports: () => [],
    address: () => '',
    readyWithinMs: 300,
    stopWithinMs: 300,
    check: async () => {},
    prepare: async () => ({
      command: process.execPath,
      args: ['-e', "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"],
      env: {},
      cwd: home,
    }),
    isReady: async () => false,
  };
  const launch = (part: Part) =>
    launchPart(
      part,
      {
        stackDir: options.dir,
        addresses: stackAddresses(portOffset),
        projectRoot,
        distDir: join(home, 'dist'),
        env: {},
        partEnv: {},
        java: () => Promise.reject(new Error('not asked for')),
      },
      (progress) => seen.push(progress),
      new AbortController().signal,
    );

  test('a part that is not ready in time is a fault, and it can be stopped by force', async () => {
    await expect(launch({ ...stubborn, readyWithinMs: 1_000 })).rejects.toThrow(
      'ingest did not start: it was not ready within 1 s;',
    );
    expect(await stopPart(options.dir, stubborn, (progress) => seen.push(progress))).toBe(true);
    expect(seen.map(formatProgress)).toEqual([
      expect.stringMatching(/ingest +stopped in .* s \(did not end by itself: killed\)/),
    ]);
    expect(readPidState(options.dir, 'ingest')).toEqual({ state: 'stopped' });
  });

  test('a command that does not exist is a fault', async () => {
    const missing = async () => ({ command: join(home, 'nothing'), args: [], env: {}, cwd: home });
    await expect(launch({ ...stubborn, prepare: missing })).rejects.toThrow(/ENOENT/);
  });
});

describe('the command line', () => {
  interface Outcome {
    code: number;
    stdout: string;
    stderr: string;
  }

  function cli(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
    const own = { STACK_DIR: options.dir, STACK_PORT_OFFSET: String(portOffset), CD_DIST: join(home, 'dist') };
    const command = ['--import', 'tsx', join(projectRoot, 'infra/local/cli.ts'), ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, command, { env: { ...process.env, ...own, ...env } }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      });
    });
  }

  test('up outlives its command; status, logs and down find it', async () => {
    expect(await cli(['up', ...parts])).toMatchObject({ code: 0, stderr: '' });
    expect(runningParts()).toEqual(parts);
    const status = await cli(['status']);
    expect(status.stdout).toMatch(/^clickhouse +\d+ +ready +\d+ +\d+ s +http:\/\/127\.0\.0\.1:28523$/m);
    expect(status.code).toBe(3);
    expect((await cli(['logs', 'ingest'])).stdout).toContain('listening\n');
    expect(await cli(['clean-data'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The stack in .* runs \(/),
    });
    expect(await cli(['down'])).toMatchObject({ code: 0, stderr: '' });
    expect(runningParts()).toEqual([]);
    expect(await cli(['clean-data'])).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(options.dir, 'data'))).toBe(false);
    expect(existsSync(join(options.dir, 'logs'))).toBe(true);
  });

  const faults: { name: string; args: string[]; env: Record<string, string>; stderr: RegExp }[] = [
    {
      name: 'a wrong offset',
      args: ['up'],
      env: { STACK_PORT_OFFSET: 'many' },
      stderr: /^STACK_PORT_OFFSET is "many" .*\.$/,
    },
    { name: 'an unknown part', args: ['up', 'kafak'], env: {}, stderr: /^There is no part named "kafak": .*\.$/ },
    { name: 'a folder under a file', args: ['up'], env: { STACK_DIR: __filename }, stderr: /^Cannot write to .*\.$/ },
    { name: 'no Java', args: ['up', 'kafka'], env: { JAVA_HOME: '/nowhere' }, stderr: /^Java was not found .*\.$/ },
    { name: 'no logs yet', args: ['logs'], env: {}, stderr: /^There are no logs of .*\.$/ },
  ];
  test.each(faults)('$name: one sentence, no stack trace, exit code 1', async ({ args, env, stderr }) => {
    const outcome = await cli(args, env);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr.trimEnd()).toMatch(stderr);
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('an unknown command shows the usage', async () => {
    expect(await cli(['start'])).toMatchObject({ code: 2, stdout: expect.stringContaining('Usage:') });
  });
});
