import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { call, JourneyTables, type LegGiven } from './support/journey-tables';
import { at, story, visit } from './support/story';

const local = withStack(['clickhouse'], { setUpSteps: [] });
let tables: JourneyTables;
beforeAll(async () => {
  tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'journeys');
}, 180_000);
afterAll(() => tables?.close());
beforeEach(() => tables.empty('legs', 'sessions'));

const march = { from: '2026-03-01', to: '2026-04-01' };
const asked = { ...march, window_days: 7, scope: 'any' };
const outcomes = { ...asked, as_of: '2026-05-01' as string | null };
describe('sessions make a journey', () => {
  const sizes = async (legs: LegGiven[], more: object = {}): Promise<number[]> => {
    await tables.insertLegs(legs);
    const rows = await tables.view<{ sessions: number }>(
      'journeys',
      { ...outcomes, ...more },
      'started_at, customer_id, sessions',
    );
    return rows.map(({ sessions }) => sessions);
  };

  test('with gaps of at most N days, from the end of one to the start of the next', async () => {
    const legs = [
      call({ at: at(2, '10:00:00', '23:00:00') }),
      call({ at: at(9, '23:00:00', '23:05:00') }),
      call({ at: at(16, '23:05:00.001', '23:09:00') }),
    ];
    expect(await sizes(legs)).toEqual([2, 1]);
    expect(await tables.view('journeys', { ...outcomes, window_days: 3 }, 'sessions')).toHaveLength(3);
  });

  test('whole, in the range in which they start', async () => {
    const days = [2, 6, 10, 14, 18].map((day) => call({ at: at(day) }));
    await tables.insertLegs(days);
    const in_range = (from: string, to: string) =>
      tables.view('journeys', { ...outcomes, from, to }, 'sessions, ended_at');
    expect(await in_range('2026-03-02', '2026-03-03')).toEqual([{ sessions: 5, ended_at: '2026-03-18 10:05:00.000' }]);
    // Its sessions go on here, and no journey starts.
    for (const day of ['03', '05', '06', '14', '18'])
      expect(await in_range(`2026-03-${day}`, '2026-03-20')).toEqual([]);
    expect(await in_range('2026-02-01', '2026-03-01')).toEqual([]);
  });

  test('of one customer only', async () => {
    expect(await sizes([call({ at: at(2) }), call({ at: at(3), customer_id: 'd' })])).toEqual([1, 1]);
  });

  test.each([
    ['intent', { intent: 'billing' }, { intent: 'moving' }],
    ['order', { order_id: 'O1' }, { order_id: 'O2' }],
    ['case', { case_id: 'C1' }, { case_id: 'C2' }],
  ])('of the same %s, where asked; what has none is a journey of its own', async (scope, one, other) => {
    const legs = [
      call({ at: at(2), ...one }),
      call({ at: at(3), ...other }),
      call({ at: at(4), ...one }),
      call({ at: at(5) }),
      call({ at: at(6) }),
    ];
    expect(await sizes(legs, { scope })).toEqual([2, 1, 1, 1]);
    expect(await tables.view('journeys', outcomes, 'sessions')).toEqual([{ sessions: 5 }]);
  });

  test('as they are now: a session that merged into another is gone', async () => {
    const row = {
      customer_id: 'c',
      session_id: 'gone',
      started_at: '2026-03-03 10:00:00',
      ended_at: '2026-03-03 10:00:00',
      version: 1,
    };
    await tables.insert('sessions', [{ ...row, sign: 1 }]);
    await tables.insert('sessions', [{ ...row, sign: -1 }]);
    expect(await sizes([call({ at: at(2) })])).toEqual([1]);
  });
});

test('what a journey went through', async () => {
  await tables.insertLegs(story);
  expect(await tables.view('journeys', outcomes, '*')).toEqual([
    {
      customer_id: 'c',
      journey_id: 'one',
      issue: '',
      started_at: '2026-03-02 10:00:00.000',
      ended_at: '2026-03-05 10:05:00.000',
      duration_ms: (3 * 24 * 60 + 5) * 60_000,
      sessions: 3,
      contacts: 2,
      legs: 6,
      intent: 'moving',
      first_channel: 'WEB',
      channels: ['WEB', 'CHAT', 'VOICE'],
      switches: 3,
      path: [
        'WEB:FAILURE',
        'CHAT.SELF_SERVICE:ESCALATED',
        'CHAT:ABANDONED',
        'TASK:UNKNOWN',
        'VOICE:SUCCESS',
        'WEB:UNKNOWN',
      ],
      outcome: 'SUCCESS',
      failures_before_success: 2,
      first_failed_channel: 'WEB',
      rescued_by_channel: 'VOICE',
      time_to_success_ms: (2 * 24 * 60 - 30) * 60_000,
      elapsed: true,
      durably_resolved: true,
      costs: { EUR: 21, USD: 300 },
    },
  ]);
  // Not before 7 days after its end: the very moment counts.
  const elapsed = (as_of: string) => tables.view('journeys', { ...outcomes, as_of }, 'elapsed, durably_resolved');
  expect(await elapsed('2026-03-12 10:04:59.999')).toEqual([{ elapsed: false, durably_resolved: false }]);
  expect(await elapsed('2026-03-12 10:05:00')).toEqual([{ elapsed: true, durably_resolved: true }]);
});

