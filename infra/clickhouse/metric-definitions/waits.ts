import { define } from './define';
import { own } from './definition';

const design = 'own definition: nearest rank over buckets 1 % wide';
const rank = (p: number, who: string): readonly [string, string, string][] => [
  [
    `p${p}_${who}_wait_ms`,
    `the wait of rank ${p} of 100 among the ${who} whose wait is known`,
    'By nearest rank, within 0.5 %, whole ms; a wait below 1 ms is 0. Percentiles do not add up and are never averaged: ask for the group that you want, the buckets behind it add up.',
  ],
];
const ranks = [50, 80, 90, 95, 99];

/** wait_percentiles: queue waits beyond their mean. */
export const waits = [
  ...define('wait_percentiles', 'dimension', own, [
    [
      'period_start',
      'start of the quarter_hour, half_hour, hour, day, week or month that by names',
      'By ARRIVAL of the leg, or by EVENT of leaving the queue. from where by names no period.',
    ],
  ]),
  ...define('wait_percentiles', 'legs', design, [
    [
      'answered_waits',
      'count of answered legs whose wait is known',
      'Those with an unknown wait are in no percentile.',
    ],
    ['abandoned_waits', 'count of abandoned legs whose wait is known', 'Short ones included.'],
  ]),
  ...define('wait_percentiles', 'ms', design, [
    ...ranks.flatMap((p) => rank(p, 'answered')),
    ...ranks.flatMap((p) => rank(p, 'abandoned')),
  ]),
];
