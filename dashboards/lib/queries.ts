import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';

/** Data sources are chosen by variables, so that one JSON serves any Grafana. */
export const clickhouse: DataSourceRef = { type: 'grafana-clickhouse-datasource', uid: `\${clickhouse}` };
export const prometheus: DataSourceRef = { type: 'prometheus', uid: `\${prometheus}` };

/** How Grafana's ClickHouse plug-in hands on an answer: as series by time and labels, or as it is. */
type Shape = 'series' | 'table';

interface ClickHouseQuery extends Dataquery {
  refId: string;
  datasource: DataSourceRef;
  editorType: 'sql';
  queryType: 'timeseries' | 'table';
  format: 0 | 1;
  rawSql: string;
  pluginVersion: string;
}

/** A query of the plug-in `grafana-clickhouse-datasource`, of which the SDK knows nothing. */
export const sqlQuery = (sql: string, shape: Shape, refId = 'A'): Builder<ClickHouseQuery> => ({
  build: () => ({
    _implementsDataqueryVariant: () => undefined,
    refId,
    datasource: clickhouse,
    editorType: 'sql',
    queryType: shape === 'series' ? 'timeseries' : 'table',
    format: shape === 'series' ? 0 : 1,
    rawSql: trimmed(sql),
    pluginVersion: '4.0.0',
  }),
});

/** A query of Prometheus; `legend` names a series, e.g. `{{topic}}`. */
export const promQuery = (expr: string, legend: string, refId = 'A'): Builder<Dataquery> =>
  new DataqueryBuilder().expr(expr).legendFormat(legend).range().refId(refId).datasource(prometheus);

/** Without the indentation of the file that it stands in. */
export function trimmed(sql: string): string {
  const lines = sql.replace(/^\s*\n|\s+$/g, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)![0].length);
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(least)).join('\n');
}
