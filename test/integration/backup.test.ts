import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectDatabase } from '../../infra/clickhouse/database';
import { migrate } from '../../infra/clickhouse/migrate';
import { backup } from '../../infra/tools/backup/backup';
import { figuresOf } from '../../infra/tools/backup/figures';
import { backupPlace } from '../../infra/tools/backup/place';
import { loadGroup, placesOf } from '../../infra/tools/backup/positions';
import { newestBackup } from '../../infra/tools/backup/records';
import { whileLoadRests } from '../../infra/tools/backup/rest';
import { openSession, type Session } from '../../infra/tools/backup/session';
import { erasedButThere, readErasures } from '../../infra/tools/restore/erased';
import { unfinishedMark } from '../../infra/tools/restore/faults';
import { setGroupOffsets } from '../../infra/tools/restore/group-offsets';
import { restore, verify } from '../../infra/tools/restore/restore';
import { topicIds } from '../../services/lib/kafka/topic-ids';
import { unsafeErasureKey } from '../../services/lib/settings';
import { topics } from '../../services/lib/topics';
import { LoadInput } from './support/load-input';
import { migrationsFolder } from './support/migrated-database';
import { viewsAgainstRows } from './support/recomputed';
import { ServiceProcess, until } from './support/service-process';
import { withStack } from './support/stack';

const local = withStack(['kafka', 'registry', 'clickhouse']);
const database = 'customer_dynamics';
/** The same topics loaded beside it, by other groups, and never disturbed. */
const undisturbed = { database: 'undisturbed', prefix: 'undisturbed' };
const groupPrefix = 'load';
const from = backupPlace('FROM', 'tuesday');

