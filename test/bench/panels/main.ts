/**
 * `node dist/test/bench/panels/main.js --from 2025-11-03 --to 2025-11-10 [--url http://127.0.0.1:8123] [--runs 5] [--follow-ups] [--sql]`:
 * asks every panel of every dashboard of a ClickHouse, as Grafana would with everything chosen, and prints the times, the
 * dearest first. With `--follow-ups` it first writes what load's job would (where there is no load), and tells its time; with
 * `--sql` it prints the queries instead.
 */
import { parseArgs } from 'node:util';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { allDashboards } from '../../../dashboards/all';
import { expandSql } from '../../../dashboards/lib/expand';
import { writeFollowUps } from '../../support/follow-ups';
import { openedWith, sqlQueriesOf } from '../../support/panels';
import { type Figures, measure, tableOf } from '../warehouse/measure';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: process.env.CLICKHOUSE_URL ?? 'http://127.0.0.1:8123' },
    database: { type: 'string', default: 'customer_dynamics' },
    from: { type: 'string', default: '2025-11-03' },
    to: { type: 'string', default: '2025-11-10' },
    runs: { type: 'string', default: '5' },
    'follow-ups': { type: 'boolean', default: false },
    sql: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const range = { from: new Date(options.from), to: new Date(options.to) };
  if (!(range.from < range.to)) throw new Error('--from and --to are days: 2025-11-03');
  const client = createClient({
    url: options.url,
    database: options.database,
    request_timeout: 300_000,
    log: { level: ClickHouseLogLevel.OFF },
  });
  if (options['follow-ups']) {
    const startedAt = performance.now();
    const { written_days, result } = await writeFollowUps(client);
    console.log(
      `follow-ups: ${result}, ${written_days} days in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`,
    );
  }
  const figures: Figures[] = [];
  for (const dashboard of allDashboards().values()) {
    const asked = await openedWith(client, dashboard, range);
    for (const { panel, refId, sql } of sqlQueriesOf(dashboard)) {
      const name = `${dashboard.title}: ${panel.title}${panel.targets.length > 1 ? `, ${refId}` : ''}`;
      const query = expandSql(sql, asked);
      if (options.sql) console.log(`-- ${name}\n${query};\n`);
      else figures.push(await measure(client, name, query, 1, Number(options.runs)));
    }
  }
  await client.close();
  if (options.sql) return;
  console.log(tableOf(figures.sort((a, b) => b.median_ms - a.median_ms)));
  const slow = figures.filter(({ median_ms }) => median_ms > 1_000);
  console.log(`\n${figures.length} queries, ${slow.length} over a second`);
}

main().catch((error) => {
  console.error(`panels: ${(error as Error).message}`);
  process.exit(1);
});
