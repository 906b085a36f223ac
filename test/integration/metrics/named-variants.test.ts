import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { type Leg, LegDatabase, legOf, queuedLeg } from './leg-database';

/** Dialling, percentiles of waits, net FCR, bridged callbacks, response levels, missed opportunities: worked out by hand. */
// On a busy machine; nothing here is about time.
jest.setTimeout(180_000);

const local = withStack(['clickhouse'], { setUpSteps: [] });
let database: LegDatabase;
beforeAll(async () => {
  database = await LegDatabase.open(local.stack.addresses.clickhouseUrl, 'named_variants');
}, 360_000);
afterAll(() => database?.client.close());

const minute = 60_000;
const at = (time: string): number => Date.parse(`${time.replace(' ', 'T')}Z`);
const empty = async (...tables: string[]): Promise<void> => {
  for (const table of tables) await database.client.command({ query: `TRUNCATE TABLE ${table}` });
};
const insertLegs = async (legs: Leg[]): Promise<void> => {
  await empty('legs', 'leg_metrics_15m');
  await database.insert(legs);
};
const march = { from: '2026-03-01 00:00:00', to: '2026-04-01 00:00:00', by: [] as string[] };

describe('dialling', () => {
  /** An outbound call of `dialled` until somebody answers, then a minute of talk and half of one of work after it. */
  const dial = (dialled: number, given: Partial<Leg> = {}): Leg => {
    const arrived_at = at('2026-03-02 10:00:00');
    const answered_at = arrived_at + dialled;
    const ended_at = answered_at + 1.5 * minute;
    const handling = { talk_ms: minute, acw_ms: minute / 2, handled_at: ended_at, agent_id: 'anna' };
    return legOf({ arrived_at, answered_at, ended_at, direction: 'OUTBOUND', queue: '', ...handling, ...given });
  };
  const legs = [
    dial(20_000),
    // What the source states as ringing wins over the times.
    dial(20_000, { ring_ms: 12_000 }),
    // Offered to an agent: that is what rang. The customer was dialled for 8 s.
    dial(8_000, { ring_ms: 5_000, offer_count: 1 }),
    // None of these is dialled: it queued, it came in, it is no call, nobody answered.
    dial(30_000, { queued_at: at('2026-03-02 10:00:00'), left_by: 'ANSWERED', wait_ms: 30_000 }),
    dial(30_000, { direction: 'INBOUND' }),
    dial(30_000, { channel: 'CHAT' }),
    dial(0, { answered_at: null }),
    // Dialled, and not handled: in no sum.
    dial(40_000, { handled_at: null, talk_ms: null, acw_ms: null }),
  ];
  const row = {
    ...{ handled: 7, handle_ms: 7 * 1.5 * minute, dial_ms: 40_000, aht_ms: 1.5 * minute },
    aht_incl_dialling_ms: 1.5 * minute + 40_000 / 7,
  };

  test('is a variant of handle time beside the other, per group and per agent', async () => {
    await insertLegs(legs);
    expect(await database.one('handle_times', march)).toMatchObject({ ...row, dialled: 3, avg_dial_ms: 40_000 / 3 });
    expect(await database.one('agent_handle_times', march)).toMatchObject({ ...row, agent_id: 'anna' });
  });

  test('taken back is gone; where nothing is dialled the two agree, and the mean is NULL', async () => {
    await insertLegs([...legs, ...legs.slice(0, 3).map((leg) => ({ ...leg, sign: -1 }))]);
    const none = { handled: 4, dial_ms: 0, dialled: 0, avg_dial_ms: null };
    const found = await database.one('handle_times', march);
    expect(found).toMatchObject({ ...none, aht_ms: 1.5 * minute, aht_incl_dialling_ms: 1.5 * minute });
  });

  test('by event belongs to when handling was complete', async () => {
    await insertLegs([dial(20 * minute)]);
    const asked = { ...march, by: ['quarter_hour'], booked_by: 'EVENT' as const };
    expect(await database.view('handle_times', asked)).toMatchObject([
      { period_start: '2026-03-02 10:15:00', handled: 1, dial_ms: 20 * minute },
    ]);
  });
});

/** A wait lies between two powers of 1.01 and is told by what lies between them: 1 s by 1.01^694.5 ms, and so on. */
const told = { '1 s': 1003, '9 s': 9041, '60 s': 59_880 };

