import type { MetricDefinition } from './definition';
import { plain, type Ratio, ratio, type Texts } from './entries';

const amazon = 'Amazon Connect, historical metrics definitions';
const human =
  'Per contact, whichever leg: menus, earlier queues and transfers before the answer are in it. An answer is an agent who joins or writes the first message; a bot is none.';

const contacts: MetricDefinition[] = [
  ...(
    [
      [
        'contacts',
        'count of contacts that arrived',
        'Legs of one customer and session with one contact_id. Channel, direction and time are those of its first leg, the queue its first.',
      ],
      [
        'contacts_with_people',
        'count of contacts with a leg that queued or was answered, self-service aside',
        'In the direction of the first leg.',
      ],
      [
        'contacts_answered',
        'count of contacts that a person answered',
        'An agent joined or wrote to the customer, on any leg.',
      ],
      ['contacts_handled', 'count of contacts with a handled leg', 'On whatever day the handling was complete.'],
      ['contacts_transferred', 'count of contacts with a transferred leg', 'Once, however often.'],
    ] as Texts[]
  ).flatMap(plain('contacts', 'contact_metrics')),
  ...plain(
    'legs',
    'contact_metrics',
  )(['legs', 'count of legs of the contacts', 'Those outside [from, to) too: contacts are read whole.']),
  ...plain(
    'ms',
    'contact_metrics',
  )([
    'handle_ms',
    'talk + hold + after-contact work over the handled legs of the chain',
    'Unknown parts add nothing.',
    `${amazon}: a record per agent, so the chain is to be summed`,
  ]),
  ...plain(
    'ms',
    'contact_metrics',
  )([
    'time_to_first_human_ms',
    'sum of first answer by a person - arrival of the first leg, over contacts_answered',
    human,
  ]),
  ...(
    [
      [
        'aht_per_contact_ms',
        'handle_ms',
        'contacts_handled',
        'Above aht_ms of legs where contacts are transferred.',
        amazon,
      ],
      ['avg_time_to_first_human_ms', 'time_to_first_human_ms', 'contacts_answered', human],
    ] as Ratio[]
  ).flatMap(ratio('ms', 'contact_metrics')),
  ...(
    [
      [
        'p50_time_to_first_human_ms',
        'the time at half of the contacts_answered in order',
        'An observed value. Percentiles do not add up: ask for the group that you want.',
      ],
      ['p90_time_to_first_human_ms', 'the time at nine tenths of the contacts_answered in order', 'Likewise.'],
    ] as Texts[]
  ).flatMap(plain('ms', 'contact_metrics')),
  ...ratio(
    'share (0 to 1)',
    'contact_metrics',
  )([
    'contact_transfer_rate',
    'contacts_transferred',
    'contacts_handled',
    'Can exceed 1 where transferred contacts were not handled to their end.',
  ]),
  ...plain(
    'transfers',
    'contact_metrics',
  )([
    'transfers',
    'sum of legs with people - 1',
    'Legs in the other direction than the first (callbacks) are none; offers that nobody took make no leg. A caller who calls again within 15 minutes of a broken line is a leg more.',
  ]),
  ...ratio(
    'transfers per contact',
    'contact_metrics',
  )([
    'transfers_per_contact',
    'transfers',
    'contacts_with_people',
    'By legs, while contact_transfer_rate goes by what the source calls a transfer.',
  ]),
];

const promised: MetricDefinition[] = [
  ...plain(
    'dimension',
    'callbacks',
  )([
    'period_start',
    'start of the hour, day, week or month that by names',
    'Of the promise, whenever the call was made. from where by names no period. On the clocks of time_zone.',
  ]),
  ...(
    [
      [
        'scheduled',
        'count of interactions with callback.scheduled, or queue.left with the code callback',
        'A second promise of the same contact on another interaction is one more.',
      ],
      [
        'attempted',
        'count of promises with a callback.attempted or callback.reached before the next promise',
        'Joined by contact_id, else by the interaction that the call continues; up to 7 days after the range.',
      ],
      [
        'reached',
        'count of promises with a callback.reached',
        'That the customer was reached, not only dialled: legs alone do not tell these apart.',
      ],
      [
        'bridged',
        'count of reached promises in whose call an agent joined',
        'Before or after the customer was reached, in the very call that was made for the promise.',
      ],
    ] as Texts[]
  ).flatMap(plain('callbacks', 'callbacks')),
  ...plain('attempts', 'callbacks')(['attempts', 'count of callback.attempted', 'Several for one promise.']),
  ...(
    [
      ['attempt_rate', 'attempted', 'scheduled', 'Low for recent days: calls may still be made.'],
      ['reach_rate', 'reached', 'attempted', 'Per promise, not per attempt.'],
      ['bridge_rate', 'bridged', 'reached', 'Below 1 customers are called and find nobody.'],
      [
        'completion_rate',
        'reached',
        'scheduled',
        'A promise is no failure before its time: look at days that are past.',
      ],
    ] as Ratio[]
  ).flatMap(ratio('share (0 to 1)', 'callbacks')),
  ...ratio(
    'ms',
    'callbacks',
  )(['avg_time_to_attempt_ms', 'first attempt - promise', 'attempted', 'No part of ASA or of any queue wait.']),
];

export const chains: MetricDefinition[] = [...contacts, ...promised];
