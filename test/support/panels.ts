import type { ClickHouseClient } from '@clickhouse/client';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Asked, expandSql } from '../../dashboards/lib/expand';

/** A query of a panel, with where it stands. */
export interface PanelQuery {
  dashboard: string;
  panel: Panel;
  refId: string;
  sql: string;
  /** As series by time and labels, or as a table. */
  shape: 'series' | 'table';
}

/** What is read here of a dashboard's JSON. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource: { type: string; uid: string };
  links: { title: string; url: string }[];
  targets: { refId: string; rawSql?: string; format?: number; expr?: string; datasource: { type: string } }[];
  fieldConfig: {
    defaults: { unit?: string; mappings?: unknown[] };
    overrides: { matcher: { id: string; options: unknown }; properties: { id: string; value: unknown }[] }[];
  };
  options?: Record<string, unknown>;
}

export interface Variable {
  name: string;
  type: string;
  query?: string;
  multi?: boolean;
  current?: { value: string | string[] };
}

/** All panels, those of folded rows among them. */
export const panelsOf = (dashboard: Dashboard): Panel[] =>
  ((dashboard.panels ?? []) as unknown as (Panel & { panels?: Panel[] })[]).flatMap((panel) =>
    panel.type === 'row' ? (panel.panels ?? []) : [panel],
  );

export const variablesOf = (dashboard: Dashboard): Variable[] =>
  (dashboard.templating?.list ?? []) as unknown as Variable[];

/** Every query that goes to ClickHouse, dashboard by dashboard. */
export const sqlQueriesOf = (dashboard: Dashboard): PanelQuery[] =>
  panelsOf(dashboard).flatMap((panel) =>
    panel.targets.flatMap(({ refId, rawSql, format }) =>
      rawSql === undefined
        ? []
        : [
            {
              dashboard: dashboard.title ?? '',
              panel,
              refId,
              sql: rawSql,
              shape: format === 0 ? 'series' : 'table',
            } as const,
          ],
    ),
  );

/** What the variables are when a dashboard is opened: those of a query take its first row, or all. */
export async function openedWith(
  client: ClickHouseClient,
  dashboard: Dashboard,
  range: Pick<Asked, 'from' | 'to'>,
): Promise<Asked> {
  const variables: Record<string, string | string[]> = {};
  for (const { name, type, query = '', multi, current } of variablesOf(dashboard)) {
    if (type === 'query') {
      const [first] = await firstColumn(client, expandSql(query, { ...range, variables }));
      if (first === undefined) throw new Error(`${dashboard.title}: the variable ${name} offers nothing`);
      variables[name] = multi ? (current?.value ?? '') : first;
    } else if (type === 'textbox') variables[name] = query;
    else if (type === 'custom') variables[name] = current?.value ?? '';
  }
  return { ...range, variables };
}

export async function firstColumn(client: ClickHouseClient, query: string): Promise<string[]> {
  const result = await client.query({ query, format: 'JSONCompactEachRow' });
  return (await result.json<unknown[]>()).map(([value]) => String(value));
}

type Cell = string | number | boolean | null | unknown[];

/** What is wrong with the answer to a panel's query, in words: nothing where Grafana can draw it and there is something to see. */
export async function faultsOf(client: ClickHouseClient, query: PanelQuery, asked: Asked): Promise<string[]> {
  const named = (fault: string): string => `${query.dashboard} / ${query.panel.title} ${query.refId}: ${fault}`;
  try {
    const result = await client.query({
      query: expandSql(query.sql, asked),
      format: 'JSONCompact',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0, readonly: '1' },
    });
    const { meta = [], data } = await result.json<Cell[]>();
    return answerFaults(query, meta, data).map(named);
  } catch (error) {
    return [named((error as Error).message)];
  }
}

const isNumber = (type: string): boolean => /^(Nullable\()?(U?Int|Float|Decimal)/.test(type);
const isText = (type: string): boolean => /^(LowCardinality\()?(Nullable\()?String/.test(type);

function answerFaults(
  { panel, shape }: PanelQuery,
  columns: readonly { name: string; type: string }[],
  data: readonly Cell[][],
): string[] {
  if (data.length === 0) return ['no rows'];
  const faults: string[] = [];
  const numbers = columns.flatMap(({ type }, index) => (isNumber(type) ? [index] : []));
  const texts = columns.filter(({ type }) => isText(type));
  if (
    !data.some((row) => row.some((cell, index) => cell !== null && (numbers.length === 0 || numbers.includes(index))))
  )
    faults.push('nothing but NULL');
  if (shape === 'series') {
    if (columns[0]?.name !== 'time' || !columns[0].type.startsWith('DateTime'))
      faults.push('the first column is no time');
    if (numbers.length === 0) faults.push('no numbers');
    if (numbers.length + texts.length + 1 !== columns.length) faults.push('a column is neither number nor text');
    if (texts.length > 1) faults.push('more than one label');
    if (texts.length === 1 && columns.at(-1)?.name !== 'Value') faults.push('numbers beside a label are named Value');
    const times = data.map(([time]) => String(time));
    if (times.some((time, index) => index > 0 && time < times[index - 1]!)) faults.push('not in the order of time');
  }
  if (panel.type === 'stat' && (data.length !== 1 || data[0]!.includes(null))) faults.push('not one row with a value');
  if (shape === 'table') {
    for (const name of columnsNamed(panel).filter((one) => !one.startsWith('arc__'))) {
      if (!columns.some((column) => column.name === name)) faults.push(`no column ${name}`);
    }
    for (const index of panel.type === 'table' ? numbers : []) {
      const { name } = columns[index]!;
      if (!isShown(panel, name)) faults.push(`nothing says how to show the numbers of ${name}`);
    }
  }
  return faults;
}

/** Whether a column of numbers has a unit, or none and so many decimals. */
const isShown = ({ fieldConfig: { defaults, overrides } }: Panel, name: string): boolean =>
  (defaults.unit ?? 'none') !== 'none' ||
  overrides.some(
    ({ matcher, properties }) =>
      matcher.options === name && properties.some(({ id }) => id === 'unit' || id === 'decimals'),
  );

/** Columns that the look of a panel speaks of by name. */
const columnsNamed = ({ fieldConfig, options }: Panel): string[] => [
  ...fieldConfig.overrides.flatMap(({ matcher }) => (matcher.id === 'byName' ? [String(matcher.options)] : [])),
  ...(typeof options?.xField === 'string' ? [options.xField] : []),
];
