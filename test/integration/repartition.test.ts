import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '../../infra/clickhouse/migrate';
import { readMigrations, statementsOf } from '../../infra/clickhouse/migrations';
import { withPlaceholders } from '../../infra/clickhouse/placeholders';
import { loadDemoTables } from '../guide/demo-tables';
import { simulate } from '../simulator/simulate';
import { MigratedDatabase, migrationsFolder } from './support/migrated-database';
import { viewsAgainstRows } from './support/recomputed';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });

class Moved extends MigratedDatabase {
  static async open(url: string, database: string, folder: string): Promise<Moved> {
    return new Moved(await MigratedDatabase.migrated(url, database, folder));
  }
  run = (query: string) => this.client.command({ query });
}

const range = "from = '2026-03-01 00:00:00', to = '2026-06-01 00:00:00'";
const week = "from = '2026-03-04 00:00:00', to = '2026-03-06 00:00:00'";
const asOf = "as_of = '2026-07-01 00:00:00'";
/** Views with parameters; those without are found in the database. */
const asked = [
  ...[range, week].flatMap((dates) => [
    `service_levels(${dates}, by = ['day', 'queue'], target_seconds = 20)`,
    `abandonments(${dates}, by = ['hour'], booked_by = 'EVENT')`,
    `agent_handle_times(${dates}, by = ['day'])`,
    `contact_metrics(${dates}, by = ['day', 'channel'])`,
    `contacts(${dates})`,
    `repeat_contacts(${dates}, window_days = 7, intent_scope = 'same', channel_scope = 'any', ${asOf})`,
    `containment(${dates}, window_hours = 24, ${asOf})`,
    `durable_resolution(${dates}, window_days = 7, intent_scope = 'any', ${asOf})`,
    `journeys(${dates}, window_days = 7, scope = 'any', ${asOf})`,
    `channel_switches(${dates}, window_days = 7, scope = 'intent')`,
    `failure_steps(${dates}, window_days = 7, scope = 'any')`,
    `agent_time(${dates}, time_zone = 'Europe/Berlin')`,
    `survey_scores(${dates}, by = 'agent')`,
    `sessionization_audit(${dates}, up_to = '2299-01-01')`,
  ]),
  'customer_timeline(customer_id = (SELECT customer_id FROM legs GROUP BY customer_id ORDER BY count() DESC, customer_id LIMIT 1))',
];

