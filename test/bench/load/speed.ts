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
import { cpuSeconds, machineCpuSeconds, peakRssMb, until } from '../streams/process';
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
  /** `insert_seconds`: of all requests together, which may run side by side. */
  load: Run & { process_cpu_seconds: number; insert_seconds: number; peak_rss_mb: number; rows_per_block: number };
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
  settings: Record<string, string>,
): Promise<Round[]> {
  const writer = await EnrichedWriter.open(kafka, stack.addresses.schemaRegistryUrl);
  await writer.write(events);
  await writer.close();
  const values = await valuesOf(kafka);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const direct = await inserted(stack, clickhouse, values, events, 100_000);
    const load = await loaded(stack, clickhouse, events, `speed-${round}`, settings);
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

/**
 * From its joining of the group to the last event in the table: the first fetch and the first block count, its start does
 * not. (From the first rows on, what other partitions' blocks had done by then would come for nothing.)
 */
async function loaded(
  stack: Stack,
  clickhouse: ClickHouseClient,
  events: number,
  group: string,
  settings: Record<string, string>,
) {
  await emptyTables(stack);
  const instance = await LoadInstance.start(stack, group, settings);
  const [cpu, processCpu] = [machineCpuSeconds(), cpuSeconds(instance.process.pid)];
  let joined_at: number | undefined;
  await until('load to say that it has partitions', 10_000, 5, async () => {
    joined_at = joinedAt(instance.process.output());
    return joined_at !== undefined;
  });
  const begun = performance.now() - (Date.now() - (joined_at as unknown as number));
  for (let there = 0; there < events; ) {
    instance.process.assertRunning();
    there = await count(clickhouse);
    // Seldom: each look takes of the same cores some 20 ms that direct inserts are spared. Halfway to what is left.
    const left_ms = there > 0 ? ((performance.now() - begun) / there) * (events - there) : 1_000;
    if (there < events) await sleep(Math.min(2_000, Math.max(50, left_ms / 2)));
  }
  const run = runOf(events, begun, cpu);
  const process_cpu_seconds = cpuSeconds(instance.process.pid) - processCpu;
  const blocks = await instance.metric('load_block_rows_count');
  const insert_seconds = await instance.metric('load_insert_latency_seconds_sum');
  const peak_rss_mb = peakRssMb(instance.process.pid);
  await instance.process.stop();
  await expectEvents(clickhouse, events);
  return { ...run, process_cpu_seconds, insert_seconds, peak_rss_mb, rows_per_block: Math.round(events / blocks) };
}

/** When load was first assigned partitions of the topic, by its log. */
function joinedAt(log: string): number | undefined {
  const line = log.split('\n').find((text) => text.includes(`"assigned":"${topics.enriched}/`));
  return line === undefined ? undefined : Date.parse((JSON.parse(line) as { time: string }).time);
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
