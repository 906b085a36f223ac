import type { Relation } from './catalogue';
import type { MetricDefinition } from './metric-definitions';

/**
 * Views that show rows, states, what other views are made of, or what another view says as it was written down: their COMMENTs are
 * enough. Every other view is a metric view.
 */
const notMetrics = new Set([
  'agent_status_intervals',
  'audit_safe_until',
  'business_open_intervals',
  'case_changes',
  'contact_followups',
  'contacts',
  'conversation_metrics',
  'customer_timeline',
  'dead_letters',
  'durable_resolution_daily',
  'erasures',
  'journey_legs',
  'journey_sessions',
  'journeys',
  'late_events',
  'leg_facts',
  'leg_metrics_in',
  'legs_current',
  'metric_definitions',
  'pipeline_status',
  'queue_waits_in',
  'repeat_contacts_daily',
  'sentiment_shifts',
  'sessionization_audit',
  'sessions_current',
  'survey_responses',
]);

export const isMetricView = ({ name, engine }: Pick<Relation, 'name' | 'engine'>): boolean =>
  engine === 'View' && !notMetrics.has(name);

/** The entry that speaks of a column: its own before one for the column wherever it is. */
export function definitionOf(
  definitions: readonly MetricDefinition[],
  view: string,
  column: string,
): MetricDefinition | undefined {
  return (
    definitions.find(({ view_column }) => view_column === `${view}.${column}`) ??
    definitions.find(({ view_column }) => view_column === `*.${column}`)
  );
}

/** What is wrong between a database and its dictionary, in words; nothing when every figure can be looked up. */
export function dictionaryFaults(relations: readonly Relation[], definitions: readonly MetricDefinition[]): string[] {
  const faults: string[] = [];
  const views = relations.filter(isMetricView);
  for (const { name, comment, columns } of relations) {
    if (comment.trim() === '') faults.push(`${name} has no comment`);
    if (columns.length === 0) faults.push(`${name} shows no columns: declare them, with comments, before AS`);
    for (const column of columns.filter((one) => one.comment.trim() === '')) {
      faults.push(`${name}.${column.name} has no comment`);
    }
  }
  for (const { name, columns } of views) {
    for (const column of columns.filter((one) => !definitionOf(definitions, name, one.name))) {
      faults.push(`${name}.${column.name} has no definition`);
    }
  }
  const places = new Map<string, number>();
  for (const { name, view_column, ...texts } of definitions) {
    const [view, column, ...more] = view_column.split('.');
    const meant = view === '*' ? views : relations.filter((relation) => relation.name === view);
    const found = meant.some(({ columns }) => columns.some((one) => one.name === column));
    if (view_column !== '' && (more.length > 0 || !found))
      faults.push(`definition ${name}: there is no ${view_column}`);
    for (const text of ['unit', 'formula', 'source'] as const) {
      if (texts[text].trim() === '') faults.push(`definition ${name} (${view_column}) has no ${text}`);
    }
    if (view_column !== '') places.set(view_column, (places.get(view_column) ?? 0) + 1);
  }
  for (const [place, count] of places) if (count > 1) faults.push(`${place} is defined ${count} times`);
  return faults;
}