describe('sessions and legs that lie in years', () => {
  let folder: string;
  let database: Moved;
  let before: Record<string, unknown>;

  const migrationsUntil = (number: string): void => {
    for (const name of readdirSync(migrationsFolder).filter((one) => one < number)) {
      cpSync(join(migrationsFolder, name), join(folder, name));
    }
  };

  /** What every view tells: its rows, and a hash of them in whatever order. */
  const figures = async (): Promise<Record<string, unknown>> => {
    const plain = await database.rows<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View'
         AND empty(parameterized_view_parameters) ORDER BY name`,
    );
    const found: Record<string, unknown> = {};
    for (const view of [...plain.map(({ name }) => name), ...asked]) {
      const [row] = await database.rows(
        `SELECT count() AS rows, sum(sipHash64(toString(tuple(*)))) AS hash FROM ${view}`,
      );
      found[view] = row;
    }
    return found;
  };
  const short = () =>
    database.rows(
      `SELECT (SELECT (count(), sum(sipHash64(toString(tuple(*))))) FROM sessions_current) AS sessions,
         (SELECT (count(), sum(sipHash64(toString(tuple(*))))) FROM legs_current) AS legs`,
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    migrationsUntil('0029');
    database = await Moved.open(local.stack.addresses.clickhouseUrl, 'moved', folder);
    await loadDemoTables(database.client, simulate({ seed: 7, events: 5_000, days: 4 }));
    // Every third session and leg is revised, and every ninth begins in another month than it did.
    for (const [table, id, time] of [
      ['sessions', 'session_id', 'started_at'],
      ['legs', 'leg_id', 'arrived_at'],
    ]) {
      const revised = `FROM ${table} AS row WHERE row.sign = 1 AND row.version < 1000000 AND cityHash64(row.${id}) % 3 = 0`;
      await database.run(`INSERT INTO ${table} SELECT * REPLACE (1000000 + version AS version,
        ${time} + toIntervalDay(if(cityHash64(${id}) % 9 = 0, 35, 0)) AS ${time},
        ended_at + toIntervalDay(if(cityHash64(${id}) % 9 = 0, 35, 0)) AS ended_at) ${revised}`);
      await database.run(`INSERT INTO ${table} SELECT * REPLACE (-1 AS sign) ${revised}`);
    }
    await database.run('ALTER TABLE legs MODIFY TTL toDateTime(arrived_at) + toIntervalDay(20000)');
    before = await figures();
    const empty = Object.entries(before).filter(([, figure]) => (figure as { rows: number }).rows === 0);
    // Else the views would agree about nothing.
    expect(empty.map(([view]) => view)).toEqual(['dead_letters', 'metric_definitions']);
  }, 360_000);
  afterAll(async () => {
    await database?.client.close();
    rmSync(folder, { recursive: true });
  });

  test('lose nothing when the migration is killed behind any of its statements', async () => {
    const migration = readMigrations(migrationsFolder).find(({ number }) => number === 29)!;
    const statements = statementsOf(migration);
    const expected = await short();
    for (let killed = 1; killed <= statements.length; killed++) {
      for (const statement of statements.slice(0, killed)) {
        for (const query of await withPlaceholders(database.client, statement)) await database.run(query);
      }
      expect({ killed, found: await short() }).toEqual({ killed, found: expected });
    }
    // Not those behind it, which change what views say.
    migrationsUntil('0032');
    await migrate(database.client, { folder });
    expect(await figures()).toEqual(before);
  }, 720_000);

  test('lie in months then, under the TTL that was set', async () => {
    const tables = await database.rows(
      `SELECT name, partition_key, sorting_key, engine_full LIKE '%toIntervalDay(20000)%' AS with_ttl
       FROM system.tables WHERE database = currentDatabase() AND name IN ('legs', 'sessions') ORDER BY name`,
    );
    expect(tables).toEqual([
      {
        name: 'legs',
        partition_key: 'toYYYYMM(arrived_at)',
        sorting_key: 'customer_id, arrived_at, leg_id, version',
        with_ttl: 1,
      },
      {
        name: 'sessions',
        partition_key: 'toYYYYMM(started_at)',
        sorting_key: 'customer_id, started_at, session_id, version',
        with_ttl: 0,
      },
    ]);
  });

  test('read no other months', async () => {
    const plan = await database.rows<{ explain: string }>(
      `EXPLAIN indexes = 1 SELECT count() FROM legs_current WHERE arrived_at >= '2026-03-04' AND arrived_at < '2026-03-06'`,
    );
    expect(plan.map(({ explain }) => explain.trim())).toContain('Parts: 1/1');
  });

  test('take blocks that are repeated once, views behind them too', async () => {
    const sums = `SELECT (SELECT sum(sign) FROM sessions) AS sessions, (SELECT sum(sign) FROM legs) AS legs,
      (SELECT sum(legs) FROM leg_metrics_15m WHERE booked_by != 'EVENT') AS metrics,
      (SELECT sum(sessions) FROM channel_failure_paths) AS paths`;
    const [held] = await database.rows<Record<string, number>>(sums);
    const at = (month: number) => Date.UTC(2026, month, 20);
    // Of several months in one block, and a failure in each session.
    const block = [0, 4, 7].map((month) => ({
      customer_id: 'new',
      change_seq: 1,
      sessions: [{ session_id: `s${month}`, started_at: at(month), first_failed_channel: 'WEB', version: 1, sign: 1 }],
      legs: [
        { leg_id: `s${month}`, arrived_at: at(month), ended_at: at(month), handled_at: null, version: 1, sign: 1 },
      ],
    }));
    const insert = (token: string, values: object[] = block) =>
      database.client.insert({
        table: 'sessions_landing',
        values,
        format: 'JSONEachRow',
        clickhouse_settings: {
          insert_deduplication_token: token,
          deduplicate_blocks_in_dependent_materialized_views: 1,
          input_format_json_read_numbers_as_strings: 0,
        },
      });
    for (let times = 0; times < 3; times++) await insert('token-1');
    const more = (by: number) => Object.fromEntries(Object.entries(held).map(([name, value]) => [name, value + by]));
    expect(await database.rows(sums)).toEqual([more(3)]);
    for (const table of ['sessions', 'legs', 'leg_metrics_15m']) await database.run(`OPTIMIZE TABLE ${table} FINAL`);
    await insert('token-1');
    expect(await database.rows(sums)).toEqual([more(3)]);
    // One of them turns out to begin in another month, and in another order than it happened.
    const row = { session_id: 's0', leg_id: 's0', first_failed_channel: 'WEB' };
    const added = { ...row, started_at: at(5), arrived_at: at(5), ended_at: at(5), version: 2, sign: 1 };
    const taken = { ...row, started_at: at(0), arrived_at: at(0), ended_at: at(0), version: 1, sign: -1 };
    for (const change of [added, taken]) await insert(`token-${change.version}-moved`, [changeOf(change)]);
    const current = () =>
      database.rows(`SELECT (SELECT groupArray(toMonth(started_at)) FROM sessions_current WHERE session_id = 's0') AS session,
        (SELECT groupArray(toMonth(arrived_at)) FROM legs_current WHERE leg_id = 's0') AS leg,
        (SELECT uniqExact(_partition_id) FROM legs WHERE leg_id = 's0') AS partitions`);
    expect(await current()).toEqual([{ session: [6], leg: [6], partitions: 2 }]);
    for (const table of ['sessions', 'legs']) await database.run(`OPTIMIZE TABLE ${table} FINAL`);
    expect(await current()).toEqual([{ session: [6], leg: [6], partitions: 1 }]);
    expect(await database.rows(sums)).toEqual([more(3)]);
    await insert('token-2');
    expect(await database.rows(sums)).toEqual([more(6)]);
    for (const query of [viewsAgainstRows.efficiency_metrics, viewsAgainstRows.channel_failure_paths]) {
      expect(await database.rows(query)).toEqual([{ rows: 0 }]);
    }
  }, 180_000);
});

const changeOf = (row: object): object => ({ customer_id: 'new', change_seq: 2, sessions: [row], legs: [row] });
