import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterAll, expect, test } from '@jest/globals';
import { migrate } from '../../infra/clickhouse/migrate';
import { generateTypes } from '../../schemas/generate';
import { edits, field, migration, schemas } from '../fixtures/new-event-field/edits';
import { ScratchCopy } from './support/scratch-copy';
import { Senders } from './support/senders';
import { ServiceProcess, until } from './support/service-process';
import { withStack } from './support/stack';

const local = withStack(['kafka', 'registry', 'clickhouse']);
const running = new Map<string, ServiceProcess>();
let clickhouse: ClickHouseClient | undefined;
let next: ScratchCopy | undefined;

afterAll(async () => {
  for (const service of running.values()) service.kill('SIGKILL');
  await clickhouse?.close();
  next?.remove();
});

/** What docs/recipes/new-event-field.md tells to do to the sources. */
function changed(): ScratchCopy {
  const copy = ScratchCopy.make('new-event-field');
  for (const [name, newest] of schemas) {
    const schema = JSON.parse(copy.read(`schemas/${name}.v${newest}.avsc`)) as { fields: object[] };
    schema.fields.push(field);
    copy.write(`schemas/${name}.v${newest + 1}.avsc`, JSON.stringify(schema));
  }
  copy.write('schemas/types.ts', generateTypes(join(copy.root, 'schemas')));
  for (const edit of edits) copy.edit(edit);
  const landed = readdirSync(join(copy.root, 'infra/clickhouse/migrations')).filter((name) => name.endsWith('.sql'));
  const number = String(landed.length + 1).padStart(4, '0');
  copy.write(`infra/clickhouse/migrations/${number}_add_event_priority.sql`, migration);
  return copy;
}

const portShift: Record<string, number> = { old: 0, new: 20 };

async function start(
  name: 'ingest' | 'enrich' | 'sessionize' | 'load',
  version: 'old' | 'new',
): Promise<ServiceProcess> {
  const { kafkaBrokers, schemaRegistryUrl, clickhouseUrl, ports } = local.stack.addresses;
  const env = {
    KAFKA_BROKERS: kafkaBrokers,
    SCHEMA_REGISTRY_URL: schemaRegistryUrl,
    CLICKHOUSE_URL: clickhouseUrl,
    PORT: String(ports[name] + portShift[version]),
  };
  const service = await ServiceProcess.start(name, env, version === 'new' ? next?.root : undefined);
  running.set(`${version} ${name}`, service);
  await until(`${version} ${name} to be ready`, 60_000, async () => (await service.notReady()).length === 0);
  return service;
}

async function stop(name: string): Promise<void> {
  const service = running.get(name);
  service?.kill('SIGTERM');
  await service?.ended;
  running.delete(name);
}

interface Place {
  url: string;
  knowsPriority: boolean;
}

function eventOf(number: number, isUrgent: boolean): object {
  return {
    event_id: `n-${number}`,
    event_type: 'web.page_viewed',
    occurred_at: Date.now(),
    channel: 'WEB',
    identities: [{ type: 'customer_id', value: `c${number % 97}`, verified: true }],
    source: { system: 'shop', sequence: number },
    ...(isUrgent ? { priority: 'high' } : {}),
  };
}

test('a new event field comes in by steps, while events come in: none is lost, doubled or refused', async () => {
  const rows = async <T>(query: string): Promise<T[]> =>
    (await clickhouse!.query({ query, format: 'JSONEachRow' })).json<T>();
  clickhouse = createClient({
    url: local.stack.addresses.clickhouseUrl,
    database: 'customer_dynamics',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  const one = async <T>(query: string): Promise<T> => (await rows<T>(query))[0];
  const loaded = async () => (await one<{ n: number }>('SELECT count() AS n FROM interactions')).n;
  next = changed();

  // As it is.
  await Promise.all((['ingest', 'enrich', 'sessionize', 'load'] as const).map((name) => start(name, 'old')));
  const old = { url: local.stack.addresses.ingestUrl, knowsPriority: false };
  let at: Place[] = [old];
  let urgent = 0;
  const priority = (number: number, { knowsPriority }: Place): object => {
    const isUrgent = knowsPriority && number % 2 === 0;
    if (isUrgent) urgent += 1;
    return eventOf(number, isUrgent);
  };
  const senders = new Senders(
    () => at,
    priority,
    (event) => !('priority' in event),
  );
  await until('events to be loaded', 60_000, async () => (await loaded()) > 200);

  // 1. load: stopped, migrated, started in its new version. Events wait in Kafka.
  await stop('old load');
  await migrate(clickhouse, { folder: join(next.root, 'infra/clickhouse/migrations') });
  await start('load', 'new');

  // 2. enrich: the new one beside the old, then alone. The old one is started once more: it finds its schema again.
  await start('enrich', 'new');
  await stop('old enrich');
  await start('enrich', 'old');
  await sleep(1_000);
  await stop('old enrich');

  // 3. ingest: the new one beside the old; only now does anybody send the field.
  const { url } = await start('ingest', 'new');
  at = [old, { url, knowsPriority: true }];
  await until(
    'the field to be in the table',
    60_000,
    async () => (await one<{ n: number }>("SELECT countIf(priority = 'high') AS n FROM interactions")).n > 50,
  );
  at = [{ url, knowsPriority: true }];
  await sleep(500);
  await stop('old ingest');
  await senders.end();

  await until('everything to be loaded', 60_000, async () => (await loaded()) >= senders.sent);
  const { sent, numbers, repeats } = senders;
  expect(repeats).toBeGreaterThan(0);
  expect(
    await one(`SELECT count() AS events, uniqExact(event_id) AS ids, sum(source_sequence) AS numbers,
                 countIf(priority = 'high') AS urgent, countIf(priority NOT IN ('', 'high')) AS others FROM interactions`),
  ).toEqual({ events: sent, ids: sent, numbers, urgent, others: 0 });
  expect(
    await rows('SELECT priority, sum(events) AS events FROM event_priorities GROUP BY priority ORDER BY priority'),
  ).toEqual([
    { priority: '', events: sent - urgent },
    { priority: 'high', events: urgent },
  ]);
  expect(await one('SELECT sum(events) AS events FROM volume_trends')).toEqual({ events: sent });
  await until(
    'every event to be in a session',
    60_000,
    async () => (await one<{ n: number }>('SELECT sum(event_count) AS n FROM sessions_current')).n === sent,
  );
  expect(await one('SELECT count() AS n FROM dead_letters')).toEqual({ n: 0 });
  for (const service of running.values()) expect(await service.notReady()).toEqual([]);
}, 900_000);
