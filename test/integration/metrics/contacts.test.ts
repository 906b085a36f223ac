import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { JourneyTables, type LegGiven, leg } from './support/journey-tables';

const local = withStack(['clickhouse'], { setUpSteps: [] });
let tables: JourneyTables;
beforeAll(async () => {
  tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'contacts');
}, 60_000);
afterAll(() => tables?.close());
beforeEach(() => tables.empty('legs', 'sessions', 'rate_card', 'interactions'));

const march = { from: '2026-03-01', to: '2026-04-01' };
const day = '2026-03-02';
const contacts = async (legs: LegGiven[], columns: string, range = march) => {
  await tables.insertLegs(legs);
  return tables.view('contacts', range, columns);
};

describe('a contact', () => {
  test('is a chain of transfers: menu, queue A, queue B', async () => {
    const chain = [
      leg({ at: [`${day} 10:00:00`, `${day} 10:00:40`], stage: 'SELF_SERVICE', outcome: 'ESCALATED', intent: 'guess' }),
      leg({
        at: [`${day} 10:00:40`, `${day} 10:06:00`],
        stage: 'AGENT',
        queue: 'A',
        agent_id: 'anna',
        answered_at: `${day} 10:01:00`,
        handled_at: `${day} 10:05:30`,
        transferred: true,
        left_by: 'ANSWERED',
        outcome: 'SUCCESS',
      }),
      leg({
        at: [`${day} 10:05:00`, `${day} 10:20:00`],
        stage: 'AGENT',
        queue: 'B',
        agent_id: 'bert',
        answered_at: `${day} 10:08:00`,
        handled_at: `${day} 10:20:00`,
        left_by: 'ANSWERED',
        outcome: 'SUCCESS',
        intent: 'billing',
      }),
    ];
    const columns = `kind, leg_count, human_legs, answered_legs, agents, transferred, first_queue, first_channel, intent,
      outcome, resolved_by, autonomous, begins_in_self_service, self_service_only, started_at, handled_at, ended_at`;
    expect(await contacts(chain, columns)).toEqual([
      {
        kind: 'ASSISTED',
        leg_count: 3,
        human_legs: 2,
        answered_legs: 2,
        agents: 2,
        transferred: true,
        first_queue: 'A',
        first_channel: 'VOICE',
        intent: 'billing',
        outcome: 'SUCCESS',
        resolved_by: 'human',
        autonomous: false,
        begins_in_self_service: true,
        self_service_only: false,
        started_at: `${day} 10:00:00.000`,
        handled_at: `${day} 10:20:00.000`,
        ended_at: `${day} 10:20:00.000`,
      },
    ]);
  });

  test('with a call back stays one, begun by the customer', async () => {
    const legs = [
      leg({ at: [`${day} 10:00:00`, `${day} 10:01:00`], stage: 'QUEUE', left_by: 'FLOW_OUT', outcome: 'DEFERRED' }),
      leg({
        at: [`${day} 11:00:00`, `${day} 11:10:00`],
        stage: 'AGENT',
        direction: 'OUTBOUND',
        answered_at: `${day} 11:00:20`,
        outcome: 'SUCCESS',
      }),
    ];
    expect(await contacts(legs, 'direction, is_inbound, leg_count, answered, abandoned, outcome')).toEqual([
      { direction: 'INBOUND', is_inbound: true, leg_count: 2, answered: true, abandoned: false, outcome: 'SUCCESS' },
    ]);
  });

  test('belongs to the day and the range in which it starts, whole, also over midnight', async () => {
    const legs = [
      leg({ at: ['2026-03-02 23:58:00', '2026-03-02 23:59:00'], stage: 'SELF_SERVICE', outcome: 'ESCALATED' }),
      leg({ at: ['2026-03-02 23:59:00', '2026-03-03 00:07:00'], stage: 'AGENT', outcome: 'SUCCESS' }),
      leg({ at: ['2026-03-03 00:01:00', '2026-03-03 00:09:00'], stage: 'AGENT', outcome: 'SUCCESS' }),
    ];
    const columns = 'leg_count, ended_at';
    expect(await contacts(legs, columns, { from: '2026-03-02', to: '2026-03-03' })).toEqual([
      { leg_count: 3, ended_at: '2026-03-03 00:09:00.000' },
    ]);
    expect(await tables.view('contacts', { from: '2026-03-03', to: '2026-03-04' }, columns)).toEqual([]);
  });

  test('is another one in another session, though the source names it the same (reopened)', async () => {
    const legs = [
      leg({ at: [`${day} 10:00:00`, `${day} 10:05:00`], channel: 'CHAT', session_id: 'a', customer_message_count: 2 }),
      leg({ at: ['2026-03-09 10:00:00', '2026-03-09 10:05:00'], channel: 'CHAT', session_id: 'b' }),
    ];
    expect(await contacts(legs, 'session_id, kind')).toEqual([
      { session_id: 'a', kind: 'DIRECT' },
      { session_id: 'b', kind: 'DIRECT' },
    ]);
  });

  test('that changed or was taken back counts as it is now', async () => {
    const row = { ...leg({ at: [`${day} 10:00:00`, `${day} 10:05:00`], stage: 'QUEUE' }), version: 1, sign: 1 };
    const answered = { ...row, stage: 'AGENT', answered_at: `${day} 10:02:00`, version: 2 };
    const gone = { ...leg({ at: [`${day} 12:00:00`, `${day} 12:05:00`], contact_id: 'gone' }), version: 3, sign: -1 };
    await tables.insert('legs', [{ ...row, sign: -1 }, answered, gone]);
    await tables.insert('legs', [row, { ...gone, sign: 1 }]);
    expect(await tables.view('contacts', march, 'contact_id, answered, leg_count')).toEqual([
      { contact_id: 'k', answered: true, leg_count: 1 },
    ]);
  });
});

