import { type MetricDefinition, own } from './definition';

const rule = (name: string, formula: string, edge_cases: string, source = own): MetricDefinition => ({
  name,
  unit: 'rule',
  formula,
  numerator: '',
  denominator: '',
  edge_cases,
  source,
  view_column: '',
});

/** What all metrics share. */
export const rules: MetricDefinition[] = [
  rule(
    'counted_unit',
    'Every count names what it counts: leg (one connection to a queue, agent or bot), contact (legs that the source chained: transfers, callbacks), session (one person’s contiguous demand across channels), journey (sessions of one person with gaps up to N days), customer.',
    '100 legs are not 100 contacts, and 100 contacts are not 100 customers: compare figures of one unit only.',
  ),
  rule(
    'null_when_nothing_to_divide_by',
    'A ratio is NULL where its denominator is 0.',
    '0 would say that something was measured. NULL is left out by avg, sum and most charts.',
    'Amazon Connect: NULLIF(SUM(is_queued), 0)',
  ),
  rule(
    'missing_is_not_zero',
    'An average of durations leaves out what is not known; it never counts as 0.',
    'Each average divides by the number of legs whose duration is known, which can be below the number of legs.',
  ),
  rule(
    'sums_over_sums',
    'Over longer times, queues or channels sum numerators and denominators and divide the sums.',
    'The average of rates weighs a quiet night like a Monday morning. Never average rates, and never add distinct counts.',
  ),
  rule(
    'by_arrival',
    'A time window owns the demand that entered it: figures of a leg belong to the window in which the leg arrived.',
    'Other systems book handling at the end of after-contact work: a call from 10:25 to 10:45 is in 10:15 here, and in 10:45 there.',
  ),
  rule(
    'milliseconds',
    'Durations are whole milliseconds, in columns that end in _ms; money is in minor units with its ISO 4217 currency beside it.',
    'Sources that send seconds are exact to the second only. Amounts of different currencies are never added.',
  ),
  rule(
    'calendar_time',
    'Durations are calendar time, nights and weekends included, unless the column begins with business_ or avg_business_: then they are the parts within business_hours less business_holidays.',
    'A mail that came on Friday evening and was answered on Monday morning waited 60 hours, or one.',
  ),
  rule(
    'utc',
    'Times and days are UTC; events belong to the time at which they occurred, not at which they arrived.',
    'For local days shift the time before cutting: toDate(bucket_start, ’America/Sao_Paulo’).',
  ),
  rule(
    'late_and_open',
    'Late events count at once in volumes and, after the repair (seconds to a minute), in sessions and legs. Sessions still open are included and grow.',
    'So recent figures of sessions and legs change. Up to where they are final: audit_safe_until.',
  ),
  rule(
    'named_variants',
    'Where the trade knows several formulas for one word, each is a column with a name of its own.',
    'Compare with another system only after finding which variant it computes.',
  ),
];
