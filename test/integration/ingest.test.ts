// First: the correction in it must be in place before anything else loads kafkajs.
import '../../services/lib/kafka/kafkajs';

import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pino from 'pino';
import type { InteractionEvent } from '../../schemas/types';
import { AvroCodec } from '../../services/lib/avro';
import { createKafka } from '../../services/lib/kafka/client';
import { PartitionReader } from '../../services/lib/kafka/partition-reader';
import { partitionOf } from '../../services/lib/kafka/partitioner';
import { topics } from '../../services/lib/topics';
import { ServiceProcess, until } from './support/service-process';
import { withStack } from './support/stack';

jest.setTimeout(360_000);

const partitions = 4;
const log = pino({ level: 'silent' });
const local = withStack(['kafka'], { portOffset: 5_200 });
let ingest: ServiceProcess;

const json = { 'content-type': 'application/json' };
const event = (change: object = {}) => ({
  event_type: 'queue.entered',
  occurred_at: Date.now(),
  channel: 'VOICE',
  source: { system: 'test' },
  identities: [{ type: 'email', value: 'a@b.org' }],
  ...change,
});

async function post(body: unknown, headers: Record<string, string> = json) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${ingest.url}/v1/events`, { method: 'POST', headers, body: text });
  const answered = (await answer.json()) as { accepted: number; event_ids: string[]; reason?: string };
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), ...answered };
}

/** Everything in the raw topic: partition, key, value. */
async function rawRecords() {
  const kafka = createKafka({ KAFKA_BROKERS: local.stack.addresses.kafkaBrokers }, 'test', log);
  const admin = kafka.admin();
  await admin.connect();
  const reader = await PartitionReader.connect(kafka);
  const records: { partition: number; key: string; value: Buffer }[] = [];
  for (const { partition, high } of await admin.fetchTopicOffsets(topics.raw)) {
    const take = (message: { key: Buffer | null; value: Buffer | null }): boolean => {
      records.push({ partition, key: String(message.key), value: message.value as Buffer });
      return true;
    };
    await reader.read(topics.raw, partition, 0, take, { to: Number(high) });
  }
  await Promise.all([reader.disconnect(), admin.disconnect()]);
  return records;
}

const rawKeys = async (): Promise<Set<string>> => new Set((await rawRecords()).map(({ key }) => key));

async function signalKafka(signal: NodeJS.Signals): Promise<void> {
  const pid = (await local.stack.status()).find(({ part }) => part === 'kafka')?.pid;
  process.kill(pid as number, signal);
}

const ready = (withinMs = 20_000) =>
  until('ingest to be ready', withinMs, async () => (await ingest.notReady()).length === 0);

beforeAll(async () => {
  const { stack } = local;
  ingest = await ServiceProcess.start('ingest', {
    KAFKA_BROKERS: stack.addresses.kafkaBrokers,
    SCHEMA_REGISTRY_URL: stack.addresses.schemaRegistryUrl,
    PORT: String(stack.addresses.ports.ingest),
    INGEST_SEND_DEADLINE_MS: '3000',
    INGEST_PROBE_EVERY_MS: '500',
    // What is in the topic is counted here.
    INGEST_CANARY_EVERY_MS: '0',
  });
});

afterAll(async () => {
  ingest?.kill('SIGKILL');
});

/** With a disk to wait on: Kafka goes, the process is killed while it spools and while it replays. */
async function spooling(folder: string, change: Record<string, string> = {}): Promise<void> {
  const { addresses } = local.stack;
  ingest = await ServiceProcess.start('ingest', {
    KAFKA_BROKERS: addresses.kafkaBrokers,
    SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
    PORT: String(addresses.ports.ingest),
    INGEST_SEND_DEADLINE_MS: '3000',
    INGEST_PROBE_EVERY_MS: '500',
    INGEST_CANARY_EVERY_MS: '0',
    INGEST_SPOOL_DIR: folder,
    ...change,
  });
  await ready();
}

const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name}[^\\n]* (\\S+)$`, 'm').exec(await ingest.metrics())?.[1] ?? Number.NaN);