/** Mulberry32. */
function seeded(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

let session: Session;
const running: ServiceProcess[] = [];

const address = () => ({
  clickhouseUrl: local.stack.addresses.clickhouseUrl,
  username: 'default',
  password: '',
  kafka: { KAFKA_BROKERS: local.stack.addresses.kafkaBrokers },
});
const deps = () => ({ ...session, database, groupPrefix, acceptLost: false, say: () => {} });

const rest = () => ({
  admin: session.admin,
  groupPrefix,
  loadUrls: [`http://127.0.0.1:${local.stack.addresses.ports.load}`],
});

beforeAll(async () => {
  rmSync(join(local.stack.dir, 'backups'), { recursive: true, force: true });
  session = await openSession(address(), 'test');
});

afterAll(async () => {
  for (const service of running) service.kill('SIGKILL');
  await session?.close();
});

async function startLoad(prefix: string, into: string, portShift = 0): Promise<ServiceProcess> {
  const { kafkaBrokers, schemaRegistryUrl, clickhouseUrl, ports } = local.stack.addresses;
  const service = await ServiceProcess.start('load', {
    KAFKA_BROKERS: kafkaBrokers,
    SCHEMA_REGISTRY_URL: schemaRegistryUrl,
    CLICKHOUSE_URL: clickhouseUrl,
    CLICKHOUSE_DATABASE: into,
    LOAD_GROUP_PREFIX: prefix,
    FETCH_MAX_WAIT_MS: '100',
    FETCH_MAX_WAIT_SESSIONS_MS: '100',
    FETCH_MAX_PARTITION_BYTES: prefix === groupPrefix ? '50000' : '2000000',
    PORT: String(ports.load + portShift),
  });
  running.push(service);
  return service;
}

async function stopLoad(service: ServiceProcess): Promise<void> {
  service.kill('SIGTERM');
  await service.ended;
}

async function migrateInto(name: string): Promise<void> {
  const client = await connectDatabase({
    url: local.stack.addresses.clickhouseUrl,
    database: name,
    username: 'default',
    password: '',
  });
  await migrate(client, { folder: migrationsFolder });
  await client.close();
}

async function rows<T>(query: string, name = database): Promise<T[]> {
  const settings = { output_format_json_quote_64bit_integers: 0 as const };
  const result = await session.client.query({
    query,
    format: 'JSONEachRow',
    clickhouse_settings: settings,
    http_headers: { 'X-ClickHouse-Database': name },
  });
  return result.json<T>();
}

const eventsIn = async (name = database): Promise<number> =>
  (await rows<{ n: number }>(`SELECT count() AS n FROM ${name}.interactions`))[0].n;

describe('a backup taken during traffic', () => {
  let input: LoadInput;
  let writing = true;
  afterAll(() => {
    writing = false;
  });

  test('brings back tables and offsets after ClickHouse is lost: figures as of a run that nothing disturbed', async () => {
    input = await LoadInput.open(session.kafka, local.stack.addresses.schemaRegistryUrl, seeded(20_261_126));
    const written = (async () => {
      for (; writing; await sleep(400)) await input.write(80);
    })();
    // A failure of the test itself is what is to be told.
    written.catch(() => undefined);
    let load = await startLoad(groupPrefix, database);
    await until('events to be loaded', 30_000, async () => (await eventsIn()) > 500);

    // Several loads, of which one is not named: it would go on.
    const unnamed = backup(
      { ...deps(), whileLoadRests: (work) => whileLoadRests({ ...rest(), loadUrls: [] }, work) },
      from,
    );
    await expect(unnamed).rejects.toThrow('1 consumers load a topic, and the loads that LOAD_URLS names are 0 of them');
    const done = await backup({ ...deps(), whileLoadRests: (work) => whileLoadRests(rest(), work) }, from);
    const { figures } = await newestBackup(session.client, database);
    const inBackup = figures.find(({ table_name }) => table_name === 'interactions')!.rows;
    expect(inBackup).toBeGreaterThan(500);
    expect(done.rows).toBeGreaterThan(inBackup);
    expect(await verify(deps(), from)).toEqual({ tables: done.tables, rows: done.rows });

    await until('more events to be loaded', 30_000, async () => (await eventsIn()) > inBackup + 500);
    await expect(restore(deps(), from)).rejects.toThrow(/a load runs .*\n.*database customer_dynamics is in use/);
    await local.stack.killPart('clickhouse');
    const lostAt = Date.now();
    rmSync(join(local.stack.dir, 'data', 'clickhouse'), { recursive: true });
    await local.stack.startPart('clickhouse');
    await migrateInto(database);
    await until('the running load to see that the tables are lost', 20_000, async () =>
      (await load.notReady()).some((reason) => /stands still.*was ClickHouse lost/.test(reason)),
    );
    expect(await eventsIn()).toBe(0);
    await stopLoad(load);
    // What has just been loaded may not be written down yet: it is believed for ten seconds.
    await sleep(Math.max(0, lostAt + 11_000 - Date.now()));
    load = await startLoad(groupPrefix, database);
    await until('load to see that the tables are lost', 20_000, async () =>
      (await load.notReady()).some((reason) => /was ClickHouse lost/.test(reason)),
    );
    await stopLoad(load);

    const restored = await restore(deps(), from);
    expect(restored.behind).toBeGreaterThan(500);
    expect(await eventsIn()).toBe(inBackup);

    // As if it had been broken off: load does not start on it, and it may be run again.
    const [{ topic }] = await placesOf(session.kafka, session.admin, groupPrefix);
    const mark = [0, 1, 2, 3].map((partition) => ({ partition, offset: 0, metadata: unfinishedMark }));
    await setGroupOffsets(session.kafka, loadGroup(groupPrefix, topic), topic, mark);
    load = await startLoad(groupPrefix, database);
    await until('load to refuse', 20_000, async () =>
      (await load.notReady()).some((reason) => reason.includes(unfinishedMark)),
    );
    await stopLoad(load);
    await restore(deps(), from);
    await startLoad(groupPrefix, database);

    writing = false;
    await written;
    await input.close();
    await migrateInto(undisturbed.database);
    await startLoad(undisturbed.prefix, undisturbed.database, 10);
    const { truth } = input;
    for (const name of [database, undisturbed.database]) {
      await until(`everything to be in ${name}`, 120_000, async () => {
        const status = await rows<{ place: string; loaded_offset: number }>(
          `SELECT concat(topic, '/', toString(partition)) AS place, loaded_offset FROM ${name}.pipeline_status`,
        );
        const loaded = new Map(status.map((row) => [row.place, row.loaded_offset]));
        return [...truth.ends].every(([place, end]) => (loaded.get(place) ?? 0) >= end);
      });
    }
    expect(await eventsIn()).toBe(truth.events);
    const compared = async (name: string) =>
      (await figuresOf(session.client, name)).filter(
        ({ table_name }) => !/^(schema_migrations|metric_definitions_log|dead_letters_log)$/.test(table_name),
      );
    expect(await compared(database)).toEqual(await compared(undisturbed.database));
    for (const [view, query] of Object.entries(viewsAgainstRows)) {
      expect({ view, differences: await rows(query) }).toEqual({ view, differences: [{ rows: 0 }] });
    }
  }, 800_000);

  test('is not restored when retention has passed its offsets, and says what is lost', async () => {
    for (const service of running) service.kill('SIGTERM');
    await Promise.all(running.map(({ ended }) => ended));
    await rows(`SELECT 1`);
    await session.client.command({ query: `DROP DATABASE ${database} SYNC` });
    const places = await placesOf(session.kafka, session.admin, groupPrefix);
    const { partition, high } = places.find(({ topic }) => topic === topics.enriched)!;
    await session.admin.deleteTopicRecords({
      topic: topics.enriched,
      partitions: [{ partition, offset: String(high) }],
    });
    await expect(restore(deps(), from)).rejects.toThrow(
      new RegExp(`^${topics.enriched} partition ${partition}: offsets \\d+ to ${high - 1} were deleted by retention`),
    );
    await restore({ ...deps(), acceptLost: true }, from);
    // Who was erased since the backup is in it again, and told.
    const erasures = await readErasures(session, local.stack.addresses.schemaRegistryUrl, unsafeErasureKey);
    expect(await erasedButThere(session.client, database, erasures)).toEqual([]);
    erasures.addCustomer('c-7', Date.now());
    erasures.addCustomer('nobody', Date.now());
    expect(await erasedButThere(session.client, database, erasures)).toEqual(['c-7']);
    const after = await placesOf(session.kafka, session.admin, groupPrefix);
    expect(after.find((place) => place.topic === topics.enriched && place.partition === partition)).toMatchObject({
      committed_offset: high,
      metadata: expect.stringContaining('"p"'),
    });
  }, 180_000);
});

test('a topic that is deleted and made anew under its name has another id', async () => {
  const { admin, kafka } = session;
  const idOf = async () => (await topicIds(kafka, ['made-anew'])).get('made-anew');
  await admin.createTopics({ topics: [{ topic: 'made-anew', numPartitions: 2 }], waitForLeaders: true });
  const first = await idOf();
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(await idOf()).toBe(first);
  await admin.deleteTopics({ topics: ['made-anew'] });
  const again = { topics: [{ topic: 'made-anew', numPartitions: 2 }], waitForLeaders: true };
  await until('the topic to be made anew', 40_000, async () => {
    await admin.createTopics(again);
    return (await idOf()) !== first;
  });
  await expect(topicIds(kafka, ['made-anew', 'never-made'])).rejects.toThrow('Kafka knows no topic never-made');
}, 180_000);
