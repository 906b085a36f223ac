import { describe, expect, test } from '@jest/globals';
import { validate } from '../../../services/ingest/domain/validate';
import { convert } from '../../tools/technion/convert';
import { queueFigures } from '../../tools/technion/queue-figures';

const heading =
  'vru+line	call_id	customer_id	priority	type	date	vru_entry	vru_exit	vru_time	q_start	q_exit	q_time	outcome	ser_start	ser_exit	ser_time	server';
/** Written by hand after the file's form; none of its rows. */
const rows = {
  answered:
    'AA0101	1	123	2	PS	990105	10:00:00	10:00:06	6	10:00:06	10:00:30	24	AGENT	10:00:30	10:02:00	90	ANA',
  direct:
    'AA0101	2	0	0	PS	990105	11:00:00	11:00:10	10	0:00:00	0:00:00	0	AGENT	11:00:09	11:05:00	291	NO_SERVER',
  hungUpInQueue:
    'AA0101	3	123	1	NE	990105	12:00:00	12:00:05	5	12:00:05	12:01:05	60	HANG	0:00:00	0:00:00	0	NO_SERVER',
  hungUpInMenu:
    'AA0101	4	6.02E+11	1	PS	990105	13:00:00	13:00:05	5	0:00:00	0:00:00	0	HANG	0:00:00	0:00:00	0	NO_SERVER',
  midnight:
    'AA0101	5	7	1	PS	990105	23:59:00	23:59:20	20	0:00:00	0:00:00	0	AGENT	23:59:20	0:03:00	220	ANA',
  negative:
    'AA0101	6	7	1	PS	990105	14:00:40	14:00:00	-40	14:00:00	14:01:00	60	HANG	0:00:00	0:00:00	0	NO_SERVER',
  phantom:
    'AA0101	7	7	1	PS	990105	15:00:00	15:00:10	10	0:00:00	0:00:00	0	PHANTOM	0:00:00	0:00:00	0	NO_SERVER',
};
const of = (...lines: string[]) => convert([heading, ...lines, ''].join('\n'));
const told = (line: string) =>
  of(line).events.map(({ event_type, occurred_at, durations }) => [
    event_type,
    new Date(occurred_at).toISOString().slice(5, 19),
    durations,
  ]);

describe('the converter of the 1999 call-centre file', () => {
  test.each<[keyof typeof rows, unknown[]]>([
    [
      'answered',
      [
        ['ivr.menu_entered', '01-05T10:00:00', undefined],
        ['ivr.ended', '01-05T10:00:06', { ivr_ms: 6_000 }],
        ['queue.entered', '01-05T10:00:06', undefined],
        ['agent.joined', '01-05T10:00:30', { wait_ms: 24_000 }],
        ['interaction.ended', '01-05T10:02:00', { talk_ms: 90_000 }],
      ],
    ],
    [
      'hungUpInQueue',
      [
        ['ivr.menu_entered', '01-05T12:00:00', undefined],
        ['ivr.ended', '01-05T12:00:05', { ivr_ms: 5_000 }],
        ['queue.entered', '01-05T12:00:05', undefined],
        ['queue.abandoned', '01-05T12:01:05', { wait_ms: 60_000 }],
      ],
    ],
    [
      'negative',
      [
        ['ivr.menu_entered', '01-05T14:00:40', undefined],
        ['ivr.ended', '01-05T14:00:40', undefined],
        ['queue.entered', '01-05T14:00:40', undefined],
        ['queue.abandoned', '01-05T14:01:00', { wait_ms: 60_000 }],
      ],
    ],
  ])('%s', (name, expected) => {
    expect(told(rows[name])).toEqual(expected);
  });

  test('carries a call over midnight into the next day', () => {
    expect(told(rows.midnight).at(-1)?.[1]).toBe('01-06T00:03:00');
  });

  test('knows nobody behind a mangled or missing id', () => {
    const { events, identified_calls } = of(rows.hungUpInMenu, rows.direct, rows.answered);
    expect(identified_calls).toBe(1);
    expect(new Set(events.map(({ identities }) => (identities as { type: string }[])[0].type))).toEqual(
      new Set(['anonymous_id', 'customer_id']),
    );
  });

  test('refuses phantoms with the reason and loses no row', () => {
    const result = of(...Object.values(rows));
    expect(result.refused).toEqual([{ row: 7, reason: 'phantom', text: rows.phantom }]);
    expect(result.calls + result.refused.length).toBe(Object.keys(rows).length);
  });

  test('gives events that ingest accepts', () => {
    for (const event of of(...Object.values(rows)).events)
      expect(validate(event, Date.UTC(2026, 0, 1))).toMatchObject({ ok: true });
  });

  test('tells what the file says of its queue: calls that never queued are no part of it', () => {
    const { events } = of(rows.answered, rows.direct, rows.hungUpInQueue, rows.hungUpInMenu);
    const figures = { offered: 2, answered: 1, abandoned: 1, abandoned_in_time: 0, waiting: 0, asa_ms: 24_000 };
    expect(queueFigures(events, 24)).toEqual({ ...figures, answered_in_time: 1, sl_offered: 0.5 });
    expect(queueFigures(events, 23)).toEqual({ ...figures, answered_in_time: 0, sl_offered: 0 });
  });
});
