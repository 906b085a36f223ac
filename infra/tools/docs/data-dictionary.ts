import type { Relation } from '../../clickhouse/catalogue';
import { definitionOf, isMetricView } from '../../clickhouse/coverage';
import type { MetricDefinition } from '../../clickhouse/metric-definitions';

/** `docs/data-dictionary.md`: a pure function of what the engine says of itself and of the definitions. */
export function renderDataDictionary(relations: readonly Relation[], definitions: readonly MetricDefinition[]): string {
  const metrics = relations.filter(isMetricView);
  const views = relations.filter((relation) => relation.engine === 'View' && !isMetricView(relation));
  const tables = relations.filter((relation) => relation.engine.endsWith('MergeTree'));
  const plumbing = relations.filter(({ engine }) => engine === 'Null' || engine === 'MaterializedView');
  const rules = definitions.filter(({ view_column }) => view_column === '');
  return `${[
    '# Data dictionary',
    'Written by `make docs` from the COMMENTs of a database with all migrations and from `infra/clickhouse/metric-definitions`: change those, not this file. In the database itself: `SELECT * FROM metric_definitions`, and `SELECT table, name, type, comment FROM system.columns WHERE database = currentDatabase()`.',
    '## Rules that all metrics share',
    rules.map((rule) => `- **${words(rule.name)}.** ${rule.formula} ${rule.edge_cases}`).join('\n'),
    '## Metric views',
    ...metrics.map((view) => metricView(view, definitions)),
    '## Other views',
    ...views.map((view) => (hasDefinitions(view, definitions) ? metricView(view, definitions) : plain(view))),
    '## Tables',
    'Most questions are answered by the views above. Tables of sign rows hold every revision: read their `_current` views.',
    ...tables.map(plain),
    '## Plumbing',
    'Nothing to read here: landing tables store nothing, materialized views fill the tables from them and have the tables’ columns.',
    table(
      ['name', 'what'],
      plumbing.map(({ name, comment }) => [code(name), comment]),
    ),
  ].join('\n\n')}\n`;
}

const heading = (relation: Relation): string => {
  const parameters = relation.parameters.map(({ name, type }) => `- parameter ${code(name)} ${code(type)}`).join('\n');
  return [`### ${relation.name}`, relation.comment, ...(parameters ? [parameters] : [])].join('\n\n');
};

function plain(relation: Relation): string {
  const body = relation.columns.map(({ name, type, comment }) => [code(name), code(type), comment]);
  return `${heading(relation)}\n\n${table(['column', 'type', 'what'], body)}`;
}

function metricView(view: Relation, definitions: readonly MetricDefinition[]): string {
  const body = view.columns.map(({ name, type, comment }) => {
    const definition = definitionOf(definitions, view.name, name);
    return [
      code(name),
      code(type),
      definition?.unit ?? '',
      comment,
      ratioOf(definition),
      definition?.edge_cases ?? '',
      definition?.source ?? '',
    ];
  });
  return `${heading(view)}\n\n${table(['column', 'type', 'unit', 'what', 'formula', 'edge cases', 'source'], body)}`;
}

/** Some views of rows have measures among their columns. */
const hasDefinitions = ({ name }: Relation, definitions: readonly MetricDefinition[]): boolean =>
  definitions.some(({ view_column }) => view_column.startsWith(`${name}.`));

const ratioOf = (definition: MetricDefinition | undefined): string => {
  if (!definition) return '';
  const { formula, numerator, denominator } = definition;
  const parts = numerator && denominator && !formula.includes(numerator) ? ` (${numerator} over ${denominator})` : '';
  return `${formula}${parts}`;
};

const words = (name: string): string => {
  const text = name.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

const table = (head: string[], body: string[][]): string =>
  [head, head.map(() => '---'), ...body].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** A bar would end the cell; code() has already escaped its own. */
const cell = (text: string): string =>
  (text.startsWith('`') ? text : text.replaceAll('|', '\\|')).replaceAll('\n', ' ');
