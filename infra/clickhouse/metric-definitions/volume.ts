import { type MetricDefinition, own } from './definition';

const noRatio = { numerator: '', denominator: '' };
const bucketRule =
  'Distinct per row: does not add up over buckets, channels, directions or intents. Over longer times count distinct in interactions.';

/** volume_trends and channel_failure_paths. */
export const volume: MetricDefinition[] = [
  {
    name: 'events',
    unit: 'events',
    formula: 'count of events of customers',
    ...noRatio,
    edge_cases:
      'Staff events are left out. Late events are counted at once, in the bucket in which they occurred. Repeats of an event_id are dropped before counting. Marketing and survey events are counted.',
    source: own,
    view_column: 'volume_trends.events',
  },
  {
    name: 'contacts_touched',
    unit: 'contacts',
    formula: 'count of distinct contacts with an event in the row',
    ...noRatio,
    edge_cases: `A contact is what the source joined: contact_id, else interaction_id, else the event alone, within customer, source system and instance. A contact that spans two buckets is in both. ${bucketRule}`,
    source: own,
    view_column: 'volume_trends.contacts',
  },
  {
    name: 'customers_touched',
    unit: 'customers',
    formula: 'count of distinct customers with an event in the row',
    ...noRatio,
    edge_cases: `A person known by two identities that were never joined counts twice. ${bucketRule}`,
    source: own,
    view_column: 'volume_trends.customers',
  },
  {
    name: 'failed_sessions',
    unit: 'sessions',
    formula: 'count of sessions with at least one failed leg',
    ...noRatio,
    edge_cases:
      'A failed leg has outcome FAILURE or ABANDONED, or ESCALATED with a failure step: a voice menu that only routes has not failed. Short abandons are abandons. Sessions still open are counted, and revised as they grow. Adds up over rows.',
    source: own,
    view_column: 'channel_failure_paths.sessions',
  },
  {
    name: 'customers_failed',
    unit: 'customers',
    formula: 'count of distinct customers among the failed sessions of the row',
    ...noRatio,
    edge_cases:
      'Does not add up over days, intents or paths. Over longer times count distinct customers in sessions_current where first_failed_channel is not empty.',
    source: own,
    view_column: 'channel_failure_paths.customers',
  },
  {
    name: 'sessions_rescued',
    unit: 'sessions',
    formula: 'count of failed sessions with a successful leg',
    ...noRatio,
    edge_cases:
      'The success may come before the failure; rescued_by_channel is empty then. A success in a later session of the same person is not seen here: that is a journey.',
    source: own,
    view_column: 'channel_failure_paths.sessions_with_success',
  },
  {
    name: 'time_to_success_sum',
    unit: 'ms',
    formula: 'sum of (end of the first successful leg - start of the session)',
    numerator: 'time_to_success_ms',
    denominator: 'sessions_with_success',
    edge_cases:
      'A sum: divide it by sessions_with_success, after summing both, for the average. Sessions without a success have no such time and are in neither. Waiting between channels is included.',
    source: own,
    view_column: 'channel_failure_paths.time_to_success_ms',
  },
];
