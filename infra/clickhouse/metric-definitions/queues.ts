import type { MetricDefinition } from './definition';
import { plain, type Ratio, ratio, type Texts } from './entries';

const genesys = 'Genesys Cloud glossary';
const genesysSl = 'Genesys Cloud, “configure the service level calculation”';
const amazon = 'Amazon Connect, historical metrics definitions';
const cisco = 'Cisco Unified Intelligence Center user guide';

const share = 'share (0 to 1)';

const periods = (
  ['service_levels', 'abandonments', 'handle_times', 'transfers', 'agent_handle_times', 'contact_metrics'] as const
).flatMap((view) =>
  plain(
    'dimension',
    view,
  )([
    'period_start',
    'start of the quarter_hour, half_hour, hour, day, week or month that by names',
    view === 'contact_metrics'
      ? 'Of the arrival of the contact’s first leg. from where by names no period. On the clocks of time_zone: a day may have 23 or 25 hours, weeks begin on Monday.'
      : 'By ARRIVAL of the leg: a window owns the demand that entered it; by EVENT of what happened. from where by names no period. On the clocks of time_zone: a day may have 23 or 25 hours, weeks begin on Monday; the first and the last are cut at from and to.',
  ]),
);

/** Queued legs: both views of waits have them. */
const queued: MetricDefinition[] = [
  ...plain(
    'legs',
    'service_levels',
    'abandonments',
  )([
    'offered',
    'count of legs that entered a queue',
    'Those still waiting are included. By EVENT those that left the queue, when they left it, so that no rate exceeds 1.',
    genesys,
  ]),
  ...plain(
    'legs',
    'service_levels',
    'abandonments',
    'handle_times',
    'agent_handle_times',
  )([
    'answered',
    'count of legs that left the queue by an answer',
    'Answered is not handled. A answers and transfers to B: straight to B, A has 1 answered and 1 handled, B 0 and 1; through a queue both have 1 and 1.',
    `${genesys} and FAQ`,
  ]),
  ...plain(
    'legs',
    'service_levels',
    'abandonments',
  )([
    'abandoned',
    'count of legs that left the queue because the customer or the line gave up',
    'Short ones and those abandoned while an agent was being rung included. Callbacks and voicemail are flow-outs. Channels that are not live know no abandons.',
    genesys,
  ]),
  ...plain(
    'legs',
    'service_levels',
    'abandonments',
  )([
    'short_abandoned',
    'count of abandoned legs with wait <= short_seconds',
    'The limit itself counts as short. short_seconds is given with the question, else by service_level_targets (5 s): it holds for all history.',
    genesysSl,
  ]),
];

const levels: MetricDefinition[] = [
  ...plain(
    's',
    'service_levels',
  )([
    'target_seconds',
    'T: what the question gives, else the row of service_level_targets that names most',
    'The queue goes before the channel; without a row 20 s. Each leg is judged by its own; NULL where they differ within the group. It holds for all history: waits are kept, not verdicts.',
  ]),
  ...plain(
    share,
    'service_levels',
  )(['target_share', 'share of service_level_targets', 'NULL where it differs within the group.']),
  ...(
    [
      [
        'answered_in_time',
        'count of answered legs with wait <= T',
        'T is inclusive, whole seconds: 20.000 s is in time, 20.001 s is not.',
        amazon,
      ],
      [
        'abandoned_in_time',
        'count of abandoned legs with wait <= T',
        'Short abandons are among them if short_seconds <= T.',
        cisco,
      ],
      [
        'flow_outs',
        'count of legs that left the queue otherwise',
        'Callback, voicemail, another queue, closed.',
        genesys,
      ],
      ['flow_outs_in_time', 'count of flow-outs with wait <= T', 'Only sl_dequeued counts them.', amazon],
      [
        'waiting',
        'offered - answered - abandoned - flow_outs',
        'In no denominator but that of sl_dequeued. 0 by EVENT.',
      ],
      [
        'unknown_waits',
        'count of legs that left the queue with an unknown wait',
        'They count as answered, abandoned or flowed out, never as in time, and in no mean.',
      ],
    ] as Texts[]
  ).flatMap(plain('legs', 'service_levels')),
  ...(
    [
      [
        'sl_offered',
        'answered_in_time',
        'answered + abandoned',
        'The default. Who gave up counts against it, however soon.',
        `${genesysSl}; ${cisco}, “abandoned calls have a negative impact”`,
      ],
      [
        'sl_answered_over_answered',
        'answered_in_time',
        'answered',
        'Abandons are not seen: it rises when people hang up.',
        'Wazo wazo-call-logd, quality of service',
      ],
      [
        'sl_excl_short',
        'answered_in_time',
        'answered + abandoned - short_abandoned',
        'Short abandons are left out: wrong numbers. Which is short is short_seconds.',
        `${genesysSl}; UniVoIP; RingCentral`,
      ],
      [
        'sl_incl_flowouts',
        'answered_in_time',
        'answered + abandoned + flow_outs',
        'A callback that was promised counts against it.',
        genesysSl,
      ],
      [
        'sl_excl_abandons',
        'answered_in_time',
        'answered',
        'The formula of sl_answered_over_answered under its other name.',
        genesysSl,
      ],
      [
        'sl_abandons_ignored',
        'answered_in_time',
        'answered + abandoned - abandoned_in_time',
        'Who gave up within T is left out, who gave up later counts against it.',
        `${cisco}, “abandoned calls ignored”`,
      ],
      [
        'sl_abandons_positive',
        'answered_in_time + abandoned_in_time',
        'answered + abandoned',
        'Who gave up within T counts as served.',
        `${cisco}, “abandoned calls have a positive impact”`,
      ],
      [
        'sl_abandons_ignored_incl_flowouts',
        'answered_in_time',
        'answered + abandoned + flow_outs - abandoned_in_time',
        'sl_abandons_ignored over all entries that left the queue.',
        'CxEngage (short abandon = target)',
      ],
      [
        'sl_dequeued',
        'answered_in_time + abandoned_in_time + flow_outs_in_time',
        'offered',
        'Whatever way the queue was left in time counts as served; who still waits counts against it.',
        amazon,
      ],
    ] as Ratio[]
  ).flatMap(ratio(share, 'service_levels')),
  ...(
    [
      [
        'asa_ms',
        'wait of answered legs',
        'answered legs whose wait is known',
        'Starts anew at each queue. Time in the menu is no part of it, nor are callbacks. For the contact see avg_time_to_first_human_ms.',
        `${amazon}, “average queue answer time”`,
      ],
      [
        'avg_abandon_wait_ms',
        'wait of abandoned legs',
        'abandoned legs whose wait is known',
        'How long people were patient who then gave up: not the patience of all.',
      ],
      [
        'avg_wait_all_ms',
        'wait of all legs that left the queue',
        'those of them whose wait is known',
        'Not the ASA, for which some systems take it.',
        'Wazo wazo-call-logd, average_waiting_time',
      ],
    ] as Ratio[]
  ).flatMap(ratio('ms', 'service_levels')),
];

