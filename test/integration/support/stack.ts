import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import {
  cleanData,
  type PartName,
  type Stack,
  type StackOptions,
  startStack,
  stopStack,
} from '../../../infra/local/stack';
import { builtDist, projectRoot } from './build';

/** The first run of all fetches Kafka and the registry. */
const startTimeoutMs = 300_000;

/** A test's Kafka lives for a minute: what the optimising compiler does for it comes too late (test/README.md, Why). */
const briefKafka = ['-XX:TieredStopAtLevel=1'];

interface TestStackOptions extends Pick<StackOptions, 'partEnv' | 'setUpSteps' | 'kafka'> {
  /** By default one of the worker's own, so that test files which run side by side do not meet. */
  portOffset?: number;
}

/**
 * Starts a stack with fresh data before the tests of the file (or of the `describe` around the call) and stops it after
 * them, whatever became of them. Never the user's stack: folder and ports are its own. Its logs stay in
 * `.local/test-<port offset>/logs` until the next run.
 *
 *     const local = withStack(['kafka', 'registry']);
 *     test('…', async () => { use(local.stack.addresses.kafkaBrokers); });
 */
export function withStack(parts: readonly PartName[], options: TestStackOptions = {}): { readonly stack: Stack } {
  const { portOffset = workerPortOffset(), ...rest } = options;
  const kafka = { javaFlags: briefKafka, ...options.kafka };
  const dir = join(projectRoot, '.local', `test-${portOffset}`);
  let stack: Stack | undefined;

  beforeAll(async () => {
    await removeStack(dir);
    const distDir = await builtDist();
    stack = await startStack({ dir, portOffset, parts, env: process.env, distDir, ...rest, kafka });
  }, startTimeoutMs);

  afterAll(async () => {
    await stopStack({ dir });
    await cleanData(dir);
  }, 180_000);

  return {
    get stack() {
      if (!stack) throw new Error('the stack is started before the tests, not while they are declared');
      return stack;
    },
  };
}

/** Stops what an earlier, broken-off run left behind and forgets all of it. */
export async function removeStack(dir: string): Promise<void> {
  await stopStack({ dir });
  rmSync(dir, { recursive: true, force: true });
}

/**
 * From 15000 (TEST_PORT_OFFSET, where several people test on one machine) in steps in which no two parts can meet, and
 * below the ports that systems give to outgoing connections.
 */
export function workerPortOffset(): number {
  return Number(process.env.TEST_PORT_OFFSET ?? 15_000) + 200 * ((Number(process.env.JEST_WORKER_ID ?? 1) - 1) % 25);
}
