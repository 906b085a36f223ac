import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connectDatabase } from '../../infra/clickhouse/database';
import { MigrationRefused, migrate } from '../../infra/clickhouse/migrate';
import { deletionsOf } from '../../infra/tools/erase/tables';
import { schemaTexts } from '../../schemas/types';
import { topics, valueSchemas } from '../../services/lib/topics';
import { withStack } from './support/stack';

const folder = join(__dirname, '../../infra/clickhouse/migrations');
const local = withStack(['clickhouse'], { setUpSteps: [] });
const connect = (database: string): Promise<ClickHouseClient> =>
  connectDatabase({ url: local.stack.addresses.clickhouseUrl, database, username: 'default', password: '' });

async function rows<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json<T>();
}

describe('the migrations of the project', () => {
  let client: ClickHouseClient;
  let applied: string[];
  beforeAll(async () => {
    client = await connect('migrated');
    applied = await migrate(client, { folder });
  }, 180_000);
  afterAll(() => client?.close());

  test('apply once, in order, and are recorded', async () => {
    expect(applied[0]).toBe('0001_create_interactions.sql');
    expect(await migrate(client, { folder })).toEqual([]);
    const recorded = await rows<{ name: string }>(client, 'SELECT name FROM schema_migrations ORDER BY number');
    expect(recorded.map(({ name }) => name)).toEqual(applied);
  });

  test('leave no table, view or column without a comment', async () => {
    const without = `SELECT table, name FROM system.columns WHERE database = 'migrated' AND trim(comment) = ''
      UNION ALL SELECT name, '' FROM system.tables WHERE database = 'migrated' AND trim(comment) = ''`;
    expect(await rows(client, without)).toEqual([]);
    const [{ count }] = await rows<{ count: string }>(
      client,
      "SELECT count() AS count FROM system.columns WHERE database = 'migrated'",
    );
    expect(Number(count)).toBeGreaterThan(400);
  });

  test('give no table rows of a person that make erase does not know', async () => {
    const named = await rows<{ table: string }>(
      client,
      `SELECT DISTINCT table FROM system.columns WHERE database = 'migrated' AND name = 'customer_id'
         AND table IN (SELECT name FROM system.tables WHERE database = 'migrated' AND engine LIKE '%MergeTree')`,
    );
    const known = deletionsOf({ erasure_id: '', erased_through: 0 }).map(({ table }) => table);
    expect(named.map(({ table }) => table).sort()).toEqual([...known, 'erasure_targets'].sort());
  });

  test('give interactions a column for every field of the enriched event', async () => {
    const { fields } = JSON.parse(schemaTexts[valueSchemas[topics.enriched]]) as { fields: { name: string }[] };
    const columns = await rows<{ name: string }>(
      client,
      "SELECT name FROM system.columns WHERE database = 'migrated' AND table = 'interactions' ORDER BY position",
    );
    expect(columns.map(({ name }) => name)).toEqual([...fields.map(({ name }) => name), 'kafka_partition']);
  });

  test('give every table that load fills by blocks a window of tokens', async () => {
    const targets = `SELECT name FROM system.tables WHERE database = 'migrated' AND engine LIKE '%MergeTree'
      AND name NOT IN ('schema_migrations', 'session_rules', 'pipeline_status_log', 'late_repairs', 'resessionize_requests',
        'repeat_contacts_days', 'durable_resolution_days',
        'metric_definitions_log', 'rate_card', 'service_level_targets', 'erasure_log', 'erasure_targets', 'erasure_buckets')
      AND name NOT IN ('agent_status_classes', 'agent_schedules', 'case_status_classes', 'business_hours', 'business_holidays')
      AND create_table_query NOT LIKE '%non_replicated_deduplication_window = 200000%'`;
    expect(await rows(client, targets)).toEqual([]);
  });

  test('hold the rules of version 1 for every channel', async () => {
    const { fields } = JSON.parse(schemaTexts[valueSchemas[topics.enriched]]) as {
      fields: { name: string; type: { symbols: string[] } }[];
    };
    const channels = fields.find(({ name }) => name === 'channel')?.type.symbols;
    const rules = await rows<{ channel: string; gap_minutes: number }>(
      client,
      'SELECT channel, toUInt32(gap_ms / 60000) AS gap_minutes FROM session_rules WHERE rule_version = 1',
    );
    expect(rules.map(({ channel }) => channel).sort()).toEqual(channels?.toSorted());
    expect(rules.filter(({ channel }) => ['VOICE', 'SMS', 'EMAIL'].includes(channel)).toSorted(byChannel)).toEqual([
      { channel: 'EMAIL', gap_minutes: 72 * 60 },
      { channel: 'SMS', gap_minutes: 24 * 60 },
      { channel: 'VOICE', gap_minutes: 30 },
    ]);
  });
});

