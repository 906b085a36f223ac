import { type MetricDefinition, own } from './definition';

const noRatio = { numerator: '', denominator: '' };
const genesys = 'Genesys Cloud glossary';

const count = (column: string, formula: string, edge_cases: string): MetricDefinition => ({
  name: column,
  unit: 'legs',
  formula,
  ...noRatio,
  edge_cases,
  source: own,
  view_column: `efficiency_metrics.${column}`,
});

const sum = (column: string, formula: string, edge_cases: string): MetricDefinition => ({
  ...count(column, formula, edge_cases),
  unit: 'ms',
});

const ratio = (
  column: string,
  unit: string,
  [numerator, denominator]: [string, string],
  edge_cases: string,
  source: string,
): MetricDefinition => ({
  name: column,
  unit,
  formula: [numerator, denominator].map((part) => (/ [+-] /.test(part) ? `(${part})` : part)).join(' / '),
  numerator,
  denominator,
  edge_cases,
  source,
  view_column: `efficiency_metrics.${column}`,
});

/** efficiency_metrics: 15 minutes of arrival, by channel and queue. */
export const efficiency: MetricDefinition[] = [
  count(
    'legs',
    'count of legs that arrived',
    'Self-service legs included. A transfer to another queue makes another leg.',
  ),
  count(
    'offered',
    'count of legs that entered a queue',
    'Those still waiting are included, so answered + abandoned + flow_outs may be less.',
  ),
  count(
    'answered',
    'count of offered legs that an agent answered',
    'Answered is not handled: who takes over by a direct transfer handles a leg that was never offered.',
  ),
  count(
    'abandoned',
    'count of offered legs that left the queue without an agent, by hanging up',
    'Short abandons are included. Callbacks and voicemail are flow_outs, not abandons. A hang-up in the voice menu is none: it never queued.',
  ),
  count(
    'short_abandoned',
    'count of abandoned legs with wait_ms <= 5000',
    'The limit is short_abandon_ms of session_rules. The limit itself counts as short.',
  ),
  count('flow_outs', 'count of offered legs that left the queue otherwise', 'Callback, voicemail, another queue.'),
  count(
    'handled',
    'count of legs whose handling is complete',
    'At wrap-up, else when the agent or the caller left after an answer. Offered or not.',
  ),
  count(
    'transfers',
    'count of legs that were transferred',
    'Completed transfers only. An offer that an agent let ring is no transfer.',
  ),
  sum('talk_ms', 'sum of talk of handled legs', 'Hold excluded. Unknown talk adds nothing.'),
  sum(
    'hold_ms',
    'sum of hold of handled legs',
    'Legs never held add nothing: divided by handled it is the average over all, not over the held.',
  ),
  sum(
    'acw_ms',
    'sum of after-contact work of handled legs',
    'May overlap the next contact of the agent. Skipped work adds nothing.',
  ),
  sum(
    'wait_ms_answered',
    'sum of queue wait of answered legs',
    'The time in the voice menu is no wait. Legs of unknown wait add nothing.',
  ),
  sum('wait_ms_abandoned', 'sum of queue wait of abandoned legs', 'Legs of unknown wait add nothing.'),
  ratio(
    'asa_ms',
    'ms',
    ['wait_ms_answered', 'answered legs whose wait is known'],
    'Starts anew at each queue: the wait of a contact that was transferred is the sum over its legs. Abandoned legs are left out (a known trap: some systems divide the wait of all by all). Callbacks are not mixed in. Over longer times wait_ms_answered / answered, where all waits are known.',
    'Amazon Connect “average queue answer time”',
  ),
  ratio(
    'aht_ms',
    'ms',
    ['talk_ms + hold_ms + acw_ms', 'handled'],
    'Per leg: a contact handled by two agents counts twice in the denominator. For asynchronous channels talk is the conversation’s, not the agent’s attention. Time spent dialling is not in it.',
    genesys,
  ),
  ratio(
    'answer_rate',
    'share (0 to 1)',
    ['answered', 'offered'],
    'Legs that still wait are in the denominator.',
    genesys,
  ),
  ratio(
    'abandon_rate',
    'share (0 to 1)',
    ['abandoned', 'offered'],
    'Short abandons included; flow-outs and those still waiting are in the denominator.',
    genesys,
  ),
  ratio(
    'abandon_rate_excl_short',
    'share (0 to 1)',
    ['abandoned - short_abandoned', 'offered - short_abandoned'],
    'Short abandons are taken out above and below: who hangs up within 5 s often had a wrong number.',
    `${genesys}, switch “short abandons”`,
  ),
  ratio(
    'transfer_rate',
    'transfers per handled leg',
    ['transfers', 'handled'],
    'Can exceed 1 where transferred legs were not handled to their end. By legs, not by contacts.',
    own,
  ),
];
