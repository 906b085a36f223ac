/**
 * `node dist/test/bench/warehouse/main.js [--rows 10000000] [--keep]`: fills a stack of its own (`.local/bench-warehouse`,
 * the engine alone) with so many events and their sessions and legs, asks what analysts ask, and prints a table. With
 * `--keep` the data stays, and the next run with as many rows only asks.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { faultText } from '../../../infra/local/faults';
import { startStack, stopStack } from '../../../infra/local/stack';
import { measure, tableOf } from './measure';
import { questions } from './questions';
import { customersOf, interactionsSql, legsSql, type Size, sessionsSql } from './rows';

const dir = resolve('.local/bench-warehouse');
const portOffset = 8_000;
/** Sessions in one statement: bounds the memory of an insert and its views. */
const sessionsAtOnce = 50_000;
/** What an event with its share of sessions, legs and rollups takes on disk, while parts merge; seen, rounded up. */
const bytesPerEvent = 100;
const mergedTables = ['interactions', 'sessions', 'legs'];
/** The longest wait for merges; what is not merged by then shows in the table of parts. */
const settleMs = 1_800_000;
const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '10000000' }, keep: { type: 'boolean', default: false } },
});

async function main(): Promise<void> {
  const size: Size = { interactions: Math.floor(Number(options.rows) / 10) * 10 };
  if (!(size.interactions >= 10 && size.interactions <= 1e9)) throw new Error('--rows: from 10 to 1000000000');
  await stopStack({ dir });
  const { bavail, bsize } = await statfs('.');
  const needed = size.interactions * bytesPerEvent;
  console.error(`${size.interactions} events: about ${(needed / 1e9).toFixed(1)} GB of disk`);
  if (bavail * bsize < 1.5 * needed) throw new Error(`there are only ${((bavail * bsize) / 1e9).toFixed(1)} GB free`);
  const { addresses } = await startStack({
    dir,
    portOffset,
    parts: ['clickhouse'],
    env: process.env,
    partEnv: { clickhouse: { MAX_SERVER_MEMORY_BYTES: '6000000000', MAX_EXECUTION_TIME_SECONDS: '3600' } },
  });
  const client = createClient({
    url: addresses.clickhouseUrl,
    database: 'customer_dynamics',
    request_timeout: 3_600_000,
    log: { level: ClickHouseLogLevel.ERROR },
  });
  try {
    await fill(client, size);
    await settle(client);
    const figures = [];
    for (const { name, sql } of questions) {
      figures.push(await measure(client, name, sql, customersOf(size)));
      console.error(tableOf(figures.slice(-1)).split('\n').at(-1));
    }
    console.log(`${cpus().length} cores, ${cpus()[0]?.model}; load ${loadOf()}\n\n${tableOf(figures)}`);
    console.log(`\n${await sizes(client)}`);
  } finally {
    await client.close();
    await stopStack({ dir });
    if (!options.keep) rmSync(dir, { recursive: true, force: true });
  }
}

async function fill(client: ClickHouseClient, size: Size): Promise<void> {
  const held = Number(await cell(client, 'SELECT count() FROM interactions'));
  if (held === size.interactions) return console.error('the data is there already');
  if (held > 0) throw new Error(`${dir} holds ${held} events: remove it, or ask for as many`);
  const startedAt = Date.now();
  const sessions = size.interactions / 10;
  for (let from = 0; from < sessions; from += sessionsAtOnce) {
    const to = Math.min(sessions, from + sessionsAtOnce);
    for (const sql of [interactionsSql, sessionsSql, legsSql]) await client.command({ query: sql(size, from, to) });
    if ((from / sessionsAtOnce) % 20 === 0) console.error(`${to * 10} events, ${seconds(startedAt)} s`);
  }
  console.error(`filled in ${seconds(startedAt)} s`);
}

/**
 * As the tables are a day after the last insert, when the engine has merged each month into one part: by the same
 * setting, with a shorter age.
 */
async function settle(client: ClickHouseClient): Promise<void> {
  const startedAt = Date.now();
  const age = async (of: number): Promise<void> => {
    for (const table of mergedTables) {
      await client.command({ query: `ALTER TABLE ${table} MODIFY SETTING min_age_to_force_merge_seconds = ${of}` });
    }
  };
  await age(1);
  const unmerged = `SELECT (SELECT count() FROM system.merges) + count() FROM (SELECT 1 FROM system.parts
    WHERE active AND database = currentDatabase() AND table IN ('${mergedTables.join("', '")}')
    GROUP BY table, partition_id HAVING count() > 1)`;
  for (let left = 1; left > 0 && Date.now() - startedAt < settleMs; ) {
    await new Promise((done) => setTimeout(done, 1_000));
    left = Number(await cell(client, unmerged));
  }
  await age(86_400);
  console.error(`merged for ${seconds(startedAt)} s`);
}

async function cell(client: ClickHouseClient, query: string): Promise<string> {
  return (await (await client.query({ query, format: 'TabSeparated' })).text()).trim();
}

const sizes = (client: ClickHouseClient): Promise<string> =>
  cell(
    client,
    `SELECT concat('| ', table, ' | ', toString(sum(rows)), ' rows | ', toString(count()), ' parts | ',
        formatReadableSize(sum(bytes_on_disk)), ' | ', toString(round(sum(bytes_on_disk) / sum(rows), 1)), ' B a row |')
      FROM system.parts WHERE active AND database = currentDatabase() AND rows > 1000 GROUP BY table ORDER BY sum(bytes_on_disk) DESC`,
  );
const seconds = (since: number): string => ((Date.now() - since) / 1_000).toFixed(0);
const loadOf = (): string => execFileSync('cat', ['/proc/loadavg'], { encoding: 'utf8' }).split(' ')[0] ?? '';

main().catch((error) => {
  console.error(`bench: ${faultText(error)}`);
  process.exit(1);
});
