import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Relation, readCatalogue } from '../../infra/clickhouse/catalogue';
import { dictionaryFaults, isMetricView } from '../../infra/clickhouse/coverage';
import { connectDatabase } from '../../infra/clickhouse/database';
import { writeDefinitions } from '../../infra/clickhouse/definitions';
import { metricDefinitions } from '../../infra/clickhouse/metric-definitions';
import { migrate } from '../../infra/clickhouse/migrate';
import { renderDataDictionary } from '../../infra/tools/docs/data-dictionary';
import { projectRoot } from './support/build';
import { withStack } from './support/stack';

const folder = join(projectRoot, 'infra/clickhouse/migrations');
const local = withStack(['clickhouse'], { setUpSteps: [] });

describe('the dictionary of metrics', () => {
  let client: ClickHouseClient;
  let relations: Relation[];
  beforeAll(async () => {
    const url = local.stack.addresses.clickhouseUrl;
    client = await connectDatabase({ url, database: 'dictionary', username: 'default', password: '' });
    await migrate(client, { folder });
    relations = await readCatalogue(client);
  }, 180_000);
  afterAll(() => client?.close());

  const rows = async <Row>(query: string): Promise<Row[]> =>
    (await client.query({ query, format: 'JSONEachRow' })).json<Row>();

  test('defines every column of every metric view, and nothing that is not there', () => {
    expect(dictionaryFaults(relations, metricDefinitions)).toEqual([]);
    const views = relations.filter(isMetricView).map(({ name }) => name);
    expect(views).toEqual(expect.arrayContaining(['channel_failure_paths', 'efficiency_metrics', 'volume_trends']));
  });

  test('knows the columns of a view with parameters as the engine would name them', async () => {
    const audit = relations.find(({ name }) => name === 'sessionization_audit');
    expect(audit?.parameters).toEqual([
      { name: 'from', type: "DateTime64(3, 'UTC')" },
      { name: 'to', type: "DateTime64(3, 'UTC')" },
      { name: 'up_to', type: "Nullable(DateTime64(3, 'UTC'))" },
    ]);
    // Names only: of such a view the engine does not cast to the types that are declared.
    const described = await rows<{ name: string }>(
      "DESCRIBE (SELECT * FROM sessionization_audit(from = '2026-01-01', to = '2026-01-02', up_to = NULL))",
    );
    expect(audit?.columns.map(({ name }) => name)).toEqual(described.map(({ name }) => name));
  });

  test('finds an undefined column and a missing comment in a database that has them', async () => {
    const added = [
      'CREATE VIEW made_up AS SELECT 1 AS a, sum(events) AS events FROM volume_trends',
      'CREATE VIEW made_up_of (x UInt8) AS SELECT toUInt8({n:UInt8}) AS x',
    ];
    for (const query of added) await client.command({ query });
    const faults = dictionaryFaults(await readCatalogue(client), metricDefinitions);
    for (const view of ['made_up', 'made_up_of']) await client.command({ query: `DROP VIEW ${view}` });
    expect(faults).toEqual(
      expect.arrayContaining([
        'made_up has no comment',
        'made_up.a has no comment',
        'made_up.a has no definition',
        'made_up.events has no definition',
        'made_up_of.x has no comment',
        'made_up_of.x has no definition',
      ]),
    );
  });

  test('is in ClickHouse, whole, in its order, and written only when it has changed', async () => {
    expect(await writeDefinitions(client, metricDefinitions)).toBe(true);
    expect(await writeDefinitions(client, metricDefinitions)).toBe(false);
    expect(await rows('SELECT * FROM metric_definitions')).toEqual(metricDefinitions);

    const shorter = [{ ...metricDefinitions[1], formula: 'another' }, metricDefinitions[0]];
    expect(await writeDefinitions(client, shorter)).toBe(true);
    expect(await rows('SELECT * FROM metric_definitions')).toEqual(shorter);
    // Back to what once was: not mixed up with the first time.
    expect(await writeDefinitions(client, metricDefinitions)).toBe(true);
    expect(await rows('SELECT * FROM metric_definitions')).toEqual(metricDefinitions);
    expect(await rows('SELECT toUInt32(uniqExact(revision)) AS n FROM metric_definitions_log')).toEqual([{ n: 3 }]);
  });

  test('docs/metrics.md names columns that are there, and every metric view', () => {
    const text = readFileSync(join(projectRoot, 'docs/metrics.md'), 'utf8');
    const named = [...text.matchAll(/`(\w+)\.(\w+)`/g)].map(([, view, column]) => ({ view, column }));
    const isThere = ({ view, column }: (typeof named)[number]): boolean =>
      relations.some(({ name, columns }) => name === view && columns.some((one) => one.name === column));
    expect(named.filter((one) => !isThere(one))).toEqual([]);
    expect(named.length).toBeGreaterThan(100);
    // Two are summaries of what the others say, and one counts events.
    const elsewhere = ['channel_failure_paths', 'efficiency_metrics', 'volume_trends'];
    const views = relations.filter(isMetricView).map(({ name }) => name);
    const missing = views.filter((view) => !elsewhere.includes(view) && !named.some((one) => one.view === view));
    expect(missing).toEqual([]);
  });

  test('docs/data-dictionary.md is what `make docs` would write', () => {
    const text = renderDataDictionary(relations, metricDefinitions);
    expect(readFileSync(join(projectRoot, 'docs/data-dictionary.md'), 'utf8')).toBe(text);
  });
});
