import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { call, JourneyTables, type LegSketch, leg } from './support/journey-tables';

const local = withStack(['clickhouse'], { setUpSteps: [] });
let tables: JourneyTables;
beforeAll(async () => {
  tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'self_service');
}, 180_000);
afterAll(() => tables?.close());
beforeEach(() => tables.empty('legs', 'sessions'));

const march = { from: '2026-03-01', to: '2026-04-01' };
const within = { ...march, window_hours: 24, as_of: '2026-05-01' as string | null };
const at = (day: number, hour = '10'): [string, string] => {
  const time = `2026-03-${String(day).padStart(2, '0')} ${hour}`;
  return [`${time}:00:00`, `${time}:05:00`];
};

/** A talk with the bot in a session of its own. */
const bot = (customer_id: string, more: Partial<LegSketch> = {}) =>
  call({
    customer_id,
    at: at(2),
    channel: 'CHAT',
    stage: 'SELF_SERVICE',
    answered_at: null,
    outcome: 'UNKNOWN',
    customer_message_count: 1,
    ...more,
  });

/** The hand-over of a bot's talk to people, in the same contact. */
const handOver = (from: { customer_id: string; session_id: string; contact_id: string }) => {
  const { customer_id, session_id, contact_id } = from;
  return leg({
    customer_id,
    session_id,
    contact_id,
    at: at(2, '11'),
    channel: 'CHAT',
    stage: 'AGENT',
    outcome: 'SUCCESS',
  });
};

test('containment, deflection and where it leaks: ten talks with a bot and a menu, by hand', async () => {
  const handed = bot('handed', { outcome: 'ESCALATED' });
  await tables.insertLegs([
    bot('goal', { goal: 'answered' }),
    // Contained with a goal, though the customer calls again: true containment asks for one or the other.
    bot('goal, calls', { goal: 'answered' }),
    call({ customer_id: 'goal, calls', at: at(2, '12') }),
    bot('silent'),
    bot('calls'),
    call({ customer_id: 'calls', at: at(3, '09') }),
    bot('calls too late'),
    call({ customer_id: 'calls too late', at: at(3, '11') }),
    // A mail nobody has taken yet: another contact, but no people.
    bot('writes'),
    call({
      customer_id: 'writes',
      at: at(2, '12'),
      channel: 'EMAIL',
      stage: 'UNKNOWN',
      answered_at: null,
      customer_message_count: 1,
    }),
    handed,
    handOver(handed),
    bot('~anonymous_id:x'),
    bot('never engaged', { customer_message_count: 0, bot_message_count: 1, contact_intent: true }),
    bot('proactive', { direction: 'OUTBOUND' }),
    // People first, then a bot: no self-service session.
    leg({ customer_id: 'people first', at: at(2), channel: 'CHAT', stage: 'AGENT' }),
    leg({
      customer_id: 'people first',
      at: at(2, '11'),
      channel: 'CHAT',
      stage: 'SELF_SERVICE',
      customer_message_count: 1,
    }),
  ]);
  const [chat, ...others] = await tables.view('containment', within, '*');
  expect(others).toEqual([]);
  expect(chat).toEqual({
    day: '2026-03-02',
    channel: 'CHAT',
    intent: '',
    self_service_sessions: 8,
    excluded_never_engaged: 1,
    excluded_proactive: 1,
    contained_technical: 7,
    contained_functional: 2,
    containment: 7 / 8,
    functional_containment: 2 / 8,
    identity_coverage: 7 / 8,
    measured: 7,
    // goal; goal, calls; silent; calls too late.
    true_contained: 4,
    true_containment: 4 / 7,
    measured_with_intent: 7,
    // goal; silent; calls too late; writes.
    deflected: 4,
    leaked: 3,
    deflection: 4 / 7,
  });
  expect(await tables.view('escalation_leaks', within, 'leaked_to, within_contact, sessions')).toEqual([
    { leaked_to: '', within_contact: false, sessions: 4 },
    { leaked_to: 'CHAT', within_contact: true, sessions: 1 },
    { leaked_to: 'VOICE', within_contact: false, sessions: 2 },
  ]);
  // A day more, and the one who called too late counts.
  const longer = { ...within, window_hours: 48 };
  expect(await tables.view('containment', longer, 'true_contained, deflected')).toEqual([
    { true_contained: 3, deflected: 3 },
  ]);
});