// In order: one story of a service whose neighbours come and go.
describe('ingest on a real Kafka and a real registry', () => {
  test('registry down at start: it lives, is not ready, takes nothing', async () => {
    await until('Kafka to be found', 10_000, async () => (await ingest.notReady()).length === 1);
    expect(await ingest.notReady()).toEqual([expect.stringMatching(/^schema registry: /)]);
    expect(await post(event())).toMatchObject({ status: 503, retryAfter: '5', reason: 'not_ready' });
  });

  test('the registry comes: it is ready without a restart', async () => {
    await local.stack.startPart('registry');
    await ready();
  });

  test('202 means that the records are in Kafka: keyed by event id, on its partition, readable', async () => {
    const lines = [event({ event_id: 'n-1' }), event({ event_id: 'n-2', text: 'Olá' })].map((it) => JSON.stringify(it));
    const cloudEvent = {
      specversion: '1.0',
      id: '17',
      source: 'telephony',
      type: 'agent.joined',
      time: new Date().toISOString(),
      data: { channel: 'VOICE', identities: [{ type: 'phone', value: '+351 21 000' }] },
    };
    const answers = [
      await post(event()),
      await post(Array.from({ length: 200 }, (_, index) => event({ event_id: `a-${index}` }))),
      await post(lines.join('\n'), { 'content-type': 'application/x-ndjson' }),
      await post(cloudEvent, { 'content-type': 'application/cloudevents+json' }),
      await post([event({ event_id: 'good' }), event({ channel: 'PIGEON' })]),
    ];
    expect(answers.map(({ status, accepted }) => [status, accepted])).toEqual([
      [202, 1],
      [202, 200],
      [202, 2],
      [202, 1],
      [400, 1],
    ]);
    const records = await rawRecords();
    expect(records.map(({ key }) => key).sort()).toEqual(answers.flatMap((it) => it.event_ids).sort());
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(partitions);
    const codec = await AvroCodec.register<InteractionEvent>(
      local.stack.addresses.schemaRegistryUrl,
      `${topics.raw}-value`,
      'interaction-event.v1',
    );
    for (const { partition, key, value } of records) {
      expect(partitionOf(key, partitions)).toBe(partition);
      expect(codec.decode(value).event_id).toBe(key);
    }
  });

  test('registry killed afterwards: it goes on with the id it knows', async () => {
    await local.stack.killPart('registry');
    expect(await post(event({ event_id: 'without-registry' }))).toMatchObject({ status: 202 });
    expect(await rawKeys()).toContain('without-registry');
    expect(await ingest.notReady()).toEqual([]);
  });

  test('Kafka frozen under load: 503 with Retry-After in time, not ready; then it goes on, and no 202 is lost', async () => {
    const acknowledged: string[] = [];
    const unavailable: { retryAfter: string | null; tookMs: number }[] = [];
    let going = true;
    const client = async (name: string): Promise<void> => {
      for (let index = 0; going; index++) {
        const begun = Date.now();
        const answer = await post(event({ event_id: `${name}-${index}` }));
        if (answer.status === 202) acknowledged.push(...answer.event_ids);
        else unavailable.push({ retryAfter: answer.retryAfter, tookMs: Date.now() - begun });
        if (answer.status !== 202) await sleep(100);
      }
    };
    const clients = Array.from({ length: 8 }, (_, index) => client(`frozen${index}`));
    for (let round = 0; round < 3; round++) {
      await sleep(500);
      await signalKafka('SIGSTOP');
      await until('ingest to notice', 10_000, async () => (await ingest.notReady()).length > 0);
      // Longer than kafkajs' own time-out in one round, so that it gives up and tries again behind our back.
      await sleep(round === 1 ? 5_000 : 300);
      await signalKafka('SIGCONT');
      await ready();
    }
    await sleep(500);
    going = false;
    await Promise.all(clients);
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(unavailable.length).toBeGreaterThan(20);
    expect(new Set(unavailable.map(({ retryAfter }) => retryAfter))).toEqual(new Set(['5']));
    expect(Math.max(...unavailable.map(({ tookMs }) => tookMs))).toBeLessThan(5_000);
    const keys = await rawKeys();
    expect(acknowledged.filter((id) => !keys.has(id))).toEqual([]);
  });

  test('Kafka killed: 503, not ready; back again: ready without a restart, and the same request is stored', async () => {
    await local.stack.killPart('kafka');
    const body = [event({ occurred_at: '2026-01-01T10:00:00Z' }), event({ event_id: 'again' })];
    expect(await post(body)).toMatchObject({ status: 503, retryAfter: '5' });
    await until('ingest to notice', 10_000, async () => (await ingest.notReady()).length > 0);
    expect(await ingest.notReady()).toEqual([expect.stringMatching(/^Kafka: /)]);
    await local.stack.startPart('kafka');
    await ready();
    const [first, second] = [await post(body), await post(body)];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.event_ids).toEqual(first.event_ids);
    const keys = await rawKeys();
    expect(first.event_ids.filter((id) => !keys.has(id))).toEqual([]);
  });

  test('10 MB and 1e308 are answers, not crashes', async () => {
    expect(await post(' '.repeat(10_000_000))).toMatchObject({ status: 413, reason: 'body_too_large' });
    const answer = await post(event({ durations: { talk_ms: 1e308 } }));
    expect(answer).toMatchObject({ status: 400, rejected: [{ errors: [{ field: 'durations.talk_ms' }] }] });
    expect(await post(event())).toMatchObject({ status: 202 });
  });

  test('SIGTERM: requests in hand are answered and stored, then it ends with 0', async () => {
    const sent = Array.from({ length: 20 }, (_, index) =>
      post(Array.from({ length: 100 }, (_item, item) => event({ event_id: `last-${index}-${item}` }))).catch(
        () => undefined,
      ),
    );
    await sleep(30);
    ingest.kill('SIGTERM');
    const answers = (await Promise.all(sent)).filter((it) => it?.status === 202);
    expect(await ingest.ended).toEqual({ code: 0, signal: null });
    expect(answers.length).toBeGreaterThan(0);
    const keys = await rawKeys();
    expect(answers.flatMap((it) => it?.event_ids ?? []).filter((id) => !keys.has(id))).toEqual([]);
    expect(ingest.log).not.toContain('a@b.org');
  });
});

