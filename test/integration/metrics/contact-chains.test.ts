import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EnrichedEvent } from '../../../schemas/types';
import { eventOf } from '../support/audit-database';
import { withStack } from '../support/stack';
import { type Leg, LegDatabase, legOf, queuedLeg } from './leg-database';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const at = (time: string) => Date.parse(`2026-03-02T${time}Z`);
const day = { from: '2026-03-02', to: '2026-03-03', by: [] as string[] };

let database: LegDatabase;
beforeAll(async () => {
  database = await LegDatabase.open(local.stack.addresses.clickhouseUrl, 'contacts');
});
afterAll(() => database?.client.close());

describe('contact_metrics', () => {
  const answered = (arrived_at: number, given: Omit<Partial<Leg>, 'wait_ms'>) =>
    queuedLeg('ANSWERED', { arrived_at, wait_ms: 30_000, talk_ms: 60_000, hold_ms: 10_000, acw_ms: 20_000, ...given });
  const chain = (name: string) => ({ customer_id: name, session_id: name, contact_id: name });
  const one = async (queue: string) => {
    const rows = await database.view('contact_metrics', { ...day, by: ['queue'] });
    return rows.find((row) => row.queue === queue);
  };

  test('a menu and two agents are one contact: its handle time is summed, its first person awaited from the first leg', async () => {
    const menu = { ...chain('chain'), queue: '', stage: 'SELF_SERVICE', ivr_ms: 50_000 };
    await database.insert([
      legOf({ ...menu, arrived_at: at('10:00:00') }),
      answered(at('10:01:00'), { ...chain('chain'), queue: 'chain', transferred: true }),
      answered(at('10:05:00'), { ...chain('chain'), queue: 'elsewhere' }),
    ]);
    expect(await one('chain')).toMatchObject({
      ...{ contacts: 1, legs: 3, contacts_with_people: 1, contacts_answered: 1, contacts_handled: 1 },
      ...{ handle_ms: 180_000, aht_per_contact_ms: 180_000, time_to_first_human_ms: 90_000 },
      ...{ contacts_transferred: 1, contact_transfer_rate: 1, transfers: 1, transfers_per_contact: 1 },
    });
    // Per leg it is half of that.
    expect(await database.one('handle_times', day)).toMatchObject({ handled: 2, aht_ms: 90_000 });
    expect(await one('elsewhere')).toBeUndefined();
  });

  test('a contact counts where it arrived and is read whole, beyond midnight too', async () => {
    await database.insert([
      legOf({ ...chain('night'), queue: '', stage: 'SELF_SERVICE', channel: 'CHAT', arrived_at: at('23:59:00') }),
      answered(at('23:59:00') + 3_600_000, { ...chain('night'), queue: 'night' }),
    ]);
    const tomorrow = { from: '2026-03-03', to: '2026-03-04', by: ['queue'] };
    expect(await one('night')).toMatchObject({ contacts: 1, avg_time_to_first_human_ms: 3_630_000 });
    expect(await database.view('contact_metrics', tomorrow)).toEqual([]);
    expect(await database.one('handle_times', tomorrow)).toMatchObject({ handled: 1 });
  });

  test('who meets nobody has no time to a person, and a menu alone is no contact with people', async () => {
    await database.insert([
      legOf({ ...chain('menu'), queue: 'menu', stage: 'SELF_SERVICE', arrived_at: at('12:00:00') }),
      queuedLeg('ABANDONED', { ...chain('gone'), queue: 'menu', arrived_at: at('12:00:00'), wait_ms: 60_000 }),
    ]);
    expect(await one('menu')).toMatchObject({
      ...{ contacts: 2, contacts_with_people: 1, contacts_answered: 0, contacts_handled: 0, time_to_first_human_ms: 0 },
      ...{ avg_time_to_first_human_ms: null, p50_time_to_first_human_ms: null, p90_time_to_first_human_ms: null },
      ...{ aht_per_contact_ms: null, contact_transfer_rate: null, transfers: 0, transfers_per_contact: 0 },
    });
  });

  test('a first message is an answer; the earlier of both counts', async () => {
    const mail = { queue: 'mail', channel: 'EMAIL', arrived_at: at('13:00:00') };
    await database.insert([
      legOf({ ...mail, first_reply_at: at('14:00:00') }),
      legOf({ ...mail, first_reply_at: at('14:00:00'), answered_at: at('13:20:00') }),
      legOf({ ...mail, first_reply_at: at('13:10:00'), answered_at: at('13:20:00') }),
    ]);
    expect(await one('mail')).toMatchObject({ contacts_answered: 3, time_to_first_human_ms: 90 * 60_000 });
  });

  test('median and ninth tenth are of the contacts', async () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100];
    await database.insert(
      waits.map((seconds) =>
        answered(at('15:00:00'), { queue: 'tenths', answered_at: at('15:00:00') + seconds * 1000 }),
      ),
    );
    expect(await one('tenths')).toMatchObject({
      ...{ avg_time_to_first_human_ms: 14_500, p50_time_to_first_human_ms: 6000, p90_time_to_first_human_ms: 100_000 },
    });
  });

  test('a callback is no transfer, a revision no second contact', async () => {
    const scheduled = queuedLeg('FLOW_OUT', {
      ...chain('back'),
      ...{ queue: 'back', arrived_at: at('16:00:00'), wait_ms: 20_000, flow_out_kind: 'callback' },
    });
    const call = answered(at('17:00:00'), {
      ...chain('back'),
      queue: 'back',
      direction: 'OUTBOUND',
      queued_at: null,
      left_by: '',
    });
    await database.insert([scheduled, call]);
    await database.insert([
      { ...call, sign: -1 },
      { ...call, version: 2, talk_ms: 70_000 },
    ]);
    expect(await one('back')).toMatchObject({
      contacts: 1,
      legs: 2,
      contacts_handled: 1,
      handle_ms: 100_000,
      transfers: 0,
    });
    const [row] = (await database.view('abandonments', { ...day, by: ['queue'] })).filter(
      ({ queue }) => queue === 'back',
    );
    expect(row).toMatchObject({ offered: 1, abandoned: 0, callback_flow_outs: 1, other_flow_outs: 0, abandon_rate: 0 });
  });
});