describe('kinds of contact', () => {
  const cases: { name: string; given: Partial<LegGiven>; seconds?: number; kind: string; is_contact: boolean }[] = [
    { name: 'a queue', given: { stage: 'QUEUE' }, kind: 'ASSISTED', is_contact: true },
    { name: 'a voice menu', given: { stage: 'SELF_SERVICE' }, kind: 'SELF_SERVICE', is_contact: true },
    {
      name: 'hung up in the menu at 5 s',
      given: { stage: 'SELF_SERVICE' },
      seconds: 5,
      kind: 'SELF_SERVICE',
      is_contact: false,
    },
    {
      name: 'hung up in the menu at 6 s',
      given: { stage: 'SELF_SERVICE' },
      seconds: 6,
      kind: 'SELF_SERVICE',
      is_contact: true,
    },
    {
      name: 'a bot nobody answers',
      given: { channel: 'CHAT', stage: 'SELF_SERVICE', bot_message_count: 1, contact_intent: true },
      kind: 'SELF_SERVICE',
      is_contact: false,
    },
    {
      name: 'a bot',
      given: { channel: 'CHAT', stage: 'SELF_SERVICE', customer_message_count: 1 },
      kind: 'SELF_SERVICE',
      is_contact: true,
    },
    {
      name: 'a bot on the site',
      given: { channel: 'WEB', stage: 'SELF_SERVICE', customer_message_count: 1 },
      kind: 'SELF_SERVICE',
      is_contact: true,
    },
    { name: 'a mail', given: { channel: 'EMAIL', customer_message_count: 1 }, kind: 'DIRECT', is_contact: true },
    { name: 'a visit', given: { channel: 'WEB', contact_intent: true }, kind: 'VISIT', is_contact: false },
    { name: 'back-office work', given: { channel: 'TASK', stage: 'BACK_OFFICE' }, kind: 'OTHER', is_contact: false },
    {
      name: 'an order by the shop',
      given: { channel: 'UNKNOWN', stage: 'PURCHASE' },
      kind: 'OTHER',
      is_contact: false,
    },
    {
      name: 'a talk among colleagues',
      given: { stage: 'AGENT', direction: 'INTERNAL' },
      kind: 'OTHER',
      is_contact: false,
    },
  ];
  test.each(cases)('$name: $kind', async ({ given, seconds = 60, kind, is_contact }) => {
    const end = `${day} 10:0${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    expect(await contacts([leg({ at: [`${day} 10:00:00`, end], ...given })], 'kind, is_contact')).toEqual([
      { kind, is_contact },
    ]);
  });

  test.each([
    ['4711', 'verified'],
    ['~phone:abc', 'derived'],
    ['~device_id:abc', 'anonymous'],
    ['~anonymous_id:abc', 'anonymous'],
  ])('the customer %s is %s', async (customer_id, identity) => {
    expect(await contacts([leg({ customer_id, at: [`${day} 10:00:00`, `${day} 10:05:00`] })], 'identity')).toEqual([
      { identity },
    ]);
  });
});

describe('who resolved it is the last word', () => {
  const bot = {
    at: [`${day} 10:00:00`, `${day} 10:05:00`] as [string, string],
    channel: 'CHAT',
    stage: 'SELF_SERVICE',
  };
  const person = { at: [`${day} 10:06:00`, `${day} 10:09:00`] as [string, string], channel: 'CHAT', stage: 'AGENT' };
  const talk = { customer_message_count: 1 };
  const cases: { name: string; legs: LegGiven[]; resolved_by: string; autonomous: boolean }[] = [
    { name: 'bot, unstated', legs: [leg({ ...bot, outcome: 'SUCCESS' })], resolved_by: 'bot', autonomous: true },
    {
      name: 'a visitor',
      legs: [leg({ ...bot, channel: 'WEB', stage: 'UNKNOWN', outcome: 'SUCCESS' })],
      resolved_by: 'customer',
      autonomous: true,
    },
    {
      name: 'bot said so, people did',
      legs: [
        leg({ ...bot, ...talk, outcome: 'ESCALATED', resolved_by: 'bot' }),
        leg({ ...person, outcome: 'SUCCESS' }),
      ],
      resolved_by: 'human',
      autonomous: false,
    },
    {
      name: 'people, then a bot said so',
      legs: [
        leg({ ...person, outcome: 'SUCCESS' }),
        leg({ ...bot, at: [`${day} 10:10:00`, `${day} 10:11:00`], resolved_by: 'bot' }),
      ],
      resolved_by: 'bot',
      autonomous: false,
    },
    {
      name: 'closed by a timeout',
      legs: [leg({ ...bot, ...talk, outcome: 'NEUTRAL', resolved_by: 'timeout' })],
      resolved_by: 'timeout',
      autonomous: false,
    },
    {
      name: 'resolved, then given up in the queue',
      legs: [
        leg({ ...bot, outcome: 'SUCCESS', resolved_by: 'bot' }),
        leg({ ...person, stage: 'QUEUE', outcome: 'ABANDONED' }),
      ],
      resolved_by: '',
      autonomous: false,
    },
    { name: 'nothing said', legs: [leg({ ...bot, ...talk })], resolved_by: '', autonomous: false },
  ];
  test.each(cases)('$name', async ({ legs, resolved_by, autonomous }) => {
    expect(await contacts(legs, 'resolved_by, autonomous')).toEqual([{ resolved_by, autonomous }]);
  });
});

describe('the cost of a contact', () => {
  const at = (from: string, to: string): [string, string] => [`${day} ${from}`, `${day} ${to}`];

  test('is unknown, not 0, without a stated cost and a rate', async () => {
    await tables.insertLegs([leg({ at: at('10:00:00', '10:05:00'), stage: 'AGENT' })]);
    expect(await tables.view('contacts', march, 'costs')).toEqual([{ costs: {} }]);
    expect(await tables.view('cost_per_contact', march, '* EXCEPT (day, channel, kind)')).toEqual([
      { currency: '', contacts: 1, contacts_with_cost: 0, cost_minor: null, cost_per_contact_minor: null },
    ]);
  });

  test('is what sources state plus the rate card, by currency, the newest rate on arrival', async () => {
    const rate = { channel: 'VOICE', stage: 'HUMAN', per_message_minor: 0, currency: 'EUR' };
    await tables.insert('rate_card', [
      { ...rate, per_minute_minor: 1, per_contact_minor: 0, valid_from: '2020-01-01' },
      { ...rate, per_minute_minor: 60, per_contact_minor: 25, valid_from: '2026-01-01' },
      { ...rate, per_minute_minor: 1000, per_contact_minor: 0, valid_from: `${day} 10:00:00.001` },
      {
        ...rate,
        channel: 'CHAT',
        stage: 'SELF_SERVICE',
        per_minute_minor: 0,
        per_contact_minor: 0,
        per_message_minor: 0.5,
        valid_from: '2020-01-01',
      },
    ]);
    await tables.insertLegs([
      // 60 x (90 + 30 + 60) / 60 s + 25 = 205, and 7 stated in the same currency.
      leg({
        at: at('10:00:00', '10:09:00'),
        stage: 'AGENT',
        answered_at: `${day} 10:01:00`,
        talk_ms: 90000,
        hold_ms: 30000,
        acw_ms: 60000,
        cost_minor: 7,
        cost_currency: 'EUR',
      }),
      // Abandoned: nobody worked, and the contact has paid its 25 before; another currency stands beside.
      leg({ at: at('10:00:00', '10:20:00'), stage: 'QUEUE', cost_minor: 3, cost_currency: 'USD' }),
      // 3 messages at 0.5 = 1.5: half up.
      leg({
        contact_id: 'k2',
        at: at('12:00:00', '12:09:00'),
        channel: 'CHAT',
        stage: 'SELF_SERVICE',
        customer_message_count: 2,
        bot_message_count: 1,
      }),
      // No rate for it and nothing stated.
      leg({ contact_id: 'k3', at: at('13:00:00', '13:09:00'), stage: 'SELF_SERVICE' }),
    ]);
    expect(await tables.view('contacts', march, 'contact_id, costs')).toEqual([
      { contact_id: 'k', costs: { EUR: 212, USD: 3 } },
      { contact_id: 'k2', costs: { EUR: 2 } },
      { contact_id: 'k3', costs: {} },
    ]);
    expect(await tables.view('cost_per_contact', march, '* EXCEPT day')).toEqual([
      {
        channel: 'CHAT',
        kind: 'SELF_SERVICE',
        currency: 'EUR',
        contacts: 1,
        contacts_with_cost: 1,
        cost_minor: 2,
        cost_per_contact_minor: 2,
      },
      {
        channel: 'VOICE',
        kind: 'ASSISTED',
        currency: 'EUR',
        contacts: 1,
        contacts_with_cost: 1,
        cost_minor: 212,
        cost_per_contact_minor: 212,
      },
      {
        channel: 'VOICE',
        kind: 'ASSISTED',
        currency: 'USD',
        contacts: 1,
        contacts_with_cost: 1,
        cost_minor: 3,
        cost_per_contact_minor: 3,
      },
      {
        channel: 'VOICE',
        kind: 'SELF_SERVICE',
        currency: '',
        contacts: 1,
        contacts_with_cost: 0,
        cost_minor: null,
        cost_per_contact_minor: null,
      },
    ]);
  });

  test('counts minutes of people by focus, else by what is known, else from the answer to the end', async () => {
    await tables.insert('rate_card', [
      {
        channel: 'CHAT',
        stage: 'HUMAN',
        per_minute_minor: 1,
        per_contact_minor: 0,
        per_message_minor: 0,
        currency: 'EUR',
        valid_from: '2020-01-01',
      },
    ]);
    const chat = { channel: 'CHAT', stage: 'AGENT', at: at('10:00:00', '11:00:00'), answered_at: `${day} 10:20:00` };
    await tables.insertLegs([
      leg({ ...chat, contact_id: 'focus', focus_ms: 120000, talk_ms: 600000, acw_ms: 60000 }),
      leg({ ...chat, contact_id: 'talk', talk_ms: 600000 }),
      leg({ ...chat, contact_id: 'times' }),
    ]);
    expect(await tables.view('contacts', march, 'contact_id, costs')).toEqual([
      { contact_id: 'focus', costs: { EUR: 3 } },
      { contact_id: 'talk', costs: { EUR: 10 } },
      { contact_id: 'times', costs: { EUR: 40 } },
    ]);
  });

  test('of nothing is a known cost', async () => {
    await tables.insertLegs([
      leg({ at: at('10:00:00', '10:05:00'), stage: 'AGENT', cost_minor: 0, cost_currency: 'EUR' }),
    ]);
    expect(
      await tables.view('cost_per_contact', march, 'currency, contacts_with_cost, cost_minor, cost_per_contact_minor'),
    ).toEqual([{ currency: 'EUR', contacts_with_cost: 1, cost_minor: 0, cost_per_contact_minor: 0 }]);
  });
});

describe('contact rate', () => {
  const order = (order_id: string, occurred_at: string, more: object = {}) => ({
    event_id: `${order_id}-${occurred_at}`,
    event_type: 'order.placed',
    customer_id: 'c',
    order_id,
    occurred_at,
    ...more,
  });
  const about = (order_id: string, contact_id: string, at: [string, string], more: Partial<LegGiven> = {}) =>
    leg({ order_id, contact_id, session_id: contact_id, stage: 'AGENT', at, ...more });

  test('by order counts contacts after the order within the window; by period, all', async () => {
    await tables.insert('interactions', [
      order('O1', '2026-03-02 10:00:00'),
      order('O1', '2026-03-02 10:00:03', { event_id: 'the shop tells it again' }),
      order('O2', '2026-03-02 12:00:00'),
      order('', '2026-03-02 13:00:00'),
      order('O3', '2026-03-20 12:00:00'),
    ]);
    await tables.insertLegs([
      about('O1', 'sale', ['2026-03-02 09:50:00', '2026-03-02 10:01:00']),
      about('O1', 'where is it', ['2026-03-03 10:00:00', '2026-03-03 10:05:00']),
      about('O1', 'last moment', ['2026-03-09 10:00:00', '2026-03-09 10:05:00']),
      about('O2', 'too late', ['2026-03-09 12:00:00.001', '2026-03-09 12:05:00']),
      about('O2', 'we called', ['2026-03-05 12:00:00', '2026-03-05 12:05:00'], { direction: 'OUTBOUND' }),
      about('O3', 'not elapsed', ['2026-03-21 10:00:00', '2026-03-21 10:05:00']),
    ]);
    const rate = (as_of: string | null) =>
      tables.view('contact_rate', { ...march, window_days: 7, as_of }, '* EXCEPT (contacted_order_rate)');
    const nothing = { orders: 0, keyed_orders: 0, measured_orders: 0, contacted_orders: 0, order_contacts: 0 };
    const period = { ...nothing, contacts_per_order: null, contact_rate_by_period: null, period_contacts: 1 };
    expect(await rate('2026-03-25')).toEqual([
      {
        day: '2026-03-02',
        orders: 3,
        keyed_orders: 2,
        measured_orders: 2,
        contacted_orders: 1,
        order_contacts: 2,
        contacts_per_order: 1,
        period_contacts: 1,
        contact_rate_by_period: 1 / 3,
      },
      { ...period, day: '2026-03-03' },
      { ...period, day: '2026-03-09', period_contacts: 2 },
      {
        day: '2026-03-20',
        orders: 1,
        keyed_orders: 1,
        measured_orders: 0,
        contacted_orders: 0,
        order_contacts: 0,
        contacts_per_order: null,
        period_contacts: 0,
        contact_rate_by_period: 0,
      },
      { ...period, day: '2026-03-21' },
    ]);
    // Nothing has reported how far it is: by order nothing is measured.
    expect((await rate(null)).map(({ measured_orders }) => measured_orders)).toEqual([0, 0, 0, 0, 0]);
  });
});
