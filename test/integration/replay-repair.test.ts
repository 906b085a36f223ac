import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, expect, test } from '@jest/globals';
import { connectDatabase } from '../../infra/clickhouse/database';
import { ProgressLine } from '../../infra/tools/replay/progress';
import { waitUntilRepaired } from '../../infra/tools/replay/repaired';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const opened: ClickHouseClient[] = [];
afterAll(() => Promise.all(opened.map((client) => client.close())));

/** Keeps what would be shown. */
class Told extends ProgressLine {
  readonly texts: string[] = [];
  override show(text: string): void {
    this.texts.push(text);
  }
  override end(text: string): void {
    this.texts.push(text);
  }
}

/** A database of its own with five events, four of them late; `late_events` is a table here, so that a test can write it. */
async function open(database: string, columns: string | undefined): Promise<ClickHouseClient> {
  const url = local.stack.addresses.clickhouseUrl;
  const client = await connectDatabase({ url, database, username: 'default', password: '' });
  opened.push(client);
  const run = (query: string) => client.command({ query });
  await run(
    "CREATE TABLE interactions (event_id String, late Bool, received_at DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY event_id",
  );
  await run("INSERT INTO interactions SELECT toString(number), number > 0, '2026-03-02 10:00:00.500' FROM numbers(5)");
  if (columns === undefined) return client;
  await run(`CREATE TABLE late_events (event_id String, repaired_at Nullable(DateTime64(3, 'UTC'))${columns})
             ENGINE = MergeTree ORDER BY event_id`);
  await run('INSERT INTO late_events (event_id) SELECT event_id FROM interactions WHERE late');
  return client;
}

const repair = (client: ClickHouseClient, where: string) =>
  client.command({
    query: `ALTER TABLE late_events UPDATE repaired_at = now64(3) WHERE ${where}`,
    clickhouse_settings: { mutations_sync: '1' },
  });

const wait = (client: ClickHouseClient, told: Told, stalledAfterMs = 20_000) =>
  waitUntilRepaired(client, told, { startedAt: Date.now(), stalledAfterMs, everyMs: 50 });

test('waits until every late event is in its session, and not for those that came in the meantime', async () => {
  const client = await open('repair_waits', '');
  const told = new Told();
  const waiting = wait(client, told);
  await sleep(300);
  await client.command({ query: "INSERT INTO interactions SELECT '5', true, '2026-03-02 10:00:00.501'" });
  await client.command({ query: "INSERT INTO late_events (event_id) SELECT '5'" });
  await repair(client, "event_id = '1'");
  await sleep(300);
  await repair(client, "event_id != '5'");
  expect(await waiting).toEqual({ refused: 0, waiting: 0 });
  expect([...new Set(told.texts)]).toEqual([
    'repaired 0 of 4 late events',
    'repaired 1 of 4 late events',
    expect.stringMatching(/^repaired: every late event is in its session after \d+\.\d s$/),
  ]);
}, 180_000);

test('a stall is told with what to look at, and not waited for', async () => {
  const client = await open('repair_stalls', '');
  await repair(client, "event_id = '1'");
  const told = new Told();
  expect(await wait(client, told, 500)).toEqual({ refused: 0, waiting: 3 });
  expect(told.texts.at(-1)).toMatch(
    /^not repaired: 3 of 4 late events are in no session, and nothing has moved for 0\.5 s: see `make status`.*WHERE repaired_at IS NULL`$/,
  );
}, 180_000);

test.each([
  ['refused_at', ", refused_at Nullable(DateTime64(3, 'UTC'))", 'now64(3)'],
  ['refusal', ', refusal String', "'too large'"],
  ['status', ', status LowCardinality(String)', "'refused'"],
])('events that the repair refused (%s) are told and not waited for', async (name, columns, value) => {
  const client = await open(`repair_${name}`, columns);
  await repair(client, "event_id != '4'");
  await client.command({
    query: `ALTER TABLE late_events UPDATE ${name} = ${value} WHERE event_id = '4'`,
    clickhouse_settings: { mutations_sync: '1' },
  });
  const told = new Told();
  expect(await wait(client, told)).toEqual({ refused: 1, waiting: 0 });
  expect(told.texts.at(-1)).toMatch(/^repaired: 3 of 4 late events are in their sessions .*; 1 were refused, see/);
});

test('a database without the view is said to be older than the repair', async () => {
  const client = await open('repair_older', undefined);
  const told = new Told();
  expect(await wait(client, told)).toEqual({ refused: 0, waiting: 0 });
  expect(told.texts).toEqual([expect.stringMatching(/^not repaired: this database has no view late_events/)]);
});

test('a ClickHouse that is away is waited for, and told when it stays away', async () => {
  const client = await open('repair_away', '');
  const told = new Told();
  const waiting = wait(client, told);
  await local.stack.killPart('clickhouse');
  await sleep(500);
  await local.stack.startPart('clickhouse');
  await repair(client, 'true');
  expect(await waiting).toEqual({ refused: 0, waiting: 0 });
  expect(told.texts.join('\n')).toContain('ClickHouse does not answer');
  await local.stack.killPart('clickhouse');
  await expect(wait(client, new Told(), 300)).rejects.toThrow(
    /ClickHouse does not answer .* for 0\.3 s: see `make status`/,
  );
}, 180_000);