describe('percentiles of waits', () => {
  const waiting = (wait_ms: number, how: 'ANSWERED' | 'ABANDONED' | 'FLOW_OUT' = 'ANSWERED', day = 2): Leg =>
    queuedLeg(how, { arrived_at: at(`2026-03-0${day} 10:00:00`), wait_ms });
  const seconds = (count: number): number[] => Array.from({ length: count }, (_, index) => (index + 1) * 1000);

  test('of 1 s to 100 s are 50, 80, 90, 95 and 99 s, within half a percent', async () => {
    await insertLegs([...seconds(100).map((ms) => waiting(ms)), waiting(5_000_000, 'FLOW_OUT')]);
    const found = await database.one('wait_percentiles', march);
    expect(found).toMatchObject({ answered_waits: 100, abandoned_waits: 0, p50_abandoned_wait_ms: null });
    for (const p of [50, 80, 90, 95, 99]) {
      const found_ms = Number(found[`p${p}_answered_wait_ms`]);
      expect(Math.abs(found_ms / (p * 1000) - 1)).toBeLessThan(0.005);
    }
  });

  test.each([
    { name: 'a wait of nothing is 0', waits: [0], expected: { p50: 0, p99: 0 } },
    { name: 'a millisecond is one', waits: [1], expected: { p50: 1, p99: 1 } },
    { name: 'of two the median is the lower: nearest rank', waits: [1, 1000], expected: { p50: 1, p80: told['1 s'] } },
    { name: 'the ninth of ten is the 90th percentile', waits: [...seconds(9), 1e7], expected: { p90: told['9 s'] } },
  ])('$name', async ({ waits, expected }) => {
    await insertLegs(waits.map((ms) => waiting(ms, 'ABANDONED')));
    const found = await database.one('wait_percentiles', march);
    const wanted = Object.entries(expected).map(([p, ms]) => [`${p}_abandoned_wait_ms`, ms]);
    expect(found).toMatchObject({ abandoned_waits: waits.length, ...Object.fromEntries(wanted) });
  });

  test('of two days are not the mean of those of each: buckets are added up, and revisions taken back', async () => {
    const [quiet, busy] = [waiting(1000), Array.from({ length: 9 }, () => waiting(60_000, 'ANSWERED', 3))];
    const wrong = waiting(900_000, 'ANSWERED', 3);
    await insertLegs([quiet, ...busy, wrong, { ...wrong, sign: -1 }]);
    const days = await database.view('wait_percentiles', { ...march, by: ['day'] });
    expect(days.map((row) => row.p50_answered_wait_ms)).toEqual([told['1 s'], told['60 s']]);
    expect(await database.one('wait_percentiles', march)).toMatchObject({
      ...{ answered_waits: 10, p50_answered_wait_ms: told['60 s'], p99_answered_wait_ms: told['60 s'] },
    });
  });
});

describe('net FCR', () => {
  const called = (customer_id: string, day: number, outcome: string, given: Partial<Leg> = {}): Leg => {
    const arrived_at = at(`2026-03-${String(day).padStart(2, '0')} 10:00:00`);
    const ended_at = arrived_at + 5 * minute;
    const id = `${customer_id}-${day}`;
    const named = { customer_id, contact_id: id, session_id: id };
    return legOf({ arrived_at, answered_at: arrived_at, ended_at, handled_at: ended_at, outcome, ...named, ...given });
  };
  const net = async (legs: Leg[]): Promise<Record<string, unknown>> => {
    await insertLegs(legs);
    const [row] = await database.rows(
      `SELECT sum(measured_answered) AS answered, sum(beyond_level_1) AS beyond, sum(resolved_first) AS first,
         sum(resolved_first) / nullIf(sum(measured_answered) - sum(beyond_level_1), 0) AS rate
       FROM repeat_contacts(from = '2026-03-01', to = '2026-03-20', window_days = 7, as_of = '2026-05-01')`,
    );
    return row!;
  };

  test('leaves out what the first level could not resolve, repeated or not', async () => {
    const legs = [
      called('settled', 2, 'SUCCESS'),
      called('again', 2, 'SUCCESS'),
      called('again', 4, 'FAILURE'),
      // For the back office, and for the second level: neither counts, though the one calls again.
      called('back-office', 2, 'DEFERRED'),
      called('back-office', 5, 'SUCCESS'),
      called('second-level', 2, 'ESCALATED'),
      // Nobody answered: no first level.
      called('unheard', 2, 'ABANDONED', { answered_at: null, handled_at: null }),
    ];
    expect(await net(legs)).toEqual({ answered: 6, beyond: 2, first: 3, rate: 3 / 4 });
  });

  test('is NULL where nothing was the first level’s to resolve', async () => {
    expect(await net([called('back-office', 2, 'DEFERRED')])).toEqual({ answered: 1, beyond: 1, first: 0, rate: null });
  });
});

