import type { ClickHouseClient } from '@clickhouse/client';
import { expect, test } from '@jest/globals';
import { allDashboards } from '../../../dashboards/all';
import { expandSql } from '../../../dashboards/lib/expand';
import { openedWith, sqlQueriesOf } from '../../support/panels';
import { demoDays } from './dashboard-tests';
import { askWithGo, askWithJdbc, hasGo, type NamedQuery } from './drivers';

/** Every kind of column that ClickHouse has and the front can tell the end of, with and without rows, in one block and in many. */
const columns = [
  'toInt8(number - 1) AS i8, toUInt64(number * 1000000007) AS u64, toInt128(number) AS i128, number % 2 = 0 AS flag',
  'toFloat32(number / 4) AS f32, number / 3 AS f64, toDecimal32(number, 2) AS d32, toDecimal128(number, 5) AS d128',
  "repeat('x', number % 300) AS s, toFixedString(toString(number % 10), 3) AS fixed, toLowCardinality(toString(number % 7)) AS lc",
  'if(number % 3 = 0, NULL, number) AS n, toLowCardinality(if(number % 5 = 0, NULL, toString(number % 9))) AS lcn, NULL AS nothing',
  "toDate('2026-03-02') + number % 30 AS day, toDateTime(1772409600 + number) AS at, toDateTime64(1772409600.25, 3, 'UTC') AS ms",
  "toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') AS id, toIPv4('10.0.0.1') AS ip, CAST(number % 2, 'Enum8(\\'a\\' = 0, \\'b (c, d\\' = 1)') AS e",
  "range(number % 4) AS list, [toLowCardinality('a'), toLowCardinality(toString(number))] AS lcs, [[number], []] AS lists",
  "(number, toLowCardinality('x')) AS pair, map('k', number) AS m, map(toLowCardinality('l'), [number]) AS ml",
];
const kinds = columns.flatMap((list, index): NamedQuery[] => [
  { name: `kinds ${index}`, sql: `SELECT ${list} FROM numbers(1000)` },
  { name: `kinds ${index} without rows`, sql: `SELECT ${list} FROM numbers(1000) WHERE number > 5000` },
  { name: `kinds ${index} in many blocks`, sql: `SELECT ${list} FROM numbers(10000) SETTINGS max_block_size = 777` },
]);

/** Tests that other people's drivers read what the project's own client reads, on the demo's data. */
export function driverTests(client: () => ClickHouseClient, url: () => string): void {
  const panelQueries = async (): Promise<NamedQuery[]> => {
    const queries: NamedQuery[] = [];
    for (const dashboard of allDashboards().values()) {
      const asked = await openedWith(client(), dashboard, demoDays);
      queries.push(
        ...sqlQueriesOf(dashboard).map(({ panel, refId, sql }) => ({
          name: `${dashboard.title} / ${panel.title} ${refId}`,
          sql: expandSql(sql, asked),
        })),
      );
    }
    return queries;
  };

  (hasGo ? test : test.skip)(
    'clickhouse-go, Grafana’s driver, reads every panel and every kind of column as the own client does',
    async () => {
      const ofPanels = await panelQueries();
      const queries = [...ofPanels, ...kinds];
      const answers = [
        ...(await askWithGo(new URL(url()), 'customer_dynamics', ofPanels)),
        ...(await askWithGo(new URL(url()), 'customer_dynamics', kinds, 'default')),
      ];
      const differing: string[] = [];
      for (const [index, { name, sql }] of queries.entries()) {
        const { error, rows = [] } = answers[index]!;
        const expected = await ownAnswer(client(), sql);
        if (error !== undefined) differing.push(`${name}: ${error}`);
        else if (JSON.stringify(rows.map(comparable)) !== JSON.stringify(expected.map(comparable)))
          differing.push(`${name}: ${JSON.stringify(rows[0])} for ${JSON.stringify(expected[0])}`);
      }
      expect(differing).toEqual([]);
    },
    400_000,
  );

  test('clickhouse-jdbc, the driver of DBeaver and Metabase, reads every panel as the own client does', async () => {
    const queries = await panelQueries();
    const { tables, answers } = await askWithJdbc(new URL(url()), 'customer_dynamics', queries);
    expect(tables).toEqual(expect.arrayContaining(['efficiency_metrics', 'volume_trends', 'sessions_current']));
    const differing: string[] = [];
    for (const [index, { name, sql }] of queries.entries()) {
      const answer = answers[index]!;
      if ('error' in answer) differing.push(`${name}: ${answer.error}`);
      else {
        const expected = await ownAnswer(client(), sql);
        const off = answer.sums.findIndex(
          (sum, column) => sum !== '-' && !near(Number(sum), columnSum(expected, column)),
        );
        if (answer.rows !== expected.length || off >= 0) differing.push(`${name}: ${answer.rows} rows, ${answer.sums}`);
      }
    }
    expect(differing).toEqual([]);
  }, 600_000);
}

async function ownAnswer(client: ClickHouseClient, query: string): Promise<unknown[][]> {
  const result = await client.query({
    query,
    format: 'JSONCompact',
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      output_format_json_quote_decimals: 1,
      output_format_json_named_tuples_as_objects: 0,
      date_time_output_format: 'unix_timestamp',
    },
  });
  const { meta = [], data } = await result.json<unknown[]>();
  const times = meta.map(({ type }) => /^(LowCardinality\()?(Nullable\()?Date/.test(type));
  return data.map((row) =>
    row.map((cell, index) => {
      if (!times[index] || cell === null) return cell;
      const text = String(cell);
      return Math.round(/^\d{4}-/.test(text) ? Date.parse(`${text}Z`) : 1_000 * Number(text));
    }),
  );
}

/** Numbers are compared as numbers to nine digits, whatever wrote them as texts; 3 and 3.00 are one. */
function comparable(cell: unknown): unknown {
  if (Array.isArray(cell)) return cell.map(comparable);
  if (typeof cell === 'object' && cell !== null)
    return Object.entries(cell).map(([name, value]) => [name, comparable(value)]);
  if (typeof cell === 'boolean') return Number(cell);
  const number = typeof cell === 'string' && /^-?\d[\d.e+-]*$/i.test(cell) ? Number(cell) : cell;
  if (typeof number === 'number' && !Number.isNaN(number)) return Number(number.toPrecision(9));
  return typeof cell === 'string' ? cell.replaceAll('\0', '') : cell;
}

const columnSum = (rows: readonly unknown[][], column: number): number =>
  rows.reduce((sum, row) => sum + (row[column] === null ? 0 : Number(row[column])), 0);

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