test('switches are forced after a failure and chosen otherwise; back-office work is none', async () => {
  await tables.insertLegs([
    ...story,
    // A failure that succeeded on the same channel before the switch forces nothing; nor does an outbound call switch.
    visit(2, { customer_id: 'd', session_id: 'd', outcome: 'FAILURE' }),
    visit(2, { customer_id: 'd', session_id: 'd', at: at(2, '10:06:00', '10:07:00'), outcome: 'SUCCESS' }),
    visit(2, { customer_id: 'd', session_id: 'd', at: at(2, '10:08:00', '10:09:00') }),
    call({ customer_id: 'd', session_id: 'd', at: at(2, '11:00:00', '11:05:00'), direction: 'OUTBOUND' }),
    call({ customer_id: 'd', session_id: 'd', at: at(2, '12:00:00', '12:05:00'), channel: 'CHAT' }),
    // An unfinished visit after a failed one: what forces is the last that failed or succeeded.
    visit(2, { customer_id: 'e', session_id: 'e', outcome: 'ABANDONED' }),
    visit(2, { customer_id: 'e', session_id: 'e', at: at(2, '10:06:00', '10:07:00') }),
    call({ customer_id: 'e', session_id: 'e', at: at(2, '12:00:00', '12:05:00'), channel: 'CHAT' }),
  ]);
  expect(await tables.view('channel_switches', asked, '* EXCEPT day')).toEqual([
    { from_channel: 'CHAT', to_channel: 'VOICE', switches: 1, forced: 1, chosen: 0 },
    { from_channel: 'VOICE', to_channel: 'WEB', switches: 1, forced: 0, chosen: 1 },
    { from_channel: 'WEB', to_channel: 'CHAT', switches: 3, forced: 2, chosen: 1 },
  ]);
  expect(await tables.view('journey_outcomes', outcomes, 'sum(switches) AS switches')).toEqual([{ switches: 5 }]);
});

test('failure debt: what was spent from each failure to the next, and how long until it worked', async () => {
  await tables.insertLegs([
    ...story,
    // Never rescued: all that follows is its debt. No step is named, so the outcome stands for it.
    call({ customer_id: 'd', session_id: 'd', at: at(2), outcome: 'FAILURE' }),
    visit(3, { customer_id: 'd', session_id: 'd2' }),
  ]);
  const minutes = 60_000;
  expect(await tables.view('failure_steps', asked, '* EXCEPT day')).toEqual([
    {
      failure_step: 'failure',
      failed_channel: 'VOICE',
      intent: '',
      rescued_by: '',
      failed_legs: 1,
      sessions: 1,
      journeys: 1,
      spent_ms: 10 * minutes,
      delay_ms: 0,
      costs: {},
    },
    // The queue: 6 minutes, and 30 in the back office. From 10:14 to 09:00 two days later.
    {
      failure_step: 'queue.abandoned',
      failed_channel: 'CHAT',
      intent: 'moving',
      rescued_by: 'VOICE',
      failed_legs: 1,
      sessions: 1,
      journeys: 1,
      spent_ms: 36 * minutes,
      delay_ms: (2 * 24 * 60 - 74) * minutes,
      costs: { EUR: 20 },
    },
    // The form: 5 minutes, and 4 with the bot, which has not failed (it only handed over).
    {
      failure_step: 'web.form_error',
      failed_channel: 'WEB',
      intent: 'moving',
      rescued_by: 'VOICE',
      failed_legs: 1,
      sessions: 1,
      journeys: 1,
      spent_ms: 9 * minutes,
      delay_ms: (2 * 24 * 60 - 60) * minutes,
      costs: { EUR: 1 },
    },
  ]);
});
