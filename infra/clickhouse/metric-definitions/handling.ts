import type { MetricDefinition } from './definition';
import { plain, type Ratio, ratio, type Texts } from './entries';

const genesys = 'Genesys Cloud glossary';
const amazon = 'Amazon Connect, historical metrics definitions';
const both = ['handle_times', 'agent_handle_times'] as const;

const handle: MetricDefinition[] = [
  ...plain(
    'legs',
    ...both,
    'transfers',
  )([
    'handled',
    'count of legs whose handling is complete',
    'At wrap-up, else when the agent or the caller left after an answer; queued or not. By EVENT booked then: a call from 10:25 to 10:45 is answered in the half hour of 10:00 and handled in that of 10:30.',
    `${genesys} and FAQ`,
  ]),
  ...plain(
    'legs',
    ...both,
  )([
    'handled_timed',
    'count of handled legs of which talk, hold, after-contact work or focus is known',
    'The divisor where nothing known must not count as 0.',
  ]),
  ...(
    [
      ['talk_ms', 'sum of talk of handled legs', 'Hold excluded. Unknown talk adds nothing.', genesys],
      ['hold_ms', 'sum of hold of handled legs', 'Unknown hold adds nothing.', genesys],
      [
        'acw_ms',
        'sum of after-contact work of handled legs',
        'Skipped work adds nothing; work may overlap the next contact.',
        genesys,
      ],
      [
        'focus_ms',
        'sum of focus of handled legs',
        'Time in which an agent had the conversation open, of the systems that tell.',
        'Salesforce, active time',
      ],
      [
        'handle_ms',
        'talk_ms + hold_ms + acw_ms',
        'Dialling is not in it: aht_incl_dialling_ms has it. With conversations side by side the sum exceeds the time on the clock.',
        genesys,
      ],
    ] as Texts[]
  ).flatMap(plain('ms', ...both)),
  ...plain(
    'ms',
    ...both,
  )([
    'dial_ms',
    'sum of dialling and contacting of handled outbound calls that did not queue',
    'Ringing as the source states it, unless an offer to an agent rang; else from the leg’s first event to its answer. Calls that nobody answered, other channels and queued calls add nothing.',
    `${genesys}: tDialing + tContacting`,
  ]),
  ...plain(
    'legs',
    'handle_times',
  )([
    'dialled',
    'count of handled outbound calls whose dialling is known',
    'Voice and video that did not queue.',
    genesys,
  ]),
  ...plain(
    'legs',
    ...both,
  )([
    'held',
    'count of handled legs that were put on hold and whose hold is known',
    'By its time or by its number: a hold of 0 ms is one.',
    amazon,
  ]),
  ...plain(
    'holds',
    'handle_times',
  )(['hold_count', 'sum of holds of handled legs', 'A leg may be held several times.', amazon]),
  ...(
    [
      [
        'aht_ms',
        'handle_ms',
        'handled',
        'Per leg; a contact with two agents is two in the divisor (aht_per_contact_ms is not). Equal to aht_ms of efficiency_metrics. Legs of which nothing is known count as 0: see aht_timed_ms.',
        genesys,
      ],
      [
        'aht_incl_dialling_ms',
        'handle_ms + dial_ms',
        'handled',
        'The variant for outbound teams; equal to aht_ms where nothing is dialled.',
        genesys,
      ],
      ['aht_timed_ms', 'handle_ms', 'handled_timed', 'The same where every leg is timed.'],
      [
        'aht_focus_ms',
        'talk_ms + hold_ms of legs without focus + focus_ms + acw_ms',
        'handled_timed',
        'For channels with breaks: the attention of agents, not how long a conversation lay open.',
        'Salesforce, active time',
      ],
      ['avg_hold_when_held_ms', 'hold_ms', 'held', 'Only those who were held.', amazon],
    ] as Ratio[]
  ).flatMap(ratio('ms', ...both)),
  ...(
    [
      [
        'avg_talk_ms',
        'talk_ms',
        'handled legs whose talk is known',
        'Not a part of aht_ms where some talk is unknown.',
        genesys,
      ],
      ['avg_hold_all_ms', 'hold_ms', 'handled', 'Who was not held counts with 0: the part of hold in aht_ms.', genesys],
      [
        'avg_acw_ms',
        'acw_ms',
        'handled legs whose after-contact work is known',
        'A skipped one is not known, and left out.',
        genesys,
      ],
      ['avg_dial_ms', 'dial_ms', 'dialled', 'Calls that nobody answered are not in it.', genesys],
      [
        'avg_focus_ms',
        'focus_ms',
        'handled legs whose focus is known',
        'NULL for systems that do not tell.',
        'Salesforce, active time',
      ],
    ] as Ratio[]
  ).flatMap(ratio('ms', 'handle_times')),
  ...plain(
    'dimension',
    'agent_handle_times',
  )(['agent_id', 'agent who joined last', 'Legs without an agent are left out.']),
];

