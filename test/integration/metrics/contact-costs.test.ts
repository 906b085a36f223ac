import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { JourneyTables, type LegGiven, leg } from './support/journey-tables';

const local = withStack(['clickhouse'], { setUpSteps: [] });
let tables: JourneyTables;
beforeAll(async () => {
  tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'contact_costs');
}, 180_000);
afterAll(() => tables?.close());
beforeEach(() => tables.empty('legs', 'sessions', 'rate_card', 'interactions'));

const march = { from: '2026-03-01', to: '2026-04-01' };
const day = '2026-03-02';

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
      tables.view(
        'contact_rate',
        { ...march, window_days: 7, as_of },
        '* EXCEPT (contacted_order_rate, period_contacts_with_order)',
      );
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
