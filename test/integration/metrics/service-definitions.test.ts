import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { service } from '../../../infra/clickhouse/metric-definitions/service';
import { AuditDatabase } from '../support/audit-database';
import { withStack } from '../support/stack';

jest.setTimeout(180_000);
const local = withStack(['clickhouse'], { setUpSteps: [] });
let database: AuditDatabase;
beforeAll(async () => {
  database = await AuditDatabase.open(local.stack.addresses.clickhouseUrl, 'service_definitions');
});
afterAll(() => database?.client.close());

const range = "from = '2026-01-01', to = '2026-01-02'";
const zone = "time_zone = 'UTC'";
const calls: Record<string, string> = {
  agent_status_intervals: range,
  agent_time: `${range}, ${zone}`,
  business_open_intervals: `schedule = '', ${range}`,
  case_changes: range,
  backlog: "at = '2026-01-01'",
  backlog_daily: `${range}, ${zone}`,
  conversation_metrics: `${range}, up_to = NULL, schedule = ''`,
  response_daily: `${range}, up_to = NULL, schedule = '', ${zone}`,
  survey_responses: range,
  survey_scores: `${range}, by = 'all'`,
  sentiment_shifts: range,
};
/** Every column of these is a metric or what it is grouped by; the others have rows of single things. */
const metricViews = ['agent_time', 'backlog', 'backlog_daily', 'response_daily', 'survey_scores'];
/** Defined once for all views. */
const shared = ['channel'];

/** What the view really gives, in order. */
async function columnsOf(view: string): Promise<string[]> {
  const query = `SELECT * FROM ${view}(${calls[view]}) LIMIT 0`;
  const result = await database.client.query({ query, format: 'JSON' });
  return ((await result.json()) as { meta: { name: string }[] }).meta.map(({ name }) => name);
}

test.each(Object.keys(calls))('%s declares the columns that it gives, each with a comment', async (view) => {
  const [{ statement }] = await database.rows<{ statement: string }>(`SHOW CREATE VIEW ${view}`);
  const list = statement.slice(0, statement.indexOf('\nCOMMENT'));
  const declared = [...list.matchAll(/^ {4}`(\w+)` .* COMMENT '.+',?$/gm)].map(([, name]) => name);
  expect(declared).toEqual(await columnsOf(view));
});

describe('definitions', () => {
  test.each(Object.keys(calls))('of %s are of columns that it has, each once', async (view) => {
    const defined = service.filter(({ view_column }) => view_column.startsWith(`${view}.`)).map(({ name }) => name);
    const columns = await columnsOf(view);
    expect(new Set(defined).size).toBe(defined.length);
    expect(defined.filter((name) => !columns.includes(name))).toEqual([]);
    if (metricViews.includes(view)) {
      expect(columns.filter((name) => !shared.includes(name) && !defined.includes(name))).toEqual([]);
    }
  });

  test('say something', () => {
    for (const { unit, formula, edge_cases, source, numerator, denominator } of service) {
      for (const text of [unit, formula, edge_cases, source]) expect(text.trim()).not.toBe('');
      expect(numerator === '').toBe(denominator === '');
    }
  });
});
