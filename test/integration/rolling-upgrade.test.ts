import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withLoadAtRest } from '../../infra/clickhouse/load-at-rest';
import { audit } from '../../infra/tools/report/audit';
import { currentVersion } from '../../services/load/domain/insert-plans';
import { builtDist, projectRoot } from './support/build';
import { PreviousRelease, runTool } from './support/previous-release';
import { viewsAgainstRows } from './support/recomputed';
import { Senders } from './support/senders';
import { ServiceProcess, until } from './support/service-process';
import { withStack } from './support/stack';

type Name = 'ingest' | 'enrich' | 'sessionize' | 'load';
type Version = 'old' | 'new';

const previous = new PreviousRelease();
// Compiling takes a while on a busy machine.
beforeAll(() => previous.unpack(), 300_000);
const local = withStack(['kafka', 'registry', 'clickhouse'], { setUpSteps: previous.setUpSteps });

/** From the end of the pipeline to its start: who reads is newer than who writes. Back in the opposite order. */
const order: Name[] = ['load', 'sessionize', 'enrich', 'ingest'];
/** What this release does that the last one does not know; to be gone through when the archive is renewed (CONTRIBUTING.md). */
const news = {
  /** Filled by this load of what this enrich writes. */
  column: `text LIKE '%[EMAIL]%'`,
  /** The older enrich takes each canary of this ingest, one a partition of raw at its start, for a broken record. */
  refusedCanaries: 4,
};
const portShift: Record<Version, number> = { old: 0, new: 20 };
const customers = 97;
/** Twelve processes start here beside what else the machine does. */
const patienceMs = 180_000;
const testTimeoutMs = 900_000;

let dist: string;
let clickhouse: ClickHouseClient;
let senders: Senders<{ url: string }>;
let at: { url: string }[] = [];
const running = new Map<string, ServiceProcess>();
const all: ServiceProcess[] = [];