describe('callbacks', () => {
  const event = (event_type: string, time: string, given: Partial<EnrichedEvent>): EnrichedEvent =>
    eventOf({
      ...{ channel: 'VOICE', customer_id: 'c', event_type },
      event_id: `${event_type} ${time} ${given.interaction_id}`,
      occurred_at: at(time),
      ...given,
    });
  const promise = (time: string, given: Partial<EnrichedEvent>): EnrichedEvent[] => [
    event('queue.left', time, { queue: 'support', outcome_code: 'callback', ...given }),
    event('callback.scheduled', time, given),
  ];

  test('are followed from promise to conversation', async () => {
    const named = { customer_id: 'named', contact_id: 'k', interaction_id: 'i1' };
    const linked = { customer_id: 'linked', interaction_id: 'i2' };
    await database.insert(
      [
        ...promise('10:00:00', named),
        event('callback.attempted', '10:30:00', { ...named, interaction_id: 'i9' }),
        event('callback.attempted', '11:00:00', { ...named, interaction_id: 'i10' }),
        event('callback.reached', '11:00:20', { ...named, interaction_id: 'i10' }),
        // Joined by the connection it continues, and never reached.
        ...promise('10:00:00', linked),
        event('callback.attempted', '10:10:00', {
          customer_id: 'linked',
          interaction_id: 'i3',
          previous_interaction_id: 'i2',
        }),
        // Only one of the two words for it, and nobody calls.
        event('queue.left', '10:05:00', {
          customer_id: 'forgotten',
          interaction_id: 'i4',
          queue: 'support',
          outcome_code: 'callback',
        }),
        // The same name in another installation is another contact.
        event('callback.reached', '10:06:00', {
          customer_id: 'forgotten',
          interaction_id: 'i4',
          source_instance: 'other',
        }),
        // No promise at all.
        event('callback.attempted', '10:00:00', { customer_id: 'stray', interaction_id: 'i5' }),
        event('queue.left', '10:00:00', { customer_id: 'voicemail', interaction_id: 'i6', outcome_code: 'voicemail' }),
      ],
      'interactions',
    );
    expect(await database.view('callbacks', { ...day, by: ['queue'] })).toMatchObject([
      {
        ...{ queue: 'support', scheduled: 3, attempted: 2, reached: 1, attempts: 3 },
        ...{ attempt_rate: 2 / 3, reach_rate: 0.5, completion_rate: 1 / 3, avg_time_to_attempt_ms: 20 * 60_000 },
      },
    ]);
  });

  test('promised twice by one contact are two, each with what follows it; tomorrow counts to the promise', async () => {
    const contact = { customer_id: 'twice', contact_id: 'k' };
    await database.insert(
      [
        ...promise('20:00:00', { ...contact, interaction_id: 'a', queue: 'twice' }),
        event('callback.attempted', '20:30:00', { ...contact, interaction_id: 'b' }),
        ...promise('21:00:00', { ...contact, interaction_id: 'c', queue: 'twice' }),
        event('callback.reached', '21:00:00', {
          ...contact,
          interaction_id: 'd',
          occurred_at: at('21:00:00') + 86_400_000,
        }),
      ],
      'interactions',
    );
    const hours = (await database.view('callbacks', { ...day, by: ['hour', 'queue'] })).filter(
      ({ queue }) => queue === 'twice',
    );
    expect(hours).toMatchObject([
      { period_start: '2026-03-02 20:00:00', scheduled: 1, attempted: 1, reached: 0, reach_rate: 0 },
      {
        period_start: '2026-03-02 21:00:00',
        scheduled: 1,
        attempted: 1,
        reached: 1,
        avg_time_to_attempt_ms: 86_400_000,
      },
    ]);
    expect(await database.view('callbacks', { from: '2026-03-03', to: '2026-03-05', by: [] })).toEqual([]);
  });
});
