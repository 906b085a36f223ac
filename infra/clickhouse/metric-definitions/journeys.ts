import { contacts, journey_rule, money } from './contacts';
import { define } from './define';
import { type MetricDefinition, own } from './definition';

const journeyRates: MetricDefinition[] = [
  ...define('journey_outcomes', 'dimension', own, [
    [
      'first_channel',
      'channel the customer chose first',
      'Empty if only the organisation acted. TASK and UNKNOWN are no choice.',
    ],
  ]),
  ...define('journey_outcomes', 'journeys', own, [
    ['journeys', 'journeys that started that day', journey_rule],
    [
      'with_channel',
      'journeys in which the customer chose a channel',
      'Left out: only back-office work, orders by the shop, outbound.',
    ],
    [
      'multi_channel',
      'those with two or more distinct channels',
      'A bot or a voice menu is a stage of its channel: going on to people is no switch.',
    ],
    ['with_success', 'journeys with a leg whose outcome is SUCCESS', journey_rule],
    [
      'success_after_failure',
      'with_success with a failed leg before the first success',
      'Failed: FAILURE, ABANDONED, or ESCALATED with a failure step. A menu that only routes has not failed.',
    ],
    ['elapsed', 'journeys whose end lies window_days before as_of', 'Nothing can join them any more.'],
    ['durably_resolved', 'elapsed with outcome SUCCESS', 'Outcome: that of the last leg that says something.'],
  ]),
  ...define('journey_outcomes', 'switches', own, [
    [
      'switches',
      'changes of channel between neighbouring legs',
      'Legs the organisation began, TASK and UNKNOWN are passed over.',
    ],
  ]),
  ...define('journey_outcomes', 'ms', own, [
    [
      'time_to_success_ms',
      'sum over with_success of the time from the start of the journey to the end of the first successful leg',
      'Divide by with_success for the mean.',
    ],
  ]),
  ...define('journey_outcomes', 'share', own, [
    ['channel_switch_rate', 'multi_channel', 'with_channel', 'No published standard found.'],
    [
      'failure_path_rate',
      'success_after_failure',
      'with_success',
      'Journeys that never succeeded are not in it: see failure_steps with rescued_by empty.',
    ],
    ['durable_rate', 'durably_resolved', 'elapsed', journey_rule],
  ]),
  ...define('channel_switches', 'dimension', own, [
    ['from_channel', 'channel the customer left', 'Of the legs the customer chose, in order.'],
    ['to_channel', 'channel the customer took next', 'Never the same as from_channel.'],
  ]),
  ...define('channel_switches', 'switches', own, [
    ['switches', 'forced + chosen', journey_rule],
    [
      'forced',
      'switches after a failure',
      'Of the legs on from_channel just before, the last that failed or succeeded had failed.',
    ],
    ['chosen', 'switches - forced', 'Also where nothing tells of a failure.'],
  ]),
  ...define('failure_steps', 'dimension', own, [
    ['failure_step', 'first step that failed in the leg', 'failure or abandoned where the source names no step.'],
    ['failed_channel', 'path label of the failed leg', 'CHANNEL or CHANNEL.SELF_SERVICE.'],
    ['rescued_by', 'path label of the next success in the journey', 'Empty: it never worked.'],
  ]),
  ...define('failure_steps', 'legs', own, [['failed_legs', 'legs that failed so', journey_rule]]),
  ...define('failure_steps', 'sessions', own, [
    ['sessions', 'distinct sessions with such a leg', 'Does not add up over rows.'],
  ]),
  ...define('failure_steps', 'journeys', own, [
    ['journeys', 'distinct journeys with such a leg', 'Does not add up over rows.'],
  ]),
  ...define('failure_steps', 'ms', own, [
    [
      'spent_ms',
      'failure debt in time: length of the failed legs and of the legs after them up to the next failed or successful leg',
      'Each leg counts once, so it adds up. On asynchronous channels the length of a leg includes waiting.',
    ],
    [
      'delay_ms',
      'from the start of the failed legs to the start of the success that followed',
      '0 where none did. Overlaps where one journey fails several times: does not add up to time lost.',
    ],
  ]),
  ...define('failure_steps', 'minor units', own, [
    ['costs', 'failure debt in money: cost of the legs of spent_ms, by currency', money],
  ]),
];

/** Contacts, self-service, cost and journeys: migrations 0017 to 0021. */
export const journeys: MetricDefinition[] = [...contacts, ...journeyRates];
