import { dashboard } from './lib/dashboard';
import { definitionsUid, rows } from './lib/panels';
import { clickhouseSource, one } from './lib/variables';

export const metricDefinitions = dashboard({
  uid: definitionsUid,
  title: 'What the figures mean',
  description:
    'The dictionary of metrics: formula, numerator, denominator, edge cases and whose definition it is. The same as metric_definitions in ClickHouse.',
  variables: [
    clickhouseSource,
    one(
      'view',
      'View',
      `
      SELECT name FROM system.tables
      WHERE database = currentDatabase() AND engine = 'View'
      ORDER BY name = 'efficiency_metrics' DESC, name`,
    ),
  ],
  sections: [
    {
      title: 'Metrics of the view',
      height: 16,
      panels: [
        rows(
          {
            title: 'Metrics',
            description: 'One row for each metric of the view. The time range does not matter here.',
            view: 'metric_definitions',
          },
          `
          SELECT splitByChar('.', view_column)[2] AS column, unit, formula, numerator, denominator, edge_cases, source
          FROM metric_definitions
          WHERE splitByChar('.', view_column)[1] = \${view:sqlstring}
            OR (startsWith(view_column, '*.') AND position(
              (SELECT any(create_table_query) FROM system.tables WHERE database = currentDatabase() AND name = \${view:sqlstring}),
              concat('\`', column, '\` ')) > 0)
          ORDER BY column`,
          { column: { width: 190 }, unit: { width: 120 }, source: { width: 200 } },
        ),
      ],
    },
    {
      title: 'The view',
      height: 5,
      panels: [
        rows(
          {
            title: 'What it shows',
            description: 'The comment of the view, with its parameters. Its columns: docs/data-dictionary.md.',
            view: 'metric_definitions',
          },
          `
          SELECT name, engine, comment FROM system.tables
          WHERE database = currentDatabase() AND name = \${view:sqlstring}`,
          { name: { width: 190 }, engine: { width: 110 } },
        ),
      ],
    },
  ],
});
