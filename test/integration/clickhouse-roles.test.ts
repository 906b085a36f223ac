import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { connectDatabase } from '../../infra/clickhouse/database';
import { migrate } from '../../infra/clickhouse/migrate';
import { questionsOf } from '../guide/guide';
import { filtersOf, grantsOf, profileOf, roleStatements, writeUsersConfig } from '../support/clickhouse-roles';
import { projectRoot } from './support/build';
import { FrontProcess, temporaryDataDir } from './support/clickhouse-front';
import { migrationsFolder } from './support/migrated-database';

jest.setTimeout(360_000);

const database = 'customer_dynamics';
const data = temporaryDataDir();
let config = 0;
let front: FrontProcess | undefined;

/** The engine with the rights of these roles, on the same data. */
async function as(roles: readonly string[], options: Parameters<typeof writeUsersConfig>[2] = {}) {
  await front?.end('SIGTERM');
  const path = writeUsersConfig(join(data.path, `users-${config++}.xml`), roles, options);
  front = await FrontProcess.start(join(data.path, 'data'), {
    CLICKHOUSE_USERS_CONFIG: path,
    MAX_EXECUTION_TIME_SECONDS: '30',
  });
  const asked = front;
  return async (sql: string): Promise<string> => {
    const { text } = await asked.ask(sql, { database, default_format: 'TabSeparated' });
    return text;
  };
}

const denied = /ACCESS_DENIED/;

beforeAll(async () => {
  // Made by the role that makes it in earnest.
  const ask = await as(['cd_migrator']);
  const client = await connectDatabase({ url: String(front?.url), database, username: 'default', password: '' });
  await migrate(client, { folder: migrationsFolder });
  await client.close();
  const said =
    await ask(`INSERT INTO interactions (event_id, event_type, occurred_at, received_at, channel, customer_id, text, attributes, page_url)
    SELECT toString(number), 'message.sent', now64(3), now64(3), if(number % 2 = 0, 'VOICE', 'CHAT'), 'C1', 'my words', map('k', 'secret'), 'https://shop.example/me' FROM numbers(10)`);
  expect(said).toBe('');
});
afterAll(async () => {
  await front?.end('SIGTERM');
  data.remove();
});

test('the engine takes every statement of roles.sql for one of its own', async () => {
  const ask = await as(['cd_migrator']);
  for (const statement of roleStatements) {
    expect(await ask(`SELECT formatQuery('${statement.replace(/[\\']/g, '\\$&')}') FORMAT Null`)).toBe('');
  }
  expect(roleStatements.length).toBeGreaterThan(100);
});

test('the migrator makes its tables and nothing outside its database', async () => {
  const ask = await as(['cd_migrator']);
  expect(await ask('CREATE DATABASE other')).toMatch(denied);
  expect(await ask('CREATE TABLE default.t (a Int32) ENGINE = MergeTree ORDER BY a')).toMatch(denied);
});

test('every table, view and column stands in roles.sql or is withheld on purpose', async () => {
  const withheld = /^(?:erasure_\w+|erasures|schema_migrations|resessionize_requests|\w+_landing|\w+_from_\w+)$/;
  const ask = await as(['cd_migrator']);
  const all = (await ask('SELECT name FROM system.tables WHERE database = currentDatabase()')).trim().split('\n');
  const granted = grantsOf('cd_analyst').map((grant) => / ON \w+\.(\w+)$/.exec(grant)?.[1]);
  expect(all.filter((name) => !withheld.test(name) && !granted.includes(name))).toEqual([]);
  expect(granted.filter((name) => !all.includes(String(name)))).toEqual([]);
  const columns = await ask(
    `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'interactions'`,
  );
  const named = [...grantsOf('cd_analyst'), ...grantsOf('cd_words'), ...grantsOf('cd_attributes')].join().match(/\w+/g);
  expect(
    columns
      .trim()
      .split('\n')
      .filter((name) => !named?.includes(name)),
  ).toEqual([]);
});

