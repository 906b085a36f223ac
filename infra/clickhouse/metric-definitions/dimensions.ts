import { type MetricDefinition, own } from './definition';

/** A column that rows are told apart by, the same wherever it is. */
const dimension = (column: string, formula: string, edge_cases: string): MetricDefinition => ({
  name: column,
  unit: 'dimension',
  formula,
  numerator: '',
  denominator: '',
  edge_cases,
  source: own,
  view_column: `*.${column}`,
});

/** What the metric views are grouped by. */
export const dimensions: MetricDefinition[] = [
  dimension(
    'bucket_start',
    'start of the 15 minutes (UTC)',
    'Of the event in volume_trends; of the arrival of the leg elsewhere: a window owns the demand that entered it, even if it was answered in the next.',
  ),
  dimension('day', 'day (UTC) of the start', 'A session over midnight belongs to the day it started.'),
  dimension(
    'channel',
    'channel of the event or leg',
    'A bot or a voice menu is a stage, not a channel. Co-browsing is WEB, a kiosk IN_PERSON, fax POSTAL.',
  ),
  dimension('direction', 'who approached whom', 'INBOUND, OUTBOUND, INTERNAL; UNKNOWN where the source does not say.'),
  dimension(
    'intent',
    'most confident label of kind INTENT',
    'Of the single event in volume_trends, of the whole session or leg elsewhere; empty where nothing states one. Ties: the first in order.',
  ),
  dimension('queue', 'queue: its id, else its name', 'Empty for legs that never queued.'),
  dimension(
    'path',
    'legs in order, each CHANNEL[.SELF_SERVICE]:OUTCOME, equal neighbours collapsed',
    'At most the first 200 legs. How many legs an element stands for is not in it.',
  ),
  dimension(
    'first_failed_channel',
    'path label of the first failed leg',
    'With .SELF_SERVICE for a bot or a voice menu, e.g. CHAT.SELF_SERVICE.',
  ),
  dimension(
    'rescued_by_channel',
    'path label of the first successful leg after a failed one',
    'Empty if none succeeded after the failure.',
  ),
];
