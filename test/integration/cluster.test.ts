import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readCatalogue } from '../../infra/clickhouse/catalogue';
import { renderMigrations } from '../../infra/clickhouse/cluster';
import { connectDatabase } from '../../infra/clickhouse/database';
import { migrate } from '../../infra/clickhouse/migrate';
import { readMigrations, statementsOf } from '../../infra/clickhouse/migrations';
import { withPlaceholders } from '../../infra/clickhouse/placeholders';
import { withoutReplication } from '../support/plain-form';
import { RandomLegs } from '../support/recompute/random-legs';
import { randomService } from './metrics/random-service';
import { migrationsFolder } from './support/migrated-database';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const files = readMigrations(migrationsFolder).map(statementsOf);
const range = { from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 9) };
/** What users of a cluster have in their profile: a view may join tables that each shard has a part of. */
const clickhouse_settings = {
  distributed_product_mode: 'global' as const,
  output_format_json_quote_64bit_integers: 0 as const,
};

/** Parameters of views that may not be left out. */
const parameters: Record<string, string> = {
  from: "'2026-03-02 00:00:00'",
  to: "'2026-03-09 00:00:00'",
  by: "'channel'",
  'by Array(String)': "['day', 'channel']",
  at: "'2026-03-08 00:00:00'",
  schedule: "'office'",
  customer_id: "'c1'",
  time_zone: "'UTC'",
  target_seconds: '20',
};

/** A database in the form for a cluster but for replication and ON CLUSTER, which want a Keeper. */
async function distributed(url: string, database: string, cluster: string): Promise<ClickHouseClient> {
  const client = await connectDatabase({ url, database, username: 'default', password: '' });
  for (const { sql } of renderMigrations(files, { cluster, database }).flat()) {
    for (const query of await withPlaceholders(client, withoutReplication(sql))) await client.command({ query });
  }
  return client;
}

/** Made once: ids are counted over all that is made. */
const { events, legs } = randomService(7, range);

/** The same rows, by the landing tables, as load inserts them. */
async function fill(client: ClickHouseClient): Promise<void> {
  const insert = (table: string, values: object[]) => client.insert({ table, values, format: 'JSONEachRow' });
  await insert('interactions_landing', events);
  const random = new RandomLegs(5, range);
  for (let block = 1; block <= 3; block++) {
    const sets = new Map<string, { customer_id: string; change_seq: number; sessions: object[]; legs: object[] }>();
    const rows =
      block === 1
        ? [...(legs as { customer_id: string; sign?: number }[]), ...random.block(300, 0)]
        : random.block(100, 150);
    for (const { customer_id, ...leg } of rows) {
      const set = sets.get(customer_id) ?? { customer_id, change_seq: block, sessions: [], legs: [] };
      set.legs.push({ version: 1, sign: 1, ...leg });
      sets.set(customer_id, set);
    }
    for (const [index, set] of [...sets.values()].entries()) {
      const started_at = range.from + index * 600_000;
      set.sessions.push({
        session_id: `s-${set.customer_id}-${block}`,
        started_at,
        ended_at: started_at + 60_000,
        event_count: 2,
        contact_count: 1,
        leg_count: set.legs.length,
        channels: ['WEB', 'VOICE'],
        path: ['WEB:FAILURE', 'VOICE:SUCCESS'],
        path_counts: [1, 1],
        outcome: 'SUCCESS',
        intent: index % 2 ? 'billing' : '',
        failures_before_success: index % 3,
        first_failed_channel: index % 3 ? 'WEB' : '',
        rescued_by_channel: index % 3 ? 'VOICE' : '',
        time_to_success_ms: 60_000,
        rule_version: 1,
        version: block,
        sign: 1,
      });
    }
    await insert('sessions_landing', [...sets.values()]);
  }
}

