import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fenceOf } from '../../infra/tools/rebuild/fence';
import { type RebuildDeps, rebuild } from '../../infra/tools/rebuild/rebuild';
import { rollupNamed, rollups } from '../../infra/tools/rebuild/rollups';
import { createKafka } from '../../services/lib/kafka/client';
import type { Admin, Kafka } from '../../services/lib/kafka/kafkajs';
import { createLog } from '../../services/lib/log';
import { LoadInput } from './support/load-input';
import { viewsAgainstRows } from './support/recomputed';
import { ServiceProcess, until } from './support/service-process';
import { withStack } from './support/stack';

const local = withStack(['kafka', 'registry', 'clickhouse']);
const scope = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 3, 1) };
const [volume, legs, paths] = ['volume_trends', 'efficiency_metrics', 'channel_failure_paths'].map(rollupNamed);

const token = 'the-token-of-the-test';

let kafka: Kafka;
let admin: Admin;
let clickhouse: ClickHouseClient;
let input: LoadInput;
const loads = new Map<string, ServiceProcess>();
let writing = false;
let written: Promise<void>;

beforeAll(async () => {
  const { kafkaBrokers, schemaRegistryUrl, clickhouseUrl } = local.stack.addresses;
  kafka = createKafka({ KAFKA_BROKERS: kafkaBrokers }, 'test', createLog('test', 'silent'));
  admin = kafka.admin();
  await admin.connect();
  clickhouse = createClient({
    url: clickhouseUrl,
    database: 'customer_dynamics',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  let state = 7;
  // Park and Miller: the same input in every run.
  input = await LoadInput.open(kafka, schemaRegistryUrl, () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  });
  await startLoad('a', 0);
  await startLoad('b', 10);
  startWriting();
}, 180_000);

afterAll(async () => {
  for (const load of loads.values()) load.kill('SIGKILL');
  await admin?.disconnect();
  await clickhouse?.close();
});

function startWriting(): void {
  writing = true;
  written = (async () => {
    for (; writing; await sleep(400)) await input.write(120);
  })();
}

async function stopWriting(): Promise<void> {
  writing = false;
  await written;
}

async function everythingLoaded(): Promise<void> {
  await until('everything to be loaded', 60_000, async () => {
    const status = await rows<{ place: string; loaded_offset: number }>(
      "SELECT concat(topic, '/', toString(partition)) AS place, loaded_offset FROM pipeline_status",
    );
    const loaded = new Map(status.map(({ place, loaded_offset }) => [place, loaded_offset]));
    return [...input.truth.ends].every(([place, end]) => (loaded.get(place) ?? 0) >= end);
  });
}

async function startLoad(name: string, port: number): Promise<void> {
  const { kafkaBrokers, schemaRegistryUrl, clickhouseUrl, ports } = local.stack.addresses;
  const load = await ServiceProcess.start('load', {
    KAFKA_BROKERS: kafkaBrokers,
    SCHEMA_REGISTRY_URL: schemaRegistryUrl,
    CLICKHOUSE_URL: clickhouseUrl,
    FETCH_MAX_WAIT_MS: '100',
    FETCH_MAX_WAIT_SESSIONS_MS: '100',
    FETCH_MAX_PARTITION_BYTES: '50000',
    LOAD_ADMIN_TOKEN: token,
    PORT: String(ports.load + port),
  });
  loads.set(name, load);
}

const deps = (given: Partial<RebuildDeps> = {}): RebuildDeps => ({
  clickhouse,
  admin,
  groupPrefix: 'load',
  pause: {
    urls: [...loads.values()].map(({ url }) => url),
    token,
    holder: 'test',
    ifNoneAnswers: 'say so with LOAD=stopped',
    leaseSeconds: 8,
    loadIsStopped: false,
  },
  told: () => undefined,
  ...given,
});

async function rows<T>(query: string): Promise<T[]> {
  return (await clickhouse.query({ query, format: 'JSONEachRow' })).json<T>();
}
const command = (query: string, settings: Record<string, string | number> = {}) =>
  clickhouse.command({ query, clickhouse_settings: settings });
const count = async (query: string): Promise<number> => (await rows<{ n: number }>(query))[0].n;
const disagreements = async (): Promise<Record<string, number>> => {
  const found: Record<string, number> = {};
  for (const [view, query] of Object.entries(viewsAgainstRows))
    found[view] = (await rows<{ rows: number }>(query))[0].rows;
  return found;
};

describe('roll-ups computed anew while two loads are at work', () => {
  test('every table that a view fills is a table of rows or can be rebuilt', async () => {
    const views = await rows<{ name: string; target: string }>(
      `SELECT name, extract(create_table_query, ' TO (?:\\\\w+\\\\.)?(\\\\w+)') AS target
       FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView'`,
    );
    const base = ['interactions', 'sessions', 'legs', 'dead_letters_log'];
    const filled = views.filter(({ target }) => !base.includes(target));
    expect(filled.map(({ name, target }) => [name, target]).sort()).toEqual(
      rollups.map(({ view, table }) => [view, table]).sort(),
    );
  });

  test('a dry run names just the keys that are wrong, and changes nothing; a rebuild mends them', async () => {
    await until(
      'something to be loaded',
      30_000,
      async () =>
        (await count(
          'SELECT min(n) AS n FROM (SELECT count() AS n FROM legs UNION ALL SELECT count() FROM interactions)',
        )) > 200,
    );
    await command(`INSERT INTO volume_trends_15m (bucket_start, channel, direction, intent, events, contacts, customers)
      SELECT '2026-01-25 10:15:00', 'FAX', 'UNKNOWN', '', 3, uniqExactState('c', 's', '', toUInt8(1), 'x'), uniqExactState('c')`);
    await command(`INSERT INTO leg_metrics_15m (booked_by, bucket_start, channel, queue, direction, legs, talk_ms, answered_waits)
      VALUES ('BOTH', '2026-01-20 00:00:00', 'FAX', 'q', '', 2, -7, ([3], [2]))`);
    const [{ lost }] = await rows<{ lost: string }>(
      `SELECT customer_id AS lost FROM channel_failure_paths_by_customer
       GROUP BY customer_id HAVING sum(sessions) > 0 ORDER BY customer_id LIMIT 1`,
    );
    await command(
      `ALTER TABLE channel_failure_paths_by_customer DELETE WHERE customer_id = '${lost}' SETTINGS mutations_sync = 2`,
    );

    const dry = await rebuild(deps(), volume, scope, { dryRun: true });
    expect(dry.differences).toEqual([
      {
        bucket_start: '2026-01-25 10:15:00',
        channel: 'FAX',
        direction: 'UNKNOWN',
        intent: '',
        changes: [
          ['events', '3', '0'],
          ['contacts', '1', '0'],
          ['customers', '1', '0'],
        ],
      },
    ]);
    expect(dry).toMatchObject({ partitions: [], rounds: 1 });
    expect(await count("SELECT sum(events) AS n FROM volume_trends WHERE channel = 'FAX'")).toBe(3);

    const mended = await rebuild(deps(), volume, scope);
    expect(mended).toMatchObject({ partitions: ['2026'], rounds: 1 });
    expect(mended.differences).toEqual(dry.differences);
    const ofLegs = await rebuild(deps(), legs, scope);
    expect(ofLegs.differences.map(({ changes }) => changes)).toEqual([
      [
        ['legs', '2', '0'],
        ['answered_waits', '[(3,2)]', '[]'],
        ['talk_ms', '-7', '0'],
      ],
    ]);
    const ofPaths = await rebuild(deps(), paths, scope);
    expect([...new Set(ofPaths.differences.map(({ customer_id }) => customer_id))]).toEqual([lost]);
    expect(await rebuild(deps(), legs, scope)).toMatchObject({ differences: [], partitions: [] });
  }, 360_000);

  test('a block that was counted before is not counted again after, by none of the tables', async () => {
    const again = () =>
      command(
        `INSERT INTO interactions_landing (event_id, occurred_at, received_at, customer_id, channel, kafka_partition)
         SELECT concat('r-', toString(number)), toDateTime64('2026-02-03 04:05:06', 3, 'UTC') + number * 500000, now64(3), 'ruth', 'POSTAL', 1 FROM numbers(6)`,
        {
          insert_deduplication_token: 'test-block',
          deduplicate_blocks_in_dependent_materialized_views: 1,
          max_threads: 1,
        },
      );
    await again();
    const found = () =>
      rows(
        "SELECT sum(events) AS n, (SELECT count() FROM interactions WHERE customer_id = 'ruth') AS base FROM volume_trends WHERE channel = 'POSTAL'",
      );
    expect(await found()).toEqual([{ n: 6, base: 6 }]);
    expect((await rebuild(deps(), volume, scope, { always: true })).partitions).toEqual(['2026']);
    expect(await found()).toEqual([{ n: 6, base: 6 }]);
    await again();
    expect(await found()).toEqual([{ n: 6, base: 6 }]);
  }, 180_000);

  test('a tool that dies stops load no longer than its lease; the same command then mends all', async () => {
    await command(`INSERT INTO volume_trends_15m (bucket_start, channel, direction, intent, events) VALUES
      ('2025-12-31 23:45:00', 'FAX', '', '', 5), ('2026-01-25 10:15:00', 'FAX', '', '', 5)`);
    const both = { from: Date.UTC(2025, 11, 1), to: scope.to };
    const dying = deps({
      step: (name) => {
        if (name.endsWith(' 2026')) throw new Error('killed');
      },
    });
    // Gives no lease back.
    const realFetch = globalThis.fetch;
    globalThis.fetch = ((url: string, init?: RequestInit) =>
      init?.method === 'DELETE' ? Promise.reject(new Error('dead')) : realFetch(url, init)) as typeof fetch;
    try {
      await expect(rebuild(dying, volume, both)).rejects.toThrow('killed');
    } finally {
      globalThis.fetch = realFetch;
    }
    expect(await count("SELECT sum(events) AS n FROM volume_trends WHERE channel = 'FAX'")).toBe(5);
    const before = await count('SELECT count() AS n FROM interactions');
    await expect(
      rebuild(deps({ pause: { ...dying.pause, holder: 'another' } }), volume, scope, { dryRun: true }),
    ).rejects.toThrow(/volume_trends_15m is paused by test until/);
    // The lease of 8 s, renewed at the most two before.
    await until(
      'load to go on by itself',
      30_000,
      async () => (await count('SELECT count() AS n FROM interactions')) > before,
    );
    const { partitions, differences } = await rebuild(deps(), volume, both);
    expect([partitions, differences.length]).toEqual([['2026'], 1]);
    expect(await count("SELECT sum(events) AS n FROM volume_trends WHERE channel = 'FAX'")).toBe(0);
  }, 180_000);

  test('a load that was killed with a block open is waited for', async () => {
    const fence = () => fenceOf(admin, `load-${volume.topic}`, volume.topic);
    // Under traffic a block follows upon the other, and those of the one killed stay open.
    await until('an open block in each partition', 40_000, async () => (await fence()).open.size === 4);
    loads.get('a')?.kill('SIGKILL');
    loads.delete('a');
    const told: string[] = [];
    const { partitions } = await rebuild(deps({ told: (text) => told.push(text) }), volume, scope, { always: true });
    expect(partitions).toEqual(['2026']);
    expect(told.join()).toMatch(/waits: interactions\.enriched has open blocks in partitions/);
  }, 270_000);

  test('what a load writes that nobody has asked to pause is seen, and all is done again', async () => {
    await stopWriting();
    const told: string[] = [];
    // Of rows the engine may merge away more than are added; the newest version stays.
    const newest = () => count('SELECT max(version) AS n FROM legs');
    let replaced = 0;
    const unaware = deps({
      pause: { ...deps().pause, loadIsStopped: true },
      told: (text) => told.push(text),
      step: async (name) => {
        if (!name.startsWith('replace ') || ++replaced > 1) return;
        // Between the comparison and the replacement, which takes it out of the roll-up again.
        const before = await newest();
        await input.write(120);
        await until('a block to be loaded', 30_000, async () => (await newest()) > before);
      },
    });
    await everythingLoaded();
    const { rounds, partitions } = await rebuild(unaware, legs, scope, { always: true });
    expect([rounds > 1, replaced > 1, partitions]).toEqual([true, true, ['2026']]);
    expect(told).toContain('something was loaded into legs in spite of the pause: once more');
    await everythingLoaded();
    expect(await disagreements()).toMatchObject({ efficiency_metrics: 0 });
    startWriting();
    await expect(
      rebuild(deps({ pause: { ...deps().pause, urls: ['http://127.0.0.1:9'] } }), legs, scope),
    ).rejects.toThrow(/load at http:\/\/127\.0\.0\.1:9 does not answer/);
  }, 360_000);

  test('in the end every record is in its table once, and every view agrees with its rows', async () => {
    await stopWriting();
    await input.close();
    await everythingLoaded();
    const { truth } = input;
    expect(
      await rows(
        "SELECT count() AS n, uniqExact(event_id) AS ids, sum(talk_ms) AS talk_ms FROM interactions WHERE customer_id != 'ruth'",
      ),
    ).toEqual([{ n: truth.events, ids: truth.events, talk_ms: truth.talk_ms }]);
    expect(await count('SELECT count() AS n FROM legs_current')).toBe(truth.legs.size);
    expect(await disagreements()).toEqual({ volume_trends: 0, channel_failure_paths: 0, efficiency_metrics: 0 });
    expect(await rows("SELECT name FROM system.tables WHERE name LIKE '%\\_\\_rebuild'")).toEqual([]);
  }, 270_000);
});