test('visits are deflected from people only when they show the wish for them; nothing elapsed, nothing measured', async () => {
  const visit = { at: at(2), channel: 'WEB', stage: 'UNKNOWN', customer_message_count: 0 };
  await tables.insertLegs([
    bot('looks', visit),
    bot('bounces', { ...visit, at: ['2026-03-02 10:00:00', '2026-03-02 10:00:00'] }),
    bot('seeks help', { ...visit, contact_intent: true }),
    bot('seeks help, calls', { ...visit, contact_intent: true }),
    call({ customer_id: 'seeks help, calls', at: at(2, '12') }),
  ]);
  const columns =
    'self_service_sessions, excluded_never_engaged, containment, measured, measured_with_intent, deflected, deflection, true_containment';
  expect(await tables.view('containment', within, columns)).toEqual([
    {
      self_service_sessions: 3,
      excluded_never_engaged: 1,
      containment: 1,
      measured: 3,
      measured_with_intent: 2,
      deflected: 1,
      deflection: 0.5,
      true_containment: 2 / 3,
    },
  ]);
  expect(await tables.view('containment', { ...within, as_of: null }, columns)).toEqual([
    {
      self_service_sessions: 3,
      excluded_never_engaged: 1,
      containment: 1,
      measured: 0,
      measured_with_intent: 0,
      deflected: 0,
      deflection: null,
      true_containment: null,
    },
  ]);
});

describe('durable resolution', () => {
  const asked = { ...march, window_days: 7, intent_scope: 'any', as_of: '2026-05-01' };

  test('tells the closings apart by who did it, and counts those that lasted', async () => {
    const handed = bot('handed', { outcome: 'ESCALATED', resolved_by: 'bot' });
    await tables.insertLegs([
      bot('lasts', { resolved_by: 'bot', outcome: 'SUCCESS' }),
      bot('comes back', { resolved_by: 'bot', outcome: 'SUCCESS' }),
      call({ customer_id: 'comes back', at: at(9) }),
      // In the same session, ten minutes later: it did not last either.
      bot('calls at once', { outcome: 'SUCCESS', session_id: 'one' }),
      leg({
        customer_id: 'calls at once',
        session_id: 'one',
        contact_id: 'two',
        at: at(2, '11'),
        stage: 'QUEUE',
        outcome: 'ABANDONED',
      }),
      handed,
      handOver(handed),
      bot('went away', { resolved_by: 'timeout' }),
      bot('closed by hand', { resolved_by: 'operator' }),
      bot('~anonymous_id:x', { resolved_by: 'bot' }),
      bot('open'),
    ]);
    const columns =
      'channel, resolved_by, autonomous, sum(closed) AS closed, sum(measured) AS measured, sum(durable) AS durable';
    const rows = await tables.query(
      `SELECT ${columns} FROM durable_resolution(from = '2026-03-02', to = '2026-03-03', window_days = 7,
        intent_scope = 'any', as_of = '2026-05-01') GROUP BY channel, resolved_by, autonomous ORDER BY ALL`,
    );
    expect(rows).toEqual([
      { channel: 'CHAT', resolved_by: 'bot', autonomous: true, closed: 4, measured: 3, durable: 1 },
      { channel: 'CHAT', resolved_by: 'human', autonomous: false, closed: 1, measured: 1, durable: 1 },
      { channel: 'CHAT', resolved_by: 'operator', autonomous: false, closed: 1, measured: 1, durable: 1 },
      { channel: 'CHAT', resolved_by: 'timeout', autonomous: false, closed: 1, measured: 1, durable: 1 },
    ]);
  });

  test('may look at the same intent only; NULL where no window has elapsed', async () => {
    const closed = { resolved_by: 'bot', intent: 'billing' };
    await tables.insertLegs([
      bot('a', closed),
      call({ customer_id: 'a', at: at(4), intent: 'moving', outcome: 'UNKNOWN' }),
    ]);
    const rate = async (more: object) =>
      (await tables.view('durable_resolution', { ...asked, ...more }, 'measured, durable_resolution_rate'))[0];
    expect(await rate({})).toEqual({ measured: 1, durable_resolution_rate: 0 });
    expect(await rate({ intent_scope: 'same' })).toEqual({ measured: 1, durable_resolution_rate: 1 });
    expect(await rate({ as_of: '2026-03-09' })).toEqual({ measured: 0, durable_resolution_rate: null });
  });
});
