import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clickhouseSettings, readClickhouseSettings, ttlOf } from '../../infra/clickhouse/settings';
import { applyTtl, keptTables, tablesWithTtl } from '../../infra/clickhouse/ttl';
import { readSettings } from '../../services/lib/settings';
import { AuditDatabase, eventOf } from './support/audit-database';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });

describe('TTLs', () => {
  let database: AuditDatabase;
  const settings = (env: Record<string, string>) => ttlOf(readSettings(clickhouseSettings, env));
  const days = (ago: number): number => Date.now() - ago * 86_400_000;

  beforeAll(async () => {
    database = await AuditDatabase.open(local.stack.addresses.clickhouseUrl, 'ttl');
    const event = (event_id: string, occurred_at: number) =>
      eventOf({ customer_id: 'c', event_id, occurred_at, page_url: 'u' });
    const session = { customer_id: 'c', ended_at: days(0), event_count: 1, contact_count: 1 };
    await database.insertRows('interactions_landing', [
      event('old', days(50)),
      event('text', days(20)),
      event('new', days(1)),
    ]);
    await database.insert(
      [],
      [
        { ...session, session_id: 'old', started_at: days(50) },
        { ...session, session_id: 'new', started_at: days(1) },
      ],
    );
  }, 180_000);
  afterAll(() => database?.client.close());

  const held = async (): Promise<unknown> => {
    for (const table of ['interactions', 'sessions', 'volume_trends_15m']) {
      await database.client.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
    }
    return {
      events: await database.rows('SELECT event_id, page_url FROM interactions ORDER BY occurred_at'),
      sessions: (
        await database.rows<{ session_id: string }>('SELECT session_id FROM sessions_current ORDER BY started_at')
      ).map(({ session_id }) => session_id),
      buckets: (await database.rows('SELECT 1 FROM volume_trends')).length,
    };
  };

  // In this order: each goes on with what the one before has left.
  test('are off by default: nothing is altered and nothing goes', async () => {
    expect(await applyTtl(database.client, settings({}))).toEqual([]);
    expect(await applyTtl(database.client, settings({ TTL_EVENTS_DAYS: '0' }))).toEqual([]);
    expect(await held()).toEqual({
      events: [
        { event_id: 'old', page_url: 'u' },
        { event_id: 'text', page_url: 'u' },
        { event_id: 'new', page_url: 'u' },
      ],
      sessions: ['old', 'new'],
      buckets: 3,
    });
  });

  test('text, events and sessions go apart from each other, rollups stay', async () => {
    const set = settings({ TTL_TEXT_DAYS: '10', TTL_EVENTS_DAYS: '30', TTL_SESSIONS_DAYS: '40' });
    expect((await applyTtl(database.client, set)).length).toBe(5 + 3 + 3);
    expect(await applyTtl(database.client, set)).toEqual([]);
    expect(await held()).toEqual({
      events: [
        { event_id: 'text', page_url: '' },
        { event_id: 'new', page_url: 'u' },
      ],
      sessions: ['new'],
      buckets: 3,
    });
  });

  test('are changed and taken back; what is not set is left as it is', async () => {
    expect(await applyTtl(database.client, settings({ TTL_EVENTS_DAYS: '60' }))).toEqual([
      'ALTER TABLE interactions MODIFY TTL toDateTime(occurred_at) + toIntervalDay(60)',
      'ALTER TABLE late_repairs MODIFY TTL toDateTime(decided_at) + toIntervalDay(60)',
      'ALTER TABLE resessionize_requests MODIFY TTL toDateTime(requested_at) + toIntervalDay(60)',
    ]);
    expect(await applyTtl(database.client, settings({ TTL_DEAD_LETTERS_DAYS: '90' }))).toEqual([
      'ALTER TABLE dead_letters_log MODIFY TTL toDateTime(origin_at) + toIntervalDay(90)',
    ]);
    const off = { TTL_TEXT_DAYS: '0', TTL_EVENTS_DAYS: '0', TTL_SESSIONS_DAYS: '0', TTL_DEAD_LETTERS_DAYS: '0' };
    expect((await applyTtl(database.client, settings(off))).length).toBe(5 + 3 + 3 + 1);
    const [{ left }] = await database.rows<{ left: number }>(
      "SELECT countIf(create_table_query LIKE '% TTL %') AS left FROM system.tables WHERE database = 'ttl'",
    );
    expect(left).toBe(0);
  });

  test('every table that holds rows has one or is named as kept', async () => {
    const stored = await database.rows<{ name: string }>(
      "SELECT name FROM system.tables WHERE database = 'ttl' AND engine LIKE '%MergeTree' ORDER BY name",
    );
    expect([...tablesWithTtl, ...keptTables].sort()).toEqual(stored.map(({ name }) => name));
  });
});

describe('settings of the migrating tool', () => {
  test.each([
    { env: { TTL_EVENTS_DAYS: '7' }, fault: 'TTL_EVENTS_DAYS: must be 0 or at least 14' },
    { env: { TTL_EVENTS_DAYS: '30', TTL_SESSIONS_DAYS: '29' }, fault: 'TTL_SESSIONS_DAYS: must be 0 or at least' },
    { env: { TTL_SESSIONS_DAYS: '400' }, fault: 'TTL_SESSIONS_DAYS: must be 0 or at least' },
    { env: { TTL_ROLLUPS_DAYS: 'a year' }, fault: 'TTL_ROLLUPS_DAYS: must be a number of days' },
  ])('$env is refused', ({ env, fault }) => {
    expect(() => readClickhouseSettings(env)).toThrow(fault);
  });

  test('all faults are told together, and a name that is none is one', () => {
    const told = () => readClickhouseSettings({ TTL_EVENT_DAYS: '30', TTL_TEXT_DAYS: '-1', CLICKHOUSE_CLUSTER: 'cd' });
    expect(told).toThrow(/TTL_EVENT_DAYS: there is no such setting; there are TTL_TEXT_DAYS, TTL_EVENTS_DAYS/);
    expect(told).toThrow(/TTL_TEXT_DAYS: must be a number of days/);
  });

  test('a cluster and its shards are named together', () => {
    expect(() => readClickhouseSettings({ CLICKHOUSE_CLUSTER: 'cd' })).toThrow('CLICKHOUSE_SHARD_URLS: must be set');
    const { CLICKHOUSE_SHARD_URLS } = readClickhouseSettings({
      CLICKHOUSE_CLUSTER: 'cd',
      CLICKHOUSE_SHARD_URLS: 'http://a:8123, http://b:8123',
    });
    expect(CLICKHOUSE_SHARD_URLS).toEqual(['http://a:8123', 'http://b:8123']);
  });

  test('sessions may be kept for ever while events go', () => {
    expect(readSettings(clickhouseSettings, { TTL_EVENTS_DAYS: '14' }).TTL_EVENTS_DAYS).toBe(14);
  });
});
