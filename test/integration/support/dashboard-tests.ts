import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allDashboards } from '../../../dashboards/all';
import type { Asked } from '../../../dashboards/lib/expand';
import { connectDatabase } from '../../../infra/clickhouse/database';
import { migrate } from '../../../infra/clickhouse/migrate';
import { rowsRead } from '../../bench/warehouse/measure';
import { faultsOf, openedWith, type PanelQuery, panelsOf, sqlQueriesOf } from '../../support/panels';
import { unknownMetrics } from '../../unit/dashboards/metrics';
import { ScratchCopy } from './scratch-copy';

/** The demo's eight days, and the same a year before, of which there is nothing. */
export const demoDays = { from: new Date('2026-03-02T00:00:00Z'), to: new Date('2026-03-10T00:00:00Z') };
const yearBefore = { from: new Date('2025-03-02T00:00:00Z'), to: new Date('2025-03-10T00:00:00Z') };

/** Reading so many rows of nothing is no scan: some granules, and small tables that are read whole. */
const granuleRows = 8_192;

/** Tests of every dashboard on a database that holds the demo's data. */
export function dashboardTests(client: () => ClickHouseClient, url: () => string): void {
  const dashboards = [...allDashboards().values()];
  const opened = new Map<string, Asked>();

  beforeAll(async () => {
    for (const dashboard of dashboards) opened.set(dashboard.title!, await openedWith(client(), dashboard, demoDays));
  });
  const queries = dashboards.flatMap(sqlQueriesOf);
  const askedOf = ({ dashboard }: PanelQuery): Asked => opened.get(dashboard)!;

  test('every panel has something to show, in columns that Grafana can draw', async () => {
    const faults: string[] = [];
    for (const query of queries) faults.push(...(await faultsOf(client(), query, askedOf(query))));
    expect(queries.length).toBeGreaterThan(50);
    expect(faults).toEqual([]);
  }, 360_000);

  test('a choice of one channel, queue and intent in another time zone is answered too', async () => {
    const chosen = {
      channel: ['VOICE'],
      queue: ['voice-support'],
      intent: ["it's"],
      time_zone: 'America/Sao_Paulo',
      bucket: 'week',
    };
    const faults: string[] = [];
    for (const query of queries) {
      const asked = askedOf(query);
      faults.push(...(await faultsOf(client(), query, { ...asked, variables: { ...asked.variables, ...chosen } })));
    }
    // Nothing was about that intent: what may be missing is rows, not an answer.
    expect(faults.filter((fault) => !/: (no rows|not one row with a value|nothing but NULL)$/.test(fault))).toEqual([]);
  }, 360_000);

  test('no panel reads what is outside its range', async () => {
    const scans: string[] = [];
    for (const query of queries) {
      const read = await rowsRead(client(), () => faultsOf(client(), query, { ...askedOf(query), ...yearBefore }));
      if (read > 4 * granuleRows) scans.push(`${query.dashboard} / ${query.panel.title}: ${read} rows`);
    }
    expect(scans).toEqual([]);
  }, 360_000);

  describe('with a column renamed in a copy of the migrations', () => {
    const copy = { client: undefined as ClickHouseClient | undefined, scratch: undefined as ScratchCopy | undefined };
    beforeAll(async () => {
      copy.scratch = ScratchCopy.make('dashboard-scratch');
      const file = 'infra/clickhouse/migrations/0005_create_channel_failure_paths.sql';
      const renamed = copy.scratch.read(file).replaceAll('rescued_by_channel', 'saved_by_channel');
      copy.scratch.write(file, renamed);
      copy.client = await connectDatabase({
        url: url(),
        database: 'renamed_column',
        username: 'default',
        password: '',
      });
      const folder = join(copy.scratch.root, 'infra/clickhouse/migrations');
      await migrate(copy.client, { folder }).catch(() => undefined);
    }, 360_000);
    afterAll(async () => {
      await copy.client?.close();
      copy.scratch?.remove();
    });

    test('the panels that use it are named', async () => {
      const faults: string[] = [];
      for (const query of queries) faults.push(...(await faultsOf(copy.client!, query, askedOf(query))));
      const named = faults.filter((fault) => /rescued_by_channel/.test(fault)).map((fault) => fault.split(':')[0]);
      expect(named).toContain('Channel-failure paths / Rescued A');
      expect(named.length).toBeGreaterThanOrEqual(4);
    }, 360_000);
  });

  test('a metric renamed in a copy of the services is named by the panels that use it', () => {
    const scratch = ScratchCopy.make('dashboard-scratch-metric');
    try {
      scratch.edit({
        file: 'services/load/metrics.ts',
        find: 'load_insert_retries_total',
        put: 'load_insert_again_total',
      });
      const script =
        "process.stdout.write(JSON.stringify(require('./infra/tools/docs/prometheus-metrics').serviceMetrics()))";
      const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], {
        cwd: scratch.root,
        encoding: 'utf8',
      });
      if (stdout === '') throw new Error(stderr);
      const known = new Set((JSON.parse(stdout) as { name: string }[]).map(({ name }) => name));
      const exprs = dashboards.flatMap((dashboard) =>
        panelsOf(dashboard).flatMap(({ targets }) => targets.flatMap(({ expr }) => expr ?? [])),
      );
      expect(exprs.flatMap((expr) => unknownMetrics(expr, known))).toEqual(['load_insert_retries_total']);
    } finally {
      scratch.remove();
    }
  }, 180_000);
}