const kinds: Ratio[] = [
  ['cold_transfer_rate', 'transfers_cold', 'handled', 'Also called blind.', `${genesys}, disconnect type transfer`],
  ['warm_transfer_rate', 'transfers_warm', 'handled', 'Also called consult.', `${genesys}, consultTransfer`],
  [
    'queue_transfer_rate',
    'transfers_queue',
    'handled',
    'Back to a queue, by an agent or by the system.',
    `${amazon}, QUEUE_TRANSFER`,
  ],
  ['external_transfer_rate', 'transfers_external', 'handled', 'To a line outside.', amazon],
];

const handedOver: MetricDefinition[] = [
  ...plain(
    'legs',
    'transfers',
  )([
    'transfers',
    'count of legs that were transferred',
    'Completed transfers only. A leg transferred twice is one.',
    genesys,
  ]),
  ...plain(
    'legs',
    'agent_handle_times',
  )(['transfers', 'count of handled legs that were transferred', 'The agent’s own, handed on.']),
  ...(
    [
      [
        'transfers_cold',
        'count of transferred legs of kind cold or blind',
        'The kind is that of the last transfer, in the source’s word, capitals or not.',
        `${genesys}, disconnect type transfer`,
      ],
      [
        'transfers_warm',
        'count of transferred legs of kind warm, consult or attended',
        'Likewise.',
        `${genesys}, consultTransfer`,
      ],
      [
        'transfers_queue',
        'count of transferred legs of kind queue',
        'From queue to queue, whoever began it.',
        `${amazon}, QUEUE_TRANSFER`,
      ],
      ['transfers_external', 'count of transferred legs of kind external', 'To a line outside.', amazon],
      [
        'transfers_other',
        'transfers - transfers_cold - transfers_warm - transfers_queue - transfers_external',
        'Another word, or none.',
      ],
    ] as Texts[]
  ).flatMap(plain('legs', 'transfers')),
  ...plain(
    'offers',
    'transfers',
  )(['offers', 'sum of offers to agents', 'Booked with the leg; by EVENT when it ended.']),
  ...plain(
    'offers',
    'transfers',
  )([
    'unanswered_offers',
    'sum of offers that were rejected or timed out',
    'The call goes on to the next agent: no transfer, no leg. One call may be missed many times.',
    `${amazon}, agent non-response`,
  ]),
  ...ratio(
    'transfers per handled leg',
    'transfers',
    'agent_handle_times',
  )([
    'transfer_rate',
    'transfers',
    'handled',
    'Can exceed 1 in transfers where transferred legs were not handled to their end. Per contact: contact_transfer_rate.',
    genesys,
  ]),
  ...kinds.flatMap(ratio('transfers per handled leg', 'transfers')),
  ...ratio(
    'share (0 to 1)',
    'transfers',
  )(['unanswered_offer_rate', 'unanswered_offers', 'offers', 'NULL where offers are not told.', amazon]),
];

export const handling: MetricDefinition[] = [...handle, ...handedOver];