describe('from events', () => {
  let count = 0;
  const event = (event_type: string, time: string, given: object = {}): object => {
    count += 1;
    const occurred_at = at(`2026-03-${time}`);
    const ids = { event_id: `v${count}`, customer_id: 'c', source_system: 'test' };
    return { ...ids, event_type, occurred_at, received_at: occurred_at, channel: 'VOICE', sessionised: true, ...given };
  };
  const insertEvents = async (events: object[]): Promise<void> => {
    await empty('interactions', 'sessions', 'pipeline_status_log');
    await database.insert(events, 'interactions');
  };

  test('a callback is bridged when an agent joins the call that reached the customer', async () => {
    const promised = (interaction_id: string): object =>
      event('callback.scheduled', '02 10:00:00', {
        customer_id: interaction_id,
        contact_id: interaction_id,
        interaction_id,
      });
    const back = (promise: string, event_type: string, time: string): object =>
      event(event_type, time, { customer_id: promise, contact_id: promise, interaction_id: `${promise}-back` });
    await insertEvents([
      ...['bridged', 'agent-first', 'no-agent', 'unreached', 'nobody'].map(promised),
      back('bridged', 'callback.attempted', '02 11:00:00'),
      back('bridged', 'callback.reached', '02 11:00:10'),
      back('bridged', 'agent.joined', '02 11:00:12'),
      // The agent is on the line before it is dialled.
      back('agent-first', 'agent.joined', '02 11:00:00'),
      back('agent-first', 'callback.attempted', '02 11:00:01'),
      back('agent-first', 'callback.reached', '02 11:00:10'),
      // Reached, and then nobody was there; an agent in the first call, before the promise, is not in this one.
      event('agent.joined', '02 09:59:00', {
        customer_id: 'no-agent',
        contact_id: 'no-agent',
        interaction_id: 'no-agent',
      }),
      back('no-agent', 'callback.reached', '02 11:00:10'),
      back('unreached', 'callback.attempted', '02 11:00:00'),
      back('unreached', 'agent.joined', '02 11:00:01'),
    ]);
    expect(await database.one('callbacks', march)).toMatchObject({
      ...{ scheduled: 5, attempted: 4, reached: 3, bridged: 2, attempts: 3 },
      ...{ bridge_rate: 2 / 3, completion_rate: 3 / 5 },
    });
  });

  const levels = async (target_seconds: number, up_to: string | null): Promise<Record<string, unknown>[]> =>
    database.rows(
      `SELECT * EXCEPT (day, channel) FROM response_levels(from = '2026-03-01', to = '2026-04-01', schedule = '',
         time_zone = 'UTC', target_seconds = ${target_seconds}, up_to = ${up_to === null ? 'NULL' : `'${up_to}'`})`,
    );

  test('first responses are judged by a target, and those that never came by how long they have been awaited', async () => {
    const mail = (contact_id: string, time: string, actor_type: string, event_type = 'message.sent'): object =>
      event(event_type, time, { contact_id, actor_type, channel: 'EMAIL' });
    await insertEvents([
      // Answered after exactly an hour; and a millisecond later than that.
      mail('in', '02 10:00:00', 'CUSTOMER'),
      mail('in', '02 11:00:00', 'AGENT'),
      mail('in', '02 11:30:00', 'SYSTEM', 'case.resolved'),
      mail('out', '02 10:00:00', 'CUSTOMER'),
      mail('out', '02 11:00:00.001', 'AGENT'),
      mail('out', '02 12:00:00', 'CUSTOMER'),
      mail('out', '02 12:10:00', 'AGENT'),
      mail('out', '02 12:30:00', 'SYSTEM', 'case.resolved'),
      // Unanswered, for an hour and for a moment longer at 12:00.
      mail('undecided', '02 11:00:00', 'CUSTOMER'),
      mail('overdue', '02 10:59:59.999', 'CUSTOMER'),
      // A bot has the one; it has handed the other over, and nobody came.
      mail('bot', '02 10:00:00', 'CUSTOMER'),
      mail('bot', '02 10:00:01', 'BOT'),
      mail('handed-over', '02 10:00:00', 'CUSTOMER'),
      mail('handed-over', '02 10:30:00', 'BOT', 'bot.handoff_requested'),
      // Nobody waits: the organisation wrote, or it was solved without a word.
      mail('told', '02 10:00:00', 'AGENT'),
      mail('silent', '02 10:00:00', 'CUSTOMER'),
      mail('silent', '02 10:05:00', 'SYSTEM', 'case.resolved'),
    ]);
    expect(await levels(3600, '2026-03-02 12:00:00')).toEqual([
      {
        ...{ asked: 5, with_bot: 1, answered: 2, in_target: 1, overdue: 2, undecided: 1, response_level: 1 / 4 },
        ...{ business_in_target: null, business_answer_level: null },
        ...{ solved: 2, one_touch: 1, one_touch_rate: 1 / 2, one_request: 2, one_request_rate: 1 },
      },
    ]);
    // Later the second ticket is solved too, after two messages of either side; what waits is overdue.
    expect(await levels(3600, '2026-03-05 00:00:00')).toMatchObject([
      {
        answered: 2,
        with_bot: 1,
        overdue: 3,
        undecided: 0,
        response_level: 1 / 5,
        solved: 3,
        one_touch: 1,
        one_request: 2,
      },
    ]);
    // Without a time and a watermark nothing is known to be overdue.
    expect(await levels(3600, null)).toMatchObject([{ overdue: 0, undecided: 3, response_level: 1 / 2 }]);
  });

  test('a chance to sell is missed when nothing was offered in the session and nothing bought soon', async () => {
    const sale = (customer_id: string, event_type: string, time: string, more: object = {}): object =>
      event(event_type, time, { customer_id, ...more });
    const signal = (customer_id: string, time: string, value = 1000, currency = 'EUR'): object =>
      sale(customer_id, 'opportunity.signaled', time, { commerce_value_minor: value, commerce_currency: currency });
    const who = ['missed', 'offered', 'late', 'helped-itself', 'too-late', 'recent', 'in-pounds'];
    await insertEvents([
      signal('missed', '02 10:00:00', 700),
      signal('missed', '02 10:01:00', 900),
      // An order before the wish is another matter.
      sale('missed', 'order.placed', '02 09:59:59'),
      signal('offered', '02 10:00:00'),
      sale('offered', 'offer.presented', '02 10:02:00', { commerce_accepted: true }),
      sale('offered', 'offer.presented', '02 10:03:00', { commerce_accepted: false }),
      sale('offered', 'order.placed', '02 10:05:00'),
      // Offered after the session: late. Nothing bought, so missed as well.
      signal('late', '02 10:00:00', 500),
      sale('late', 'offer.presented', '04 10:00:00'),
      signal('helped-itself', '02 10:00:00'),
      sale('helped-itself', 'order.placed', '05 10:00:00', { channel: 'WEB' }),
      // A moment after the three days.
      signal('too-late', '02 10:00:00', 100),
      sale('too-late', 'order.placed', '05 10:10:00.001', { channel: 'WEB' }),
      signal('recent', '02 23:00:00'),
      signal('in-pounds', '02 10:00:00', 300, 'GBP'),
    ]);
    const sessions = who.map((customer_id) => {
      const [from, to] = customer_id === 'recent' ? ['22:55', '23:10'] : ['09:55', '10:10'];
      const times = { started_at: at(`2026-03-02 ${from}:00`), ended_at: at(`2026-03-02 ${to}:00`) };
      return { customer_id, session_id: customer_id, ...times, version: 1, sign: 1 };
    });
    await database.insert(sessions, 'sessions');
    const asked = async (as_of: string): Promise<Record<string, unknown>[]> =>
      database.rows(
        `SELECT * EXCEPT (day, intent) FROM missed_opportunities(from = '2026-03-01', to = '2026-04-01', window_days = 3,
           as_of = '${as_of}') ORDER BY currency`,
      );
    // At 23:00 of the third day the window of the recent one has not elapsed: right-censored.
    expect(await asked('2026-03-05 23:00:00')).toEqual([
      {
        ...{ currency: 'EUR', sessions: 6, measured: 5, offered: 1, offered_late: 1, bought: 2, won_elsewhere: 1 },
        ...{ missed: 3, missed_rate: 3 / 5, missed_value_minor: 900 + 500 + 100, offers: 2, accepted_offers: 1 },
        expected_value_minor: 750,
      },
      {
        ...{ currency: 'GBP', sessions: 1, measured: 1, offered: 0, offered_late: 0, bought: 0, won_elsewhere: 0 },
        ...{ missed: 1, missed_rate: 1, missed_value_minor: 300, offers: 0, accepted_offers: 0 },
        expected_value_minor: null,
      },
    ]);
    expect(await asked('2026-03-02 12:00:00')).toMatchObject([
      { currency: 'EUR', sessions: 6, measured: 0, missed: 0, missed_rate: null },
      { currency: 'GBP', sessions: 1, measured: 0, missed_rate: null },
    ]);
  });
});
