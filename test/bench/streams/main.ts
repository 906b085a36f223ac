/**
 * Our sessionizer beside Kafka Streams, over the same topic: `node dist/test/bench/streams/main.js`. On a stack of its
 * own; prints a table and JSON. What is compared, and how fairly, stands in README.md.
 */
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { faultText } from '../../../infra/local/faults';
import { cleanData, formatProgress, type Stack, startStack, stopStack } from '../../../infra/local/stack';
import { projectRoot } from '../../../infra/local/supervise';
import { createKafka } from '../../../services/lib/kafka/client';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { createLog } from '../../../services/lib/log';
import { readSettings } from '../../../services/lib/settings';
import { topics } from '../../../services/lib/topics';
import { type Arena, gap_ms } from './contest';
import { writeInput } from './input';
import { prepareApp } from './kafka-streams';
import { generateLoad, loadShapes } from './loads';
import { stopContenders } from './process';
import { table } from './report';
import { type LoadResult, runRounds } from './rounds';
import { expectedSessions } from './sessions';
import { benchSettings } from './settings';
import { makeProjectTopics, removeTopics } from './topics';

const portOffset = 8_000;
const dir = resolve('.local', 'streams');

async function main(): Promise<void> {
  const settings = readSettings(benchSettings, process.env);
  const root = projectRoot();
  const app = await prepareApp(
    join(root, 'test', 'bench', 'streams', 'java'),
    join(root, '.local', 'downloads'),
    process.env,
  );
  const stack = await emptyStack();
  try {
    const kafka = createKafka({ KAFKA_BROKERS: stack.addresses.kafkaBrokers }, 'bench', createLog('bench', 'silent'));
    const admin = kafka.admin();
    await admin.connect();
    const reader = await PartitionReader.connect(kafka);
    const broker = (await stack.status()).find(({ part }) => part === 'kafka');
    const arena: Arena = {
      admin,
      reader,
      addresses: stack.addresses,
      brokerPid: broker?.pid as number,
      app,
      dir,
      settings,
    };
    const loads: Record<string, LoadResult> = {};
    for (const name of settings.LOADS) {
      const load = generateLoad(loadShapes[name], settings.EVENTS, settings.CUSTOMERS, settings.SEED);
      const expected = expectedSessions(load, gap_ms);
      console.error(`${name}: writing ${settings.EVENTS} events, ${expected.size} sessions`);
      await removeTopics(admin, [topics.enriched]);
      await makeProjectTopics(admin);
      const inputEnds = await writeInput(kafka, stack.addresses.schemaRegistryUrl, load);
      loads[name] = await runRounds(arena, { name, events: settings.EVENTS, inputEnds }, expected);
    }
    await Promise.all([admin.disconnect(), reader.disconnect()]);
    console.error(table(Object.fromEntries(Object.entries(loads).map(([name, { summaries }]) => [name, summaries]))));
    const machine = { cores: cpus().length, cpu: cpus()[0]?.model, node: process.version };
    console.log(JSON.stringify({ machine, settings, loads }, null, 2));
  } finally {
    if (!interrupted) await stopEverything();
  }
}

/** True when a signal has taken over the stopping; then `main` only fails on the way. */
let interrupted = false;

async function stopEverything(): Promise<void> {
  await stopContenders();
  await stopStack({ dir });
  await cleanData(dir);
}

async function emptyStack(): Promise<Stack> {
  await stopStack({ dir });
  await cleanData(dir);
  for (const folder of ['logs', 'profiles']) mkdirSync(join(dir, folder), { recursive: true });
  return startStack({
    dir,
    portOffset,
    parts: ['kafka', 'registry'],
    env: process.env,
    setUpSteps: [],
    onProgress: (progress) => console.error(formatProgress(progress)),
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    interrupted = true;
    console.error('ended early: stopping what was started');
    await stopEverything();
    process.exit(1);
  });
}

main().catch((error) => {
  if (interrupted) return;
  console.error(`bench: ${faultText(error)}`);
  process.exit(1);
});
