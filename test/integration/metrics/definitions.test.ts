import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chains } from '../../../infra/clickhouse/metric-definitions/chains';
import { handling } from '../../../infra/clickhouse/metric-definitions/handling';
import { queues } from '../../../infra/clickhouse/metric-definitions/queues';
import { waits } from '../../../infra/clickhouse/metric-definitions/waits';
import { withStack } from '../support/stack';
import { LegDatabase } from './leg-database';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const definitions = [...queues, ...waits, ...handling, ...chains];
const views = [
  'service_levels',
  'abandonments',
  'handle_times',
  'transfers',
  'wait_percentiles',
  'agent_handle_times',
  'contact_metrics',
  'callbacks',
];
/** Defined once for all views. */
const shared = ['channel', 'queue', 'direction'];

let database: LegDatabase;
beforeAll(async () => {
  database = await LegDatabase.open(local.stack.addresses.clickhouseUrl, 'definitions');
});
afterAll(() => database?.client.close());

/** What the view really gives, in order. */
async function columnsOf(view: string): Promise<string[]> {
  const query = `SELECT * FROM ${view}(from = '2026-01-01', to = '2026-01-02', by = []) LIMIT 0`;
  const result = await database.client.query({ query, format: 'JSON' });
  return ((await result.json()) as { meta: { name: string }[] }).meta.map(({ name }) => name);
}

describe.each(views)('%s', (view) => {
  test('has a definition of every column, and none of another', async () => {
    const own = definitions.filter(({ view_column }) => view_column.startsWith(`${view}.`)).map(({ name }) => name);
    expect(own.toSorted()).toEqual((await columnsOf(view)).filter((name) => !shared.includes(name)).toSorted());
  });

  test('declares the columns that it gives, each with a comment', async () => {
    const [{ statement }] = await database.rows<{ statement: string }>(`SHOW CREATE VIEW ${view}`);
    const list = statement.slice(0, statement.indexOf('\nCOMMENT'));
    const declared = [...list.matchAll(/^ {4}`(\w+)` .* COMMENT '.+',?$/gm)].map(([, name]) => name);
    expect(declared).toEqual(await columnsOf(view));
  });
});

test('definitions say something', () => {
  for (const { unit, formula, edge_cases, source, numerator, denominator } of definitions) {
    for (const text of [unit, formula, edge_cases, source]) expect(text.trim()).not.toBe('');
    expect(numerator === '').toBe(denominator === '');
  }
});