describe('current rows', () => {
  let client: ClickHouseClient;
  beforeAll(async () => {
    client = await connect('current');
    await migrate(client, { folder });
  }, 180_000);
  afterAll(() => client?.close());

  /** One insert for each string, e.g. "-1 +2": the rows of one session or leg, by version. */
  const insert = async (table: string, key: string, inserts: string[]): Promise<void> => {
    for (const changes of inserts) {
      const values = changes.split(' ').map((change) => {
        const version = Math.abs(Number(change));
        const row = table === 'sessions' ? { session_id: key } : { leg_id: key };
        return { ...row, customer_id: 'c', version, sign: change.startsWith('-') ? -1 : 1 };
      });
      await client.insert({ table, values, columns: Object.keys(values[0]) as [string], format: 'JSONEachRow' });
    }
  };

  const cases: { name: string; inserts: string[]; version: number[] }[] = [
    { name: 'one revision', inserts: ['1'], version: [1] },
    { name: 'revisions in order', inserts: ['1', '-1 2', '-2 3'], version: [3] },
    { name: 'taken back before it is added', inserts: ['-2 3', '-1 2', '1'], version: [3] },
    { name: 'pairs torn apart', inserts: ['-1', '3', '2', '1', '-2'], version: [3] },
    { name: 'all in one block', inserts: ['3 -2 1 -1 2'], version: [3] },
    { name: 'taken back and gone', inserts: ['-1', '1'], version: [] },
  ];

  describe.each(['sessions', 'legs'])('%s', (table) => {
    test.each(cases)('$name', async ({ name, inserts, version }) => {
      await insert(table, name, inserts);
      const id = table === 'sessions' ? 'session_id' : 'leg_id';
      const query = `SELECT version FROM ${table}_current WHERE customer_id = 'c' AND ${id} = '${name}'`;
      const expected = version.map((number) => ({ version: String(number) }));
      const current = async () =>
        (await rows<{ version: string }>(client, query)).map((row) => ({ version: String(row.version) }));
      expect(await current()).toEqual(expected);
      await client.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
      expect(await current()).toEqual(expected);
    });
  });
});

describe('migrating', () => {
  let client: ClickHouseClient;
  let files: string;
  let database = 0;
  beforeEach(async () => {
    client = await connect(`trial_${database++}`);
    files = mkdtempSync(join(tmpdir(), 'migrations-'));
    cpSync(join(folder, '0009_create_session_rules.sql'), join(files, '0001_create_session_rules.sql'));
    await migrate(client, { folder: files });
  });
  afterEach(async () => {
    await client.close();
    rmSync(files, { recursive: true });
  });

  test('is refused when an applied file has changed', async () => {
    writeFileSync(join(files, '0001_create_session_rules.sql'), 'SELECT 1;');
    await expect(migrate(client, { folder: files })).rejects.toThrow(MigrationRefused);
    await expect(migrate(client, { folder: files })).rejects.toThrow('0001_create_session_rules.sql has changed');
  });

  test('is refused when an applied file is missing', async () => {
    rmSync(join(files, '0001_create_session_rules.sql'));
    await expect(migrate(client, { folder: files })).rejects.toThrow('its file is missing');
  });

  test('is refused when a number is missing', async () => {
    writeFileSync(join(files, '0003_create_more.sql'), 'SELECT 1;');
    await expect(migrate(client, { folder: files })).rejects.toThrow('expected number 2');
  });

  test('goes on where it failed: the file applies again from its top', async () => {
    const next = join(files, '0002_create_notes.sql');
    const table = "CREATE TABLE IF NOT EXISTS notes (a String COMMENT 'x; y') ENGINE = Memory COMMENT 'z';\n";
    writeFileSync(next, `-- one\n${table}CREATE TABLE nonsense;\n`);
    await expect(migrate(client, { folder: files })).rejects.toThrow(/^0002_create_notes.sql: /);
    writeFileSync(next, `${table}\n-- two\nINSERT INTO notes SELECT 'a';\n`);
    expect(await migrate(client, { folder: files })).toEqual(['0002_create_notes.sql']);
    expect(await rows(client, 'SELECT a FROM notes')).toEqual([{ a: 'a' }]);
    expect(readFileSync(next, 'utf8')).toContain('-- two');
  });

  test('a view may take the columns of its table, comments included', async () => {
    writeFileSync(
      join(files, '0002_create_view.sql'),
      [
        "CREATE TABLE a (x String COMMENT 'of $1 and ''quotes''', y UInt8 MATERIALIZED 1) ENGINE = MergeTree ORDER BY x;",
        'CREATE TABLE b (x String) ENGINE = Null;',
        'CREATE MATERIALIZED VIEW c TO a {columns of a} AS SELECT x FROM b;',
        "INSERT INTO b SELECT 'v';",
        '',
      ].join('\n'),
    );
    await migrate(client, { folder: files });
    expect(
      await rows(client, "SELECT name, comment FROM system.columns WHERE database = currentDatabase() AND table = 'c'"),
    ).toEqual([{ name: 'x', comment: "of $1 and 'quotes'" }]);
    expect(await rows(client, 'SELECT x FROM a')).toEqual([{ x: 'v' }]);
  });

  test('what was there before a view may be filled in by the query of the view', async () => {
    writeFileSync(
      join(files, '0002_create_view.sql'),
      [
        "CREATE TABLE a (x String COMMENT '$1') ENGINE = MergeTree ORDER BY x;",
        "INSERT INTO a VALUES ('old'), ('older');",
        'CREATE TABLE b (letters UInt64, x String) ENGINE = MergeTree ORDER BY x;',
        'CREATE MATERIALIZED VIEW c TO b {columns of b} AS SELECT length(x) AS letters, x FROM a;',
        'INSERT INTO b {select of c};',
        "INSERT INTO a VALUES ('new');",
        '',
      ].join('\n'),
    );
    await migrate(client, { folder: files });
    expect(await rows(client, 'SELECT x, toUInt8(letters) AS letters FROM b ORDER BY x')).toEqual([
      { x: 'new', letters: 3 },
      { x: 'old', letters: 3 },
      { x: 'older', letters: 5 },
    ]);
  });

  test('a placeholder that names nothing is an error', async () => {
    writeFileSync(
      join(files, '0002_create_view.sql'),
      'CREATE TABLE b (x String) ENGINE = Memory;\nINSERT INTO b {select of c};\n',
    );
    await expect(migrate(client, { folder: files })).rejects.toThrow('there is no view c');
  });
});

const byChannel = (a: { channel: string }, b: { channel: string }): number => (a.channel < b.channel ? -1 : 1);
