import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readCatalogue } from '../../infra/clickhouse/catalogue';
import { isMetricView } from '../../infra/clickhouse/coverage';
import { connectDatabase } from '../../infra/clickhouse/database';
import { loadDemoTables } from '../guide/demo-tables';
import { questionsOf, withAnswers } from '../guide/guide';
import { simulate } from '../simulator/simulate';
import { writeFollowUps } from '../support/follow-ups';
import { projectRoot } from './support/build';
import { dashboardTests } from './support/dashboard-tests';
import { driverTests } from './support/driver-tests';
import { grafanaTests } from './support/grafana-tests';
import { reportTests } from './support/report-tests';
import { withStack } from './support/stack';

const guide = readFileSync(join(projectRoot, 'docs/analyst-guide.md'), 'utf8');
const local = withStack(['clickhouse']);

describe('docs/analyst-guide.md', () => {
  let client: ClickHouseClient;
  beforeAll(async () => {
    const url = local.stack.addresses.clickhouseUrl;
    client = await connectDatabase({ url, database: 'customer_dynamics', username: 'default', password: '' });
    await loadDemoTables(client, simulate());
    await writeFollowUps(client);
  }, 720_000);
  afterAll(() => client?.close());

  describe('make report', () => reportTests(() => client));

  describe('make grafana', () => grafanaTests(() => local.stack.addresses.clickhouseUrl));

  describe('drivers of others on the same data', () =>
    driverTests(
      () => client,
      () => local.stack.addresses.clickhouseUrl,
    ));

  describe('dashboards on the same data', () =>
    dashboardTests(
      () => client,
      () => local.stack.addresses.clickhouseUrl,
    ));

  test('its queries give the answers that stand behind them, on the demo’s data', async () => {
    expect(questionsOf(guide).length).toBeGreaterThanOrEqual(20);
    expect(await withAnswers(client, guide)).toBe(guide);
  }, 360_000);

  // Arguments by the names of parameters; a view with another one must be told here.
  const arguments_: Record<string, string> = {
    ...{ from: "'2026-03-02'", to: "'2026-03-10'", at: "'2026-03-06'", by: "['day']", time_zone: "'UTC'" },
    ...{ window_days: '1', window_hours: '24', schedule: "'support'", target_seconds: '3600' },
  };
  const ownArguments: Record<string, string> = { survey_scores: "by = 'all'" };
  test('every metric view has rows on the demo’s data, and no column of it is without a value everywhere', async () => {
    const silent: string[] = [];
    // The simulation's sources judge every message of a session: enrich's own models have nothing to add here.
    const views = (await readCatalogue(client)).filter((view) => isMetricView(view) && view.name !== 'text_models');
    for (const { name, parameters, columns } of views) {
      const given = parameters
        .filter((one) => one.name in arguments_ && !(name in ownArguments && one.name === 'by'))
        .map((one) => `${one.name} = ${arguments_[one.name]}`);
      const own = ownArguments[name] ? [ownArguments[name]] : [];
      const call = parameters.length > 0 ? `${name}(${[...given, ...own].join(', ')})` : name;
      const counts = columns.map((column) => `count(\`${column.name}\`) AS \`${column.name}\``);
      const result = await client.query({
        query: `SELECT count() AS rows_there, ${counts.join(', ')} FROM ${call}`,
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      });
      const [{ rows_there, ...values }] = await result.json<Record<string, number>>();
      if (rows_there === 0) silent.push(name);
      else silent.push(...Object.keys(values).flatMap((column) => (values[column] === 0 ? [`${name}.${column}`] : [])));
    }
    expect(silent).toEqual([]);
  }, 360_000);

  test('an answer that has changed shows', async () => {
    const [question] = questionsOf(guide);
    const one = `### ${question!.title}\n\n\`\`\`sql\n${question!.sql}\n\`\`\`\n`;
    const answered = await withAnswers(client, one);
    await client.command({
      query:
        "INSERT INTO interactions_landing (event_id, customer_id, occurred_at) VALUES ('one-more', 'c', '2026-03-04')",
    });
    expect(await withAnswers(client, answered)).not.toBe(answered);
  });

  test('a query that fails is told by its question', async () => {
    const wrong = '### 1. Why?\n\n```sql\nSELECT nothing FROM nowhere\n```\n';
    await expect(withAnswers(client, wrong)).rejects.toThrow(/^question 1\. Why\?: .*nowhere/);
  });
});

describe('the questions of a guide', () => {
  const block = '```sql\nSELECT 1\n```\n';
  test.each([
    { name: 'two blocks under one heading', text: `### 1. A\n\n${block}\n${block}`, fault: 'belongs to no question' },
    { name: 'a heading without a block', text: `### 1. A\n\n### 2. B\n\n${block}`, fault: '1. A has no SQL' },
    { name: 'the last heading without a block', text: `### 1. A\n\n${block}\n### 2. B\n`, fault: '2. B has no SQL' },
    {
      name: 'a number left out',
      text: `### 1. A\n\n${block}\n### 3. B\n\n${block}`,
      fault: 'question 2 is numbered 3. B',
    },
  ])('$name', ({ text, fault }) => {
    expect(() => questionsOf(text)).toThrow(fault);
  });
});
