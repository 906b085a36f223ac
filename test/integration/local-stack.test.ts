import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { pidFilePath, readPidState } from '../../infra/local/pid-files';
import { findPortHolder, isPortFree } from '../../infra/local/port-holder';
import { startMark } from '../../infra/local/processes';
import { cleanData, type PartName, type Progress, type Stack, startStack } from '../../infra/local/stack';
import { ConfigResourceTypes, Kafka, logLevel } from '../../services/lib/kafka/kafkajs';
import { SchemaLookup } from '../../services/lib/schema-lookup';
import { projectRoot } from './support/build';
import { removeStack } from './support/stack';

jest.setTimeout(360_000);

const portOffset = 20_200;
const dir = join(projectRoot, '.local', `test-${portOffset}`);
const parts: readonly PartName[] = ['kafka', 'registry'];
const options = { dir, portOffset, parts, env: process.env, setUpSteps: [] };

let stack: Stack;

beforeAll(async () => {
  await removeStack(dir);
  stack = await startStack(options);
}, 900_000);

afterAll(() => removeStack(dir));

async function stateOf(name: PartName) {
  return (await stack.status()).find(({ part }) => part === name)?.state;
}

const schemaOf = (name: string) => JSON.stringify({ type: 'record', name, fields: [{ name: 'a', type: 'long' }] });

async function registerSchema(name: string): Promise<number> {
  const response = await fetch(`${stack.addresses.schemaRegistryUrl}/subjects/${name}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: schemaOf(name) }),
  });
  const { id } = (await response.json()) as { id: number };
  return id;
}

async function schemaWithId(id: number): Promise<string | undefined> {
  const response = await fetch(`${stack.addresses.schemaRegistryUrl}/schemas/ids/${id}`);
  return ((await response.json()) as { schema?: string }).schema;
}

test('started parts are ready, the others stopped, and each has a pid file and a log of its own', async () => {
  const states = Object.fromEntries((await stack.status()).map(({ part, state }) => [part, state]));
  expect(states).toEqual({
    kafka: 'ready',
    registry: 'ready',
    clickhouse: 'stopped',
    ingest: 'stopped',
    enrich: 'stopped',
    sessionize: 'stopped',
    load: 'stopped',
  });
  expect(readdirSync(dir).filter((name) => name.endsWith('.pid'))).toEqual(['kafka.pid', 'registry.pid']);
  expect(readdirSync(join(dir, 'logs'))).toEqual(['kafka.log', 'registry.log']);
});

test('a second start leaves what runs alone and says so', async () => {
  const before = parts.map((name) => readPidState(dir, name));
  const seen: Progress[] = [];
  await startStack({ ...options, onProgress: (progress) => seen.push(progress) });
  expect(seen.map(({ kind }) => kind)).toEqual(['already_running', 'already_running']);
  expect(parts.map((name) => readPidState(dir, name))).toEqual(before);
});

describe('what would disturb the running stack is refused in one sentence', () => {
  const otherDir = join(projectRoot, '.local', `test-${portOffset}-other`);
  afterAll(() => removeStack(otherDir));

  test('a second stack on the same ports, which starts nothing', async () => {
    const pid = findPortHolder(stack.addresses.ports.kafka)?.pid;
    await expect(startStack({ ...options, dir: otherDir })).rejects.toThrow(
      `Port ${stack.addresses.ports.kafka}, which kafka needs, is taken by kafka of the stack in ${dir} (process ${pid}): ` +
        `stop that stack with \`make down STACK_DIR=${dir}\`, or choose other ports with STACK_PORT_OFFSET.`,
    );
    expect(existsSync(pidFilePath(otherDir, 'kafka'))).toBe(false);
    expect(existsSync(join(otherDir, 'logs'))).toBe(false);
  });

  test('the same stack at another offset', async () => {
    await expect(startStack({ ...options, portOffset: portOffset + 200 })).rejects.toThrow(
      `The stack in ${dir} runs with STACK_PORT_OFFSET=${portOffset}, not ${portOffset + 200}: use that offset, or stop it first with \`make down\`.`,
    );
  });

  test('forgetting its data', async () => {
    await expect(cleanData(dir)).rejects.toThrow(
      `The stack in ${dir} runs (kafka, registry): stop it first with \`make down\`.`,
    );
  });
});

test('schema ids survive a killed registry, and nothing restarts it silently', async () => {
  const id = await registerSchema('Killed');
  await stack.killPart('registry');
  expect(await stateOf('registry')).toBe('died');
  expect(await stateOf('kafka')).toBe('ready');
  await stack.startPart('registry');
  expect(await stateOf('registry')).toBe('ready');
  expect(await registerSchema('Killed')).toBe(id);
  expect(await registerSchema('Next')).toBe(id + 1);
});

test('a registry that starts is never believed to lack a schema', async () => {
  const id = await registerSchema('Denied');
  await stack.killPart('registry');
  const denials: unknown[] = [];
  let answers = 0;
  const started = stack.startPart('registry');
  for (let ready = false; !ready || answers === 0; ) {
    ready = await Promise.race([started.then(() => true), sleep(2, false)]);
    const lookup = new SchemaLookup(stack.addresses.schemaRegistryUrl, id);
    const text = await lookup.textOf(id).catch((error: Error) => error);
    if (text instanceof Error) continue;
    answers += 1;
    if (text === undefined) denials.push(text);
  }
  expect({ denials }).toEqual({ denials: [] });
});

test('schema ids are kept for ever: Kafka would delete the registry’s journal after a week', async () => {
  const admin = new Kafka({ brokers: [stack.addresses.kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: 'kafkasql-journal', configNames: ['retention.ms'] }],
    });
    expect(resources[0]?.configEntries.map(({ configValue }) => configValue)).toEqual(['-1']);
  } finally {
    await admin.disconnect();
  }
});

test('down leaves nothing running, and the next up finds schemas and ids again', async () => {
  const id = await registerSchema('Stopped');
  const pids = parts.map((name) => readPidState(dir, name));
  await stack.stop();
  for (const name of parts) expect(readPidState(dir, name)).toEqual({ state: 'stopped' });
  for (const found of pids) {
    if (found.state !== 'running') throw new Error('every part ran before the stop');
    expect(startMark(found.record.pid)).toBeUndefined();
  }
  for (const port of [
    stack.addresses.ports.kafka,
    stack.addresses.ports.kafkaController,
    stack.addresses.ports.registry,
  ]) {
    expect(await isPortFree('127.0.0.1', port)).toBe(true);
  }

  await startStack(options);
  expect(await schemaWithId(id)).toBe(schemaOf('Stopped'));
  expect(await registerSchema('Stopped')).toBe(id);
});