beforeAll(async () => {
  dist = await builtDist();
  clickhouse = createClient({
    url: local.stack.addresses.clickhouseUrl,
    database: 'customer_dynamics',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
}, 900_000);

afterAll(async () => {
  await senders?.end().catch(() => undefined);
  for (const service of all) service.kill('SIGKILL');
  await clickhouse?.close();
  previous.remove();
});

const addresses = () => {
  const { kafkaBrokers, schemaRegistryUrl, clickhouseUrl } = local.stack.addresses;
  return { KAFKA_BROKERS: kafkaBrokers, SCHEMA_REGISTRY_URL: schemaRegistryUrl, CLICKHOUSE_URL: clickhouseUrl };
};
const portOf = (name: Name, version: Version): number => local.stack.addresses.ports[name] + portShift[version];

async function launch(version: Version, name: Name, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const own: Record<Version, Record<string, string>> = {
    // Its parameters are not in the archive.
    old: { READ_TEXTS: 'false' },
    new: { STORE_TEXT: 'customers', INGEST_CANARY_EVERY_MS: '1000' },
  };
  const service = await ServiceProcess.start(
    name,
    { ...addresses(), REPAIR_EVERY_MS: '2000', ...own[version], PORT: String(portOf(name, version)), ...env },
    version === 'old' ? previous.root : dist,
  );
  running.set(`${version} ${name}`, service);
  all.push(service);
  return service;
}

async function start(version: Version, name: Name): Promise<ServiceProcess> {
  const service = await launch(version, name);
  await until(`${version} ${name} to be ready`, patienceMs, async () => (await service.notReady()).length === 0);
  return service;
}

async function stop(version: Version, name: Name): Promise<void> {
  const service = running.get(`${version} ${name}`);
  service?.kill('SIGTERM');
  expect(await service?.ended).toEqual({ code: 0, signal: null });
  running.delete(`${version} ${name}`);
}

/** One service comes beside the one it takes the place of, works with it for a while, and is left alone. */
async function replace(name: Name, version: Version): Promise<void> {
  const other = version === 'old' ? 'new' : 'old';
  await start(version, name);
  const places = (['old', 'new'] as const).map((one) => ({ url: `http://127.0.0.1:${portOf('ingest', one)}` }));
  if (name === 'ingest') at = places;
  await sleep(1_000);
  if (name === 'ingest') {
    at = version === 'old' ? [places[0]] : [places[1]];
    // What is on its way to the one that goes.
    await sleep(300);
  }
  await stop(other, name);
}

/** Pages, messages with texts, and calls in a queue, of so few people that each has one session with all of its own. */
function eventOf(number: number): object {
  const customer = `c${number % customers}`;
  const kinds = [
    { event_type: 'web.page_viewed', channel: 'WEB' },
    {
      event_type: 'message.sent',
      channel: 'CHAT',
      interaction_id: `chat-${customer}`,
      actor: { type: 'CUSTOMER' },
      text: 'I want my money back, write to ana@example.com',
    },
    { event_type: 'queue.entered', channel: 'VOICE', interaction_id: `call-${number}`, queue: { id: 'q' } },
  ];
  return {
    ...kinds[number % kinds.length],
    event_id: `n-${number}`,
    occurred_at: Date.now(),
    identities: [{ type: 'customer_id', value: customer, verified: true }],
    source: { system: 'shop', sequence: number },
  };
}

async function rows<T>(query: string): Promise<T[]> {
  return (await clickhouse.query({ query, format: 'JSONEachRow' })).json<T>();
}

async function numberOf(query: string): Promise<number> {
  return Number(Object.values((await rows<object>(query))[0])[0]);
}

const filled = () => numberOf(`SELECT countIf(${news.column}) FROM interactions`);
const loaded = () => numberOf('SELECT count() FROM interactions');

/** More events come through all of the pipeline as it is now. */
async function flows(): Promise<void> {
  const from = senders.sent;
  await until('what is sent now to be loaded', patienceMs, async () => (await loaded()) > from + 50);
}

/** Senders pause; everything sent is in the tables once, in sessions once, and in every view. */
async function expectAllOnce(deadLetters: number): Promise<void> {
  await senders.end();
  const { sent, numbers } = senders;
  await until('everything to be loaded', patienceMs, async () => (await loaded()) >= sent);
  await until(
    'every event to be in a session',
    patienceMs,
    async () => (await numberOf('SELECT sum(event_count) FROM sessions_current')) === sent,
  );
  expect(
    await rows(
      'SELECT count() AS events, uniqExact(event_id) AS ids, sum(source_sequence) AS numbers FROM interactions',
    ),
  ).toEqual([{ events: sent, ids: sent, numbers }]);
  const own = Array.from({ length: customers }, (_, index) => ({
    customer_id: `c${index}`,
    sessions: 1,
    events: Math.floor(sent / customers) + (index < sent % customers ? 1 : 0),
  }));
  expect(
    await rows(`SELECT customer_id, count() AS sessions, sum(event_count) AS events FROM sessions_current
                GROUP BY customer_id ORDER BY toUInt32(substring(customer_id, 2))`),
  ).toEqual(own);
  expect(await audit(clickhouse, { from: Date.now() - 3_600_000, to: Date.now() })).toEqual({
    found: customers,
    findings: [],
  });
  for (const [view, query] of Object.entries(viewsAgainstRows)) {
    expect({ view, differences: await rows(query) }).toEqual({ view, differences: [{ rows: 0 }] });
  }
  expect(await numberOf('SELECT count() FROM dead_letters')).toBe(deadLetters);
  for (const service of running.values()) expect(await service.notReady()).toEqual([]);
}

test(
  'the services of the last release give way to these one by one, and come back, while events come in',
  async () => {
    await Promise.all(order.map((name) => start('old', name)));
    at = [{ url: local.stack.addresses.ingestUrl }];
    senders = new Senders(() => at, eventOf);
    await until('events to be loaded', patienceMs, async () => (await loaded()) > 200);

    const tool = (name: string, env: Record<string, string>) =>
      runTool(projectRoot, join(dist, 'infra', name, 'main.js'), env);
    // Topics, schemas, migrations: the older load rests by its admin call.
    for (const name of ['kafka', 'registry']) await tool(name, addresses());
    const migrating = { ...addresses(), LOAD_PODS_URL: `http://127.0.0.1:${portOf('load', 'old')}` };
    expect(await tool('clickhouse', migrating)).toMatch(/^applied \d+ migrations$/);
    await flows();

    for (const name of order) await replace(name, 'new');
    await flows();
    await until('the new columns to be filled', patienceMs, async () => (await filled()) > 0);
    await until('a canary of this release to be visible', patienceMs, async () =>
      /load_freshness_seconds_count\{[^}]*topic="sessions"[^}]*\} [1-9]/.test(await running.get('new load')!.metrics()),
    );

    // Back: the migrations stay. Load is not among these.
    await replace('ingest', 'old');
    // Its last canaries are behind the newer enrich.
    await flows();
    for (const name of ['enrich', 'sessionize'] as const) await replace(name, 'old');
    await flows();
    expect(senders.repeats).toBeGreaterThan(0);
  },
  testTimeoutMs,
);

