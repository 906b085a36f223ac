import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Stack } from '../../../infra/local/stack';
import type { Kafka, KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { createLog } from '../../../services/lib/log';
import { readSettings } from '../../../services/lib/settings';
import { topics } from '../../../services/lib/topics';
import { currentVersion, insertPlans } from '../../../services/load/domain/insert-plans';
import { loadSettings } from '../../../services/load/settings';
import { Warehouse } from '../../../services/load/warehouse';
import { readTopic } from '../../support/read-topic';
import { cpuSeconds, machineCpuSeconds } from '../streams/process';
import { EnrichedWriter } from './input';
import { emptyTables, LoadInstance } from './instance';

export interface Run {
  events_per_second: number;
  /** Of all that ran on the machine meanwhile. */
  cpu_seconds: number;
}

export interface Round {
  direct: Run;
  direct_small: Run;
  load: Run & { process_cpu_seconds: number };
}

/** The values of the topic, by partition, as a client that inserts them directly has them. */
type Values = Map<number, Buffer[]>;

/**
 * Load, from Kafka, beside a client that has the same bytes in memory and only inserts them: the same statement, one
 * request after another for each partition, partitions side by side. Directly in the largest blocks that load would
 * make (100,000 rows), and in blocks as large as load's are (`directRows`). Alternating, tables emptied before each.
 */
export async function speed(
  stack: Stack,
  kafka: Kafka,
  clickhouse: ClickHouseClient,
  events: number,
  rounds: number,
): Promise<Round[]> {
  const writer = await EnrichedWriter.open(kafka, stack.addresses.schemaRegistryUrl);
  await writer.write(events);
  await writer.close();
  const values = await valuesOf(kafka);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const direct = await inserted(stack, clickhouse, values, events, 100_000);
    const load = await loaded(stack, clickhouse, events, `speed-${round}`);
    const direct_small = await inserted(stack, clickhouse, values, events, load.rows_per_block);
    measured.push({ direct, direct_small, load });
    console.error(JSON.stringify(measured.at(-1)));
  }
  return measured;
}

async function valuesOf(kafka: Kafka): Promise<Values> {
  const admin = kafka.admin();
  await admin.connect();
  const reader = await PartitionReader.connect(kafka);
  const values: Values = new Map();
  await readTopic(admin, reader, topics.enriched, ({ value }: KafkaMessage, partition: number) => {
    const known = values.get(partition) ?? [];
    values.set(partition, known);
    // Its own memory: what a fetch holds would be kept as a whole.
    known.push(Buffer.from(value as Buffer));
  });
  await Promise.all([admin.disconnect(), reader.disconnect()]);
  return values;
}

async function inserted(
  stack: Stack,
  clickhouse: ClickHouseClient,
  values: Values,
  events: number,
  rows: number,
): Promise<Run> {
  await emptyTables(stack);
  const { clickhouseUrl, schemaRegistryUrl } = stack.addresses;
  const warehouse = new Warehouse(
    readSettings(loadSettings, { CLICKHOUSE_URL: clickhouseUrl, SCHEMA_REGISTRY_URL: schemaRegistryUrl }),
    createLog('bench', 'silent'),
  );
  const plan = insertPlans[currentVersion].interactions;
  const blocks = [...values].map(([partition, all]) => ({
    partition,
    bodies: Array.from({ length: Math.ceil(all.length / rows) }, (_, index) =>
      Buffer.concat(all.slice(index * rows, (index + 1) * rows)),
    ),
  }));
  const [begun, cpu] = [performance.now(), machineCpuSeconds()];
  await Promise.all(
    blocks.map(async ({ partition, bodies }) => {
      for (const [index, body] of bodies.entries()) {
        const block = { partition, token: `${partition}-${index}`, deadline_at: Date.now() + 60_000 };
        await warehouse.insert(plan, block, body, new AbortController().signal);
      }
    }),
  );
  const run = runOf(events, begun, cpu);
  await warehouse.close();
  await expectEvents(clickhouse, events);
  return run;
}

/** From the first rows in the table to the last: without its start and its joining of the groups. */
async function loaded(stack: Stack, clickhouse: ClickHouseClient, events: number, group: string) {
  await emptyTables(stack);
  const instance = await LoadInstance.start(stack, group);
  let first = await count(clickhouse);
  for (; first === 0; first = await count(clickhouse)) await sleep(10);
  const [begun, cpu, processCpu] = [performance.now(), machineCpuSeconds(), cpuSeconds(instance.process.pid)];
  while ((await count(clickhouse)) < events) {
    instance.process.assertRunning();
    await sleep(20);
  }
  const run = runOf(events - first, begun, cpu);
  const process_cpu_seconds = cpuSeconds(instance.process.pid) - processCpu;
  const blocks = await instance.metric('load_block_rows_count');
  await instance.process.stop();
  await expectEvents(clickhouse, events);
  return { ...run, process_cpu_seconds, rows_per_block: Math.round(events / blocks) };
}

const runOf = (events: number, begun: number, cpu: number): Run => ({
  events_per_second: Math.round((events / (performance.now() - begun)) * 1_000),
  cpu_seconds: Math.round((machineCpuSeconds() - cpu) * 10) / 10,
});

async function count(clickhouse: ClickHouseClient): Promise<number> {
  const result = await clickhouse.query({ query: 'SELECT count() AS n FROM interactions', format: 'JSONEachRow' });
  return Number((await result.json<{ n: string }>())[0].n);
}

async function expectEvents(clickhouse: ClickHouseClient, events: number): Promise<void> {
  const found = await count(clickhouse);
  if (found !== events) throw new Error(`${found} events in the table and not ${events}`);
}