describe('ingest with a spool, Kafka away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ingest-spool-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('killed at random while it spools and while it replays: no 202 is lost, repeats are the same, order is kept', async () => {
    await local.stack.startPart('registry');
    await spooling(folder);
    const acknowledged: string[] = [];
    let going = true;
    let number = 0;
    const client = async (): Promise<void> => {
      while (going) {
        const batch = Array.from({ length: 50 }, () =>
          event({ event_id: `spool-${String(number++).padStart(7, '0')}`, text: 'x'.repeat(4_000) }),
        );
        const answer = await post(batch).catch(() => undefined);
        if (answer?.status === 202) acknowledged.push(...answer.event_ids);
        else await sleep(50);
      }
    };
    const posting = client();
    await until('the first 202', 10_000, async () => acknowledged.length > 0);
    await local.stack.killPart('kafka');
    for (let round = 0; round < 3; round++) {
      const before = acknowledged.length;
      await until('202 without Kafka', 20_000, async () => acknowledged.length > before + 200);
      await sleep(Math.random() * 500);
      ingest.kill('SIGKILL');
      await ingest.ended;
      // A record that the kill has cut off is found; more of one than chance leaves.
      const last = readdirSync(folder)
        .filter((name) => name.endsWith('.spool'))
        .sort()
        .at(-1);
      if (round === 1 && last) appendFileSync(join(folder, last), Buffer.alloc(30, 1));
      await spooling(folder);
    }
    expect(await metric('ingest_spool_bytes')).toBeGreaterThan(1_000_000);
    await local.stack.startPart('kafka');
    const kills = { replaying: 0 };
    for (let round = 0; round < 3; round++) {
      await until('the replay', 30_000, async () => (await metric('ingest_spool_records_total.step="replayed"')) > 0);
      if ((await metric('ingest_spool_bytes')) > 0) kills.replaying++;
      ingest.kill('SIGKILL');
      await ingest.ended;
      await spooling(folder);
      if ((await metric('ingest_spool_bytes')) === 0) break;
    }
    going = false;
    await posting;
    await until('the spool to be empty', 60_000, async () => (await metric('ingest_spool_bytes')) === 0);
    expect(kills.replaying).toBeGreaterThan(0);
    const values = new Map<string, Buffer>();
    const order: string[][] = [[], [], [], []];
    for (const { partition, key, value } of (await rawRecords()).filter((it) => it.key.startsWith('spool-'))) {
      const known = values.get(key);
      if (known === undefined) order[partition].push(key);
      else expect(value.equals(known)).toBe(true);
      values.set(key, value);
    }
    expect(acknowledged.filter((id) => !values.has(id))).toEqual([]);
    for (const keys of order) expect(keys).toEqual([...keys].sort());
  });

  test('no room on the disk: 503 with Retry-After; Kafka back: everything goes on', async () => {
    ingest.kill('SIGTERM');
    expect(await ingest.ended).toEqual({ code: 0, signal: null });
    await spooling(folder, { INGEST_SPOOL_MAX_BYTES: String(1024 * 1024) });
    await local.stack.killPart('kafka');
    const acknowledged: string[] = [];
    const large = (index: number) => event({ event_id: `full-${index}`, text: 'x'.repeat(90_000) });
    let refused: Awaited<ReturnType<typeof post>> | undefined;
    for (let index = 0; index < 30 && !refused; index++) {
      const answer = await post(large(index));
      if (answer.status === 202) acknowledged.push(...answer.event_ids);
      else refused = answer;
    }
    expect(acknowledged.length).toBeGreaterThan(8);
    expect(refused).toMatchObject({ status: 503, retryAfter: '5', reason: 'not_stored' });
    await local.stack.startPart('kafka');
    await until('the spool to be empty', 30_000, async () => (await metric('ingest_spool_bytes')) === 0);
    expect(await post(event({ event_id: 'full-after' }))).toMatchObject({ status: 202 });
    const keys = await rawKeys();
    expect([...acknowledged, 'full-after'].filter((id) => !keys.has(id))).toEqual([]);
    ingest.kill('SIGTERM');
    expect(await ingest.ended).toEqual({ code: 0, signal: null });
  });
});