describe('an analyst', () => {
  const questions = questionsOf(readFileSync(join(projectRoot, 'docs/analyst-guide.md'), 'utf8'));
  const refusedTo = async (roles: readonly string[]) => {
    const ask = await as(roles);
    const refused: string[] = [];
    for (const { title, sql } of questions) {
      // Else attributes['key'] is a part of the column that no grant names.
      const said = await ask(`${sql} SETTINGS optimize_functions_to_subcolumns = 0`);
      if (!/DB::Exception/.test(said)) continue;
      expect([title, said]).toEqual([title, expect.stringMatching(denied)]);
      refused.push(sql);
    }
    return refused;
  };

  test('gets an answer to every question of the guide, but for what rests on attributes or words', async () => {
    const refused = await refusedTo(['cd_analyst']);
    expect(questions.length - refused.length).toBeGreaterThan(20);
    for (const sql of refused) expect(sql).toMatch(/customer_timeline|attributes\[|backlog|agent_time|response/);
    expect(await refusedTo(['cd_analyst', 'cd_attributes', 'cd_words'])).toEqual([]);
  });

  test('sees no words, no addresses, no attributes, by no way', async () => {
    const ask = await as(['cd_analyst']);
    for (const column of ['text', 'attributes', 'page_url', 'page_title', 'page_referrer', 'source_event_id', '*']) {
      expect([column, await ask(`SELECT ${column} FROM interactions`)]).toEqual([
        column,
        expect.stringMatching(denied),
      ]);
    }
    expect(await ask(`SELECT count() FROM interactions WHERE text LIKE '%words%'`)).toMatch(denied);
    expect(await ask(`SELECT text FROM customer_timeline(customer_id = 'C1')`)).toMatch(denied);
    expect(await ask('SELECT * FROM erasure_log')).toMatch(denied);
    expect(await ask('SELECT * FROM erasures')).toMatch(denied);
    expect(await ask(`SELECT * FROM url('http://127.0.0.1:1', 'TSV', 'a String')`)).toMatch(denied);
    expect(await ask('SELECT count() FROM interactions')).toBe('10\n');
  });

  test('writes nothing', async () => {
    const ask = await as(['cd_analyst']);
    expect(await ask(`INSERT INTO session_rules SELECT * FROM session_rules`)).toMatch(denied);
    expect(await ask('DROP TABLE interactions')).toMatch(denied);
    expect(await ask('ALTER TABLE interactions DELETE WHERE 1')).toMatch(denied);
  });

  test('with cd_words and cd_attributes on top reads the words', async () => {
    const ask = await as(['cd_analyst', 'cd_words', 'cd_attributes']);
    expect(await ask('SELECT DISTINCT text, attributes FROM interactions')).toBe("my words\t{'k':'secret'}\n");
    expect(await ask(`SELECT count() FROM customer_timeline(customer_id = 'C1', from = NULL, to = NULL)`)).toBe('10\n');
  });

  test('of a channel sees its rows alone, in views too, and without the setting none', async () => {
    const ask = await as(['cd_analyst_by_channel'], { channels: 'VOICE' });
    expect(await ask('SELECT channel, count() FROM interactions GROUP BY channel')).toBe('VOICE\t5\n');
    expect(
      await ask('SELECT DISTINCT channel FROM customer_voice(from = now() - 86400, to = now() + 86400)'),
    ).not.toContain('CHAT');
    const without = await as(['cd_analyst_by_channel']);
    expect(await without('SELECT count() FROM interactions')).toMatch(/DB::Exception/);
    expect([...filtersOf('cd_analyst_by_channel').keys()].sort()).toEqual([
      'channel_failure_paths_by_customer',
      'durable_resolution_days',
      'interactions',
      'leg_metrics_15m',
      'legs',
      'repeat_contacts_days',
      'sessions',
      'volume_trends_15m',
    ]);
  });
});

describe('a dashboard', () => {
  test('has limits that it cannot lift, and cannot write', async () => {
    const limits = Object.fromEntries(profileOf('cd_dashboard').map(({ name, value }) => [name, value]));
    expect(limits).toMatchObject({ readonly: '2', max_execution_time: '30', max_memory_usage: '2000000000' });
    const ask = await as(['cd_dashboard'], { profile: 'cd_dashboard' });
    expect(await ask('SELECT 1 SETTINGS max_memory_usage = 3000000000')).toMatch(
      /should(?:n't| not) be greater than|SETTING_CONSTRAINT_VIOLATION/,
    );
    expect(await ask('SELECT count() FROM numbers(3000000000)')).toMatch(/TOO_MANY_ROWS|^3000000000/);
    expect(await ask('CREATE TABLE t (a Int32) ENGINE = Memory')).toMatch(/READONLY|ACCESS_DENIED/);
    expect(await ask('SELECT count() FROM interactions')).toBe('10\n');
  });
});