/** What a view gives, in an order of its own; with numbers that a sum of fractions may end differently in, cut. */
async function answer(client: ClickHouseClient, view: string): Promise<unknown[]> {
  const result = await client.query({
    query: `SELECT * FROM ${view} ORDER BY ALL`,
    format: 'JSONEachRow',
    clickhouse_settings,
  });
  return (await result.json<Record<string, unknown>>()).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' ? Number(value.toPrecision(10)) : value,
      ]),
    ),
  );
}

/** Every view of a database, with the parameters that it cannot do without. */
async function views(client: ClickHouseClient): Promise<string[]> {
  const relations = (await readCatalogue(client)).filter(({ engine }) => engine === 'View');
  return relations.map(({ name, parameters: all }) => {
    const needed = all.filter((one) => !one.type.startsWith('Nullable'));
    const unknown = needed.filter((one) => !(one.name in parameters));
    if (unknown.length > 0)
      throw new Error(`${name} wants ${unknown.map((one) => `${one.name} ${one.type}`).join(', ')}`);
    return all.length === 0
      ? name
      : `${name}(${needed.map((one) => `${one.name} = ${parameters[`${one.name} ${one.type}`] ?? parameters[one.name]}`).join(', ')})`;
  });
}

describe('the form for a cluster, in the embedded engine', () => {
  let plain: ClickHouseClient;
  const opened: ClickHouseClient[] = [];
  const url = () => local.stack.addresses.clickhouseUrl;

  beforeAll(async () => {
    plain = await connectDatabase({ url: url(), database: 'plain', username: 'default', password: '' });
    opened.push(plain);
    await migrate(plain, { folder: migrationsFolder });
    await fill(plain);
  }, 180_000);
  afterAll(() => Promise.all(opened.map((client) => client.close())));

  test('every statement is one to the parser, ON CLUSTER and replicated engines included', async () => {
    const statements = renderMigrations(files, { cluster: 'cd', database: 'customer_dynamics' }).flat();
    for (const { sql } of statements) {
      const whole = sql
        .replace(/\{columns of \w+\}/, '(a UInt8)')
        .replace(/\{column list of \w+\}/, 'a UInt8')
        .replace(/\{select of \w+\}/, 'SELECT 1')
        .replace(/\{ttl of \w+\}/, '')
        .replace(/\{each month of \w+ in \w+\}/, '1');
      const result = await plain.query({
        query: `SELECT formatQuerySingleLine('${whole.replace(/[\\']/g, '\\$&')}') AS formatted`,
        format: 'JSONEachRow',
      });
      const [{ formatted }] = await result.json<{ formatted: string }>();
      expect(formatted.includes('ON CLUSTER cd')).toBe(sql.includes('ON CLUSTER'));
    }
  }, 180_000);

  test('over one shard every view gives what it gives on one server', async () => {
    const clustered = await distributed(url(), 'clustered', 'self');
    opened.push(clustered);
    await fill(clustered);
    const asked = await views(plain);
    expect(await views(clustered)).toEqual(asked);
    expect(asked.length).toBeGreaterThan(35);
    let rows = 0;
    // Of these the time of writing is a column, or they are about it.
    for (const view of asked.filter((name) => !/^(metric_definitions|pipeline_status|audit_safe_until)/.test(name))) {
      const expected = await answer(plain, view);
      rows += expected.length;
      expect({ view, rows: await answer(clustered, view) }).toEqual({ view, rows: expected });
    }
    expect(rows).toBeGreaterThan(2_000);
  }, 360_000);

  test('over two shards every view can be asked, and what is counted by shard is added up', async () => {
    const clustered = await distributed(url(), 'clustered_twice', 'self_twice');
    opened.push(clustered);
    await fill(clustered);
    for (const view of await views(clustered)) await answer(clustered, view);
    const events = async (client: ClickHouseClient) =>
      (await answer(client, '(SELECT sum(v.events) AS n FROM volume_trends AS v)')) as { n: number }[];
    // Both shards are this engine, so each row is there twice.
    expect((await events(clustered))[0].n).toBe(2 * (await events(plain))[0].n);
  }, 360_000);
});
