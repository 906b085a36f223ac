import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKafka } from '../../services/lib/kafka/client';
import type { Kafka } from '../../services/lib/kafka/kafkajs';
import { createLog } from '../../services/lib/log';
import { topics } from '../../services/lib/topics';
import { LoadInput } from './support/load-input';
import { viewsAgainstRows } from './support/recomputed';
import { ServiceProcess, until } from './support/service-process';
import { withStack } from './support/stack';

const local = withStack(['kafka', 'registry', 'clickhouse']);
const seed = Number(process.env.CD_SEED ?? 20_261_123);
const sessionTimeoutMs = 6_000;

let kafka: Kafka;
let clickhouse: ClickHouseClient;
const services = new Map<string, ServiceProcess>();

beforeAll(() => {
  const { kafkaBrokers, clickhouseUrl } = local.stack.addresses;
  kafka = createKafka({ KAFKA_BROKERS: kafkaBrokers }, 'test', createLog('test', 'silent'));
  clickhouse = createClient({
    url: clickhouseUrl,
    database: 'customer_dynamics',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
});

afterAll(async () => {
  for (const service of services.values()) service.kill('SIGKILL');
  await clickhouse?.close();
});

async function startLoad(name: 'a' | 'b', env: Record<string, string> = {}): Promise<ServiceProcess> {
  const { kafkaBrokers, schemaRegistryUrl, clickhouseUrl, ports } = local.stack.addresses;
  const service = await ServiceProcess.start('load', {
    KAFKA_BROKERS: kafkaBrokers,
    SCHEMA_REGISTRY_URL: schemaRegistryUrl,
    CLICKHOUSE_URL: clickhouseUrl,
    KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    KAFKA_REBALANCE_TIMEOUT_MS: String(sessionTimeoutMs),
    // Small blocks: more of them for something to happen to.
    FETCH_MAX_WAIT_MS: '100',
    FETCH_MAX_WAIT_SESSIONS_MS: '100',
    FETCH_MAX_PARTITION_BYTES: '50000',
    PORT: String(ports.load + (name === 'a' ? 0 : 10)),
    ...env,
  });
  services.set(name, service);
  return service;
}

/** Mulberry32: the same kills and inputs in every run, as far as timing lets them. */
function randomFrom(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** As `until`, with what the services said last when it never holds. */
async function untilOrLogs(...[what, withinMs, holds]: Parameters<typeof until>): Promise<void> {
  try {
    await until(what, withinMs, holds);
  } catch (error) {
    const logs = [...services].map(([name, { log }]) => `load ${name}:\n${log.split('\n').slice(-20).join('\n')}`);
    throw new Error([String(error), ...logs].join('\n'));
  }
}

async function rows<T>(query: string): Promise<T[]> {
  return (await clickhouse.query({ query, format: 'JSONEachRow' })).json<T>();
}

const loadedOffsets = async (): Promise<Map<string, number>> => {
  const status = await rows<{ place: string; loaded_offset: number }>(
    "SELECT concat(topic, '/', toString(partition)) AS place, loaded_offset FROM pipeline_status",
  );
  return new Map(status.map(({ place, loaded_offset }) => [place, loaded_offset]));
};

describe('whatever is killed', () => {
  test('every record is in its table once, and every view agrees with its rows', async () => {
    const random = randomFrom(seed);
    const input = await LoadInput.open(kafka, local.stack.addresses.schemaRegistryUrl, random);
    let writing = true;
    const written = (async () => {
      for (; writing; await sleep(150)) await input.write(120);
    })();
    await startLoad('a');
    await startLoad('b');

    for (const victim of ['clickhouse', 'a', 'clickhouse', 'b', 'clickhouse', 'zombie', 'clickhouse'] as const) {
      await sleep(500 + random() * 1_000);
      if (victim === 'clickhouse') {
        await local.stack.killPart('clickhouse');
        await local.stack.startPart('clickhouse');
      } else if (victim === 'zombie') {
        // Frozen for longer than its session: it wakes when another has gone on with its partitions.
        services.get('a')?.kill('SIGSTOP');
        await sleep(sessionTimeoutMs + 2_000);
        services.get('a')?.kill('SIGCONT');
      } else {
        services.get(victim)?.kill('SIGKILL');
        await startLoad(victim);
      }
    }
    writing = false;
    await written;
    await input.close();

    const { truth } = input;
    await untilOrLogs('everything to be loaded', 60_000, async () => {
      const loaded = await loadedOffsets();
      return [...truth.ends].every(([place, end]) => (loaded.get(place) ?? 0) >= end);
    });
    const number = 'toUInt64(substring(event_id, 3))';
    expect(
      await rows(`SELECT count() AS events, uniqExact(event_id) AS ids, sum(${number}) AS numbers, sum(talk_ms) AS talk_ms
                  FROM interactions`),
    ).toEqual([{ events: truth.events, ids: truth.events, numbers: truth.numbers, talk_ms: truth.talk_ms }]);
    const current = (table: string, id: string) =>
      rows<{ id: string; version: number }>(`SELECT ${id} AS id, version FROM ${table} ORDER BY id`);
    const versions = (all: Map<string, { version: number }>) =>
      [...all].map(([id, { version }]) => ({ id, version })).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await current('sessions_current', 'session_id')).toEqual(versions(truth.sessions));
    expect(await current('legs_current', 'leg_id')).toEqual(versions(truth.legs));
    for (const [view, query] of Object.entries(viewsAgainstRows)) {
      expect({ view, differences: await rows(query) }).toEqual({ view, differences: [{ rows: 0 }] });
    }
    await untilOrLogs('the dead letters to be loaded', 10_000, async () => {
      const [{ count }] = await rows<{ count: number }>(
        `SELECT count() AS count FROM dead_letters WHERE origin_topic = '${topics.enriched}' AND step = 'load'`,
      );
      return count >= truth.unreadable;
    });
    expect(truth.unreadable).toBeGreaterThan(0);
    expect(await rows('SELECT count() AS n, uniqExact(identity) AS ids FROM dead_letters_log FINAL')).toEqual([
      { n: truth.unreadable, ids: truth.unreadable },
    ]);
    expect(
      await rows(`SELECT DISTINCT raw_partitions, watermark FROM pipeline_status WHERE topic = '${topics.sessions}'`),
    ).toEqual([{ raw_partitions: 1, watermark: '2026-01-20 00:00:00.000' }]);
  }, 180_000);

  test('while ClickHouse is away load is not ready, and it goes on by itself', async () => {
    const reasons = () => (services.get('a') as ServiceProcess).notReady();
    await until('load to be ready', 20_000, async () => (await reasons()).length === 0);
    await local.stack.killPart('clickhouse');
    await until('load to see it', 10_000, async () => (await reasons()).some((reason) => /^ClickHouse: /.test(reason)));
    await local.stack.startPart('clickhouse');
    await until('load to be ready again', 10_000, async () => (await reasons()).length === 0);
  }, 60_000);

  test('a group that has lost its offsets is not loaded a second time', async () => {
    for (const service of services.values()) {
      service.kill('SIGTERM');
      await service.ended;
    }
    const service = await startLoad('a', { LOAD_GROUP_PREFIX: 'another' });
    await until('load to refuse', 20_000, async () =>
      (await service.notReady()).some((reason) => /would double what is there/.test(reason)),
    );
  }, 40_000);
});