test(
  'an older load that does not know the plan of this one stands still beside it; it goes on when this one has been stopped first',
  async () => {
    const standsStill = async (older: ServiceProcess) =>
      (await older.notReady()).some((reason) =>
        reason.includes(`version ${currentVersion} of its block is unknown here`),
      );
    const older = await launch('old', 'load');
    await until('the older load to stand still', patienceMs, () => standsStill(older));
    // Killed, so that its blocks stay open however long one waits.
    const killed = running.get('new load')!;
    killed.kill('SIGKILL');
    await killed.ended;
    running.delete('new load');
    const migrating = { ...addresses(), LOAD_PODS_URL: `http://127.0.0.1:${portOf('load', 'old')}` };
    await until('migrating to be refused for a block', patienceMs, async () => {
      const refusal = await withLoadAtRest(migrating, async () => 'migrated').catch((error: Error) => error.message);
      // Until the group has noticed: two loads, of which one is named.
      if (!refusal.startsWith('2 consumers'))
        expect(refusal).toMatch(/^a load that was killed has left a block open \(/);
      return !refusal.startsWith('2 consumers');
    });
    expect(await standsStill(older)).toBe(true);

    // What docs/runbooks/upgrade.md tells to do.
    await stop('old', 'load');
    await start('new', 'load');
    await flows();
    await stop('new', 'load');
    await start('old', 'load');
    await flows();
    await expectAllOnce(0);
  },
  testTimeoutMs,
);

// Half a minute more, so only where it is asked for: WRONG_ORDER=1 npx jest test/integration/rolling-upgrade.test.ts
if (process.env.WRONG_ORDER)
  test(
    'in another order nothing is lost or doubled either: canaries are refused, and new columns stay empty',
    async () => {
      const before = await filled();
      senders.begin();
      // One canary a partition, at the start.
      await launch('new', 'ingest', { INGEST_CANARY_EVERY_MS: '3600000' });
      await until('the older enrich to refuse the canaries', patienceMs, async () =>
        isDeepStrictEqual(await rows('SELECT step, reason, value_bytes, count() AS n FROM dead_letters GROUP BY ALL'), [
          { step: 'enrich', reason: 'undecodable', value_bytes: 0, n: news.refusedCanaries },
        ]),
      );
      await stop('new', 'ingest');
      await Promise.all([replace('enrich', 'new'), replace('sessionize', 'new')]);
      const from = senders.sent;
      await until(
        'the older load to load what the newer enrich has read',
        patienceMs,
        async () =>
          (await numberOf(`SELECT countIf(language != '') FROM interactions WHERE source_sequence >= ${from}`)) > 10,
      );
      expect(await filled()).toBe(before);
      await expectAllOnce(news.refusedCanaries);
    },
    testTimeoutMs,
  );