const givenUp: MetricDefinition[] = [
  ...(
    [
      [
        'callback_flow_outs',
        'count of flow-outs of kind callback',
        'No abandons. What became of them: callbacks.',
        amazon,
      ],
      ['other_flow_outs', 'count of flow-outs of another kind', 'Voicemail, another queue, closed.'],
      [
        'abandoned_by_customer',
        'count of abandoned legs with disconnect_by CUSTOMER',
        'As the source says, capitals or not.',
      ],
      [
        'abandoned_by_system',
        'count of abandoned legs with disconnect_by SYSTEM',
        'Genesys counts them as abandoned, others do not: subtract them where you compare.',
        genesys,
      ],
      [
        'abandoned_by_others',
        'abandoned - abandoned_by_customer - abandoned_by_system',
        'A broken line, an agent, or not stated.',
      ],
      [
        'ivr_abandons',
        'count of legs with abandoned_in IVR',
        'Given up in the menu before any queue, with nothing reached and no people after it. Not in abandoned.',
        genesys,
      ],
      ['queue_abandons', 'count of legs with abandoned_in QUEUE', 'With no agent being rung just then.'],
      [
        'ring_abandons',
        'count of legs with abandoned_in RING',
        'An agent was being rung. In abandoned too if the leg had queued.',
      ],
      [
        'hold_abandons',
        'count of legs with abandoned_in HOLD',
        'After an answer: handled, and not in abandoned.',
        `${amazon}, CONTACTS_HOLD_ABANDONS`,
      ],
    ] as Texts[]
  ).flatMap(plain('legs', 'abandonments')),
  ...(
    [
      [
        'abandon_rate',
        'abandoned',
        'offered',
        'Flow-outs and who still waits are in the denominator. Equal to abandon_rate of efficiency_metrics.',
        `${genesys}; ${amazon}, ABANDONMENT_RATE`,
      ],
      ['abandon_rate_decided', 'abandoned', 'answered + abandoned', 'Flow-outs and who still waits are left out.'],
      [
        'abandon_rate_excl_short',
        'abandoned - short_abandoned',
        'offered - short_abandoned',
        'Short ones are taken out above and below.',
        genesysSl,
      ],
      [
        'answer_rate',
        'answered',
        'offered',
        'With abandon_rate less than 1 where there are flow-outs or people waiting.',
        genesys,
      ],
      ['hold_abandon_rate', 'hold_abandons', 'handled', 'Of handled legs in the same group.'],
    ] as Ratio[]
  ).flatMap(ratio(share, 'abandonments')),
];

export const queues: MetricDefinition[] = [...periods, ...queued, ...levels, ...givenUp];
