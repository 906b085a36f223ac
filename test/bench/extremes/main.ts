/**
 * Input that no customer makes, over the real service with the heap of the local stack: `node
 * dist/test/bench/extremes/main.js` (BOT_EVENTS, BOT_LEGS, SHARED, PLAIN, CUSTOMER_MAX_EVENTS, HEAP_MB). Checks every
 * session, and says how fast it went, how large it got, and how long it was deaf.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultText } from '../../../infra/local/faults';
import type { SessionRow } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import { createKafka } from '../../../services/lib/kafka/client';
import type { Kafka } from '../../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { createLog } from '../../../services/lib/log';
import { kindHeader, topics, valueSchemas } from '../../../services/lib/topics';
import { metricSum } from '../../support/metric-sum';
import { readTopic } from '../../support/read-topic';
import { onOwnStack } from '../stack';
import { cpuSeconds, peakRssMb, stopContenders, until } from '../streams/process';
import { startSessionize } from '../streams/sessionize';
import { makeProjectTopics } from '../streams/topics';
import { type Extremes, writeExtremes } from './input';

const { BOT_EVENTS = '1000000', BOT_LEGS = '100000', SHARED = '10000', PLAIN = '50000' } = process.env;
const { CUSTOMER_MAX_EVENTS = '100000', HEAP_MB = '320' } = process.env;
const withinMs = 20 * 60_000;

async function main(): Promise<void> {
  const extremes = { botEvents: +BOT_EVENTS, botLegs: +BOT_LEGS, shared: +SHARED, plain: +PLAIN };
  await onOwnStack(
    'extremes',
    8_600,
    async ({ addresses, dir }) => {
      const kafka = createKafka({ KAFKA_BROKERS: addresses.kafkaBrokers }, 'bench', createLog('bench', 'silent'));
      const admin = kafka.admin();
      await admin.connect();
      await makeProjectTopics(admin);
      console.error('writing', extremes);
      const ends = await writeExtremes(kafka, addresses.schemaRegistryUrl, extremes);
      const service = await startSessionize({
        groupId: 'extremes',
        addresses,
        heap_mb: +HEAP_MB,
        hotCustomers: 2_000,
        env: { REVISION_EVERY_MS: '500', CUSTOMER_MAX_EVENTS },
        log: join(dir, 'sessionize.log'),
        profileDir: undefined,
      });
      const startedAt = performance.now();
      let deafMs = 0;
      let metrics = '';
      const ask = async (): Promise<void> => {
        const from = performance.now();
        metrics = await (await fetch(`${addresses.sessionizeUrl}/metrics`)).text();
        deafMs = Math.max(deafMs, performance.now() - from);
      };
      await until('all input to be committed', withinMs, 200, async () => {
        service.assertRunning();
        await ask();
        const [group] = await admin.fetchOffsets({ groupId: 'extremes', topics: [topics.enriched] });
        const committed = new Map(group.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
        return ends.every((end, partition) => (committed.get(partition) ?? -1) >= end);
      });
      const seconds = (performance.now() - startedAt) / 1_000;
      const total = ends.reduce((sum, end) => sum + end, 0);
      const overCap = metricSum(metrics, 'sessionize_events_total', 'result="over_cap"');
      console.log({
        records: total,
        events_per_second: Math.round(total / seconds),
        cpu_seconds_per_million: Math.round((cpuSeconds(service.pid) / total) * 1e7) / 10,
        peak_rss_mb: peakRssMb(service.pid),
        longest_answer_ms: Math.round(deafMs),
        over_cap: overCap,
      });
      await until('all revisions', withinMs, 500, async () => {
        await ask();
        return metricSum(metrics, 'sessionize_waiting_customers') === 0;
      });
      await sleep(500);
      const failures = metricSum(metrics, 'sessionize_partition_failures_total');
      if (failures > 0) throw new Error(`work began again ${failures} times`);
      await service.stop();
      const rows = await standing(kafka, addresses.schemaRegistryUrl);
      check(rows, extremes, overCap);
      await admin.disconnect();
    },
    ['kafka', 'registry'],
  );
}

/** The rows that stand after all revisions, by customer. */
async function standing(kafka: Kafka, registryUrl: string): Promise<Map<string, SessionRow[]>> {
  type Rows = { customer_id: string; sessions: SessionRow[] };
  const subject = `${topics.sessions}-value`;
  const codec = await AvroCodec.register<Rows>(registryUrl, subject, valueSchemas[topics.sessions], [
    'customer_id',
    'sessions',
  ]);
  const admin = kafka.admin();
  await admin.connect();
  const reader = await PartitionReader.connect(kafka);
  const rows = new Map<string, Map<string, SessionRow>>();
  await readTopic(admin, reader, topics.sessions, ({ value, headers }) => {
    if (value === null || headers?.[kindHeader]) return;
    const { customer_id, sessions } = codec.decode(value);
    let own = rows.get(customer_id);
    if (!own) {
      own = new Map();
      rows.set(customer_id, own);
    }
    for (const row of sessions) {
      if (row.sign > 0) own.set(row.session_id, row);
      else if (!own.delete(row.session_id)) throw new Error(`${row.session_id} is taken back but was never there`);
    }
  });
  await Promise.all([admin.disconnect(), reader.disconnect()]);
  return new Map([...rows].map(([id, own]) => [id, [...own.values()]]));
}

function check(
  rows: Map<string, SessionRow[]>,
  { botEvents, botLegs, shared, plain }: Extremes,
  overCap: number,
): void {
  const cap = +CUSTOMER_MAX_EVENTS;
  const figures = (id: string): string =>
    (rows.get(id) ?? [])
      .map(({ event_count, leg_count, contact_count }) => `${event_count}/${leg_count}/${contact_count}`)
      .join(' ');
  const expect = (what: string, found: unknown, wanted: unknown): void => {
    if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
    console.log(`${what}: ${found}`);
  };
  // A page view leaves once nothing can join it any more, and makes room: what comes then is another session.
  const counts = (rows.get('bot') ?? []).map(({ event_count }) => event_count);
  expect('sessions of the bot', figures('bot'), counts.map((count) => `${count}/${count}/${count}`).join(' '));
  expect('of them beyond the cap', counts.filter((count) => count > cap).length, 0);
  const legs = Math.min(botLegs, cap);
  expect('the session of many legs', figures('legs'), `${legs}/${legs}/${legs}`);
  const counted_or_left_out = counts.reduce((sum, count) => sum + count, legs) + overCap;
  expect('events of both, counted or left out', counted_or_left_out, botEvents + botLegs);
  const named = (prefix: string, wanted: string): number =>
    [...rows.keys()].filter((id) => id.startsWith(prefix) && figures(id) === wanted).length;
  expect('customers of one contact_id', named('shared-', '1/1/1'), shared);
  const plainRows = [...rows].filter(([id]) => id.startsWith('plain-')).flatMap(([, own]) => own);
  expect(
    'events of plain customers',
    plainRows.reduce((sum, { event_count }) => sum + event_count, 0),
    plain * 3,
  );
  expect('plain customers', [...rows.keys()].filter((id) => id.startsWith('plain-')).length, plain);
}

main().catch(async (error) => {
  await stopContenders();
  console.error(`bench: ${faultText(error)}`);
  process.exit(1);
});
