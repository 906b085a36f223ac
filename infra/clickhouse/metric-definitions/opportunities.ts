import { define } from './define';
import { own } from './definition';

const censored = 'Sessions whose window_days after the end have not elapsed are in none of these.';

/** missed_opportunities: a day of start, intent and currency of the signals. */
export const opportunities = [
  ...define('missed_opportunities', 'dimension', own, [
    [
      'currency',
      'currency of the first signal of the session',
      'Empty if none is given. Values in several are never added.',
    ],
  ]),
  ...define('missed_opportunities', 'sessions', own, [
    ['sessions', 'count of sessions with opportunity.signaled', 'Once, however many signals.'],
    [
      'measured',
      'count of sessions whose window has elapsed',
      'As of as_of, else of audit_safe_until: right-censored.',
    ],
    ['offered', 'count of measured with offer.presented in the session', `Before or after the signal. ${censored}`],
    [
      'offered_late',
      'count of measured with no offer in the session and one after it, within window_days',
      'Still missed if nothing was bought.',
    ],
    [
      'bought',
      'count of measured with order.placed from the first signal to window_days after the session',
      'Any order of the customer: signals name no order.',
    ],
    [
      'won_elsewhere',
      'count of measured with no offer in the session and such an order on WEB or APP',
      'They helped themselves.',
    ],
    ['missed', 'count of measured with no offer in the session and no order', censored],
  ]),
  ...define('missed_opportunities', 'share (0 to 1)', own, [
    [
      'missed_rate',
      'missed',
      'measured',
      'Rules that find chances nobody signalled (contract end, upgrade page) are not in it.',
    ],
  ]),
  ...define('missed_opportunities', 'minor units', own, [
    [
      'missed_value_minor',
      'sum over missed of the highest value signalled in the session',
      'In currency; a signal without a value adds 0.',
    ],
    [
      'expected_value_minor',
      'missed_value_minor × accepted_offers',
      'offers',
      'At the rate at which offers of the same rows were taken. NULL without offers: sum all three over more rows first.',
    ],
  ]),
  ...define('missed_opportunities', 'offers', own, [
    ['offers', 'count of offer.presented in the measured sessions', 'Several in one session count each.'],
    ['accepted_offers', 'count of these that were accepted', 'As the offer states it.'],
  ]),
];
