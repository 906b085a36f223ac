/**
 * `node dist/test/bench/enrich/main.js` (EVENTS, TEXT_SHARE, ROUNDS, PARTITIONS of the local topics): enrich as a whole on a real Kafka, from raw
 * to enriched, exactly once: repeats dropped, the person found, texts read. Timed from its joining of the group to the last
 * committed offset; then every event is counted. Before, once, the ceiling: raw records copied as they are (copy-main.ts). Settings of enrich (READ_, STORE_, TEXT_, FETCH_, MODEL_SERVER_) are passed on; CPU_PROFILE=1
 * profiles it, KILL=1 kills it (SIGKILL) half-way and starts it again. On a stack of its own; prints a line of
 * JSON a round and says on standard error what goes on. A look: EVENTS=40000 ROUNDS=1.
 */

import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import type { Stack } from '../../../infra/local/stack';
import type { EnrichedEvent } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import { createKafka } from '../../../services/lib/kafka/client';
import type { Admin, Kafka } from '../../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { createLog } from '../../../services/lib/log';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { metricSum } from '../../support/metric-sum';
import { readTopic } from '../../support/read-topic';
import { onOwnStack } from '../stack';
import {
  type Contender,
  cpuSeconds,
  machineCpuSeconds,
  peakRssMb,
  startContender,
  stopContenders,
  until,
} from '../streams/process';
import { makeProjectTopics, removeTopics } from '../streams/topics';
import { type Input, writeRaw } from './input';

const portOffset = Number(process.env.STACK_PORT_OFFSET || 6_900);
const {
  EVENTS = '400000',
  TEXT_SHARE = '0.25',
  ROUNDS = '3',
  HEAP_MB = '192',
  YOUNG_MB,
  CPU_PROFILE,
  KILL,
} = process.env;
const passedOn = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    /^(READ|STORE|TEXT_(?!SHARE$)|REDACT|FETCH|MODEL_SERVER)/.test(name) && value ? [[name, value]] : [],
  ),
);

type What = 'enrich' | 'copy';

const programs: Record<What, string> = {
  enrich: resolve(__dirname, '../../../services/enrich/main.js'),
  copy: resolve(__dirname, 'copy-main.js'),
};

function start(stack: Stack, group: string, what: What): Contender {
  const { kafkaBrokers, schemaRegistryUrl, ports } = stack.addresses;
  const young = YOUNG_MB ? [`--max-semi-space-size=${YOUNG_MB}`] : [];
  const profile = CPU_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${join(stack.dir, 'profiles')}`] : [];
  return startContender(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, ...young, ...profile, programs[what]],
    {
      KAFKA_BROKERS: kafkaBrokers,
      SCHEMA_REGISTRY_URL: schemaRegistryUrl,
      ENRICH_GROUP_ID: group,
      PORT: String(ports.enrich),
      ...passedOn,
    },
    join(stack.dir, 'logs', 'enrich.log'),
  );
}

/** Raw records that the group has committed. */
async function committed(admin: Admin, group: string): Promise<number> {
  const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topics.raw] });
  return partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}

/** When it was first assigned partitions, by its log. */
function joinedAt(log: string): number | undefined {
  const line = log.split('\n').find((text) => text.includes('"assigned":"interactions.raw/'));
  return line === undefined ? undefined : Date.parse((JSON.parse(line) as { time: string }).time);
}

async function measured(stack: Stack, admin: Admin, input: Input, group: string, what: What) {
  let enrich = start(stack, group, what);
  let joined: number | undefined;
  await until('enrich to have its partitions', 60_000, 5, async () => {
    enrich.assertRunning();
    joined = joinedAt(enrich.output());
    return joined !== undefined;
  });
  const [cpu, machine] = [cpuSeconds(enrich.pid), machineCpuSeconds()];
  const killed = KILL && what === 'enrich';
  if (killed) {
    await until('half of it', 600_000, 20, async () => (await committed(admin, group)) > input.records / 2);
    process.kill(enrich.pid, 'SIGKILL');
    enrich = start(stack, group, what);
  }
  await until('all to be committed', 900_000, 50, async () => {
    enrich.assertRunning();
    return (await committed(admin, group)) >= input.records;
  });
  const seconds = (Date.now() - (joined as unknown as number)) / 1_000;
  const cpu_seconds_per_million = killed
    ? undefined
    : Math.round(((cpuSeconds(enrich.pid) - cpu) / input.records) * 1e7) / 10;
  const machine_cpu_seconds = Math.round((machineCpuSeconds() - machine) * 10) / 10;
  const peak_rss_mb = peakRssMb(enrich.pid);
  const metrics = await (await fetch(`${stack.addresses.enrichUrl}/metrics`)).text();
  const texts_read = metricSum(metrics, 'enrich_texts_total');
  await enrich.stop();
  return {
    what,
    texts_read,
    events_per_second: Math.round(input.records / seconds),
    cpu_seconds_per_million,
    machine_cpu_seconds,
    peak_rss_mb,
  };
}

/** Every event once: throws when not. In how many of the texts a language, an intent and so on was read. */
async function counted(stack: Stack, kafka: Kafka, admin: Admin, { events }: Input) {
  const subject = `${topics.enriched}-value`;
  const codec = await AvroCodec.register<EnrichedEvent>(
    stack.addresses.schemaRegistryUrl,
    subject,
    valueSchemas[topics.enriched],
    ['event_id', 'language', 'intent', 'emotion_label', 'desire'],
  );
  const reader = await PartitionReader.connect(kafka);
  const ids = new Set<string>();
  const found = { records: 0, languages: 0, intents: 0, emotions: 0, desires: 0 };
  await readTopic(admin, reader, topics.enriched, ({ value }) => {
    if (value === null) return;
    const event = codec.decode(value);
    ids.add(event.event_id);
    found.records += 1;
    if (event.language) found.languages += 1;
    if (event.intent) found.intents += 1;
    if (event.emotion_label) found.emotions += 1;
    if (event.desire) found.desires += 1;
  });
  await reader.disconnect();
  if (found.records !== events || ids.size !== events)
    throw new Error(`${found.records} records of ${ids.size} events and not ${events}`);
  return found;
}

async function main(): Promise<void> {
  await onOwnStack(
    'bench-enrich',
    portOffset,
    async (stack) => {
      const kafka = createKafka({ KAFKA_BROKERS: stack.addresses.kafkaBrokers }, 'bench', createLog('bench', 'silent'));
      const admin = kafka.admin();
      await admin.connect();
      try {
        const { partitions } = (await admin.fetchTopicMetadata({ topics: [topics.raw] })).topics[0];
        console.error(`writes ${EVENTS} events`);
        const input = await writeRaw(kafka, stack.addresses.schemaRegistryUrl, +EVENTS, +TEXT_SHARE, partitions.length);
        const rounds: What[] = ['copy', ...Array<What>(+ROUNDS).fill('enrich')];
        for (const [round, what] of rounds.entries()) {
          console.error(`${what}: begins`);
          const result = await measured(stack, admin, input, `bench-${round}`, what);
          console.error(`${what}: ${result.events_per_second} events/s`);
          const found = what === 'enrich' ? await counted(stack, kafka, admin, input) : {};
          console.log(JSON.stringify({ ...input, ...result, ...found, load_average: loadavg()[0] }));
          await removeTopics(admin, [topics.enriched]);
          await makeProjectTopics(admin);
        }
      } finally {
        await admin.disconnect();
        await stopContenders();
      }
    },
    ['kafka', 'registry'],
  );
}

main().catch(async (error) => {
  await stopContenders();
  console.error(error);
  process.exit(1);
});
