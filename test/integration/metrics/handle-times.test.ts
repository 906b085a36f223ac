import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { LegDatabase, legOf, queuedLeg } from './leg-database';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const at = (time: string) => Date.parse(`2026-03-02T${time}Z`);
const day = { from: '2026-03-02', to: '2026-03-03', by: [] as string[] };

let databases = 0;
let database: LegDatabase;
const fresh = () => {
  beforeAll(async () => {
    database = await LegDatabase.open(local.stack.addresses.clickhouseUrl, `handle_${++databases}`);
  });
  afterAll(() => database?.client.close());
};

describe('the parts of handle time', () => {
  fresh();

  test('each mean has its own divisor', async () => {
    const arrived_at = at('10:00:00');
    await database.insert([
      queuedLeg('ANSWERED', {
        arrived_at,
        wait_ms: 0,
        talk_ms: 100_000,
        hold_ms: 30_000,
        hold_count: 2,
        acw_ms: 20_000,
      }),
      queuedLeg('ANSWERED', { arrived_at, wait_ms: 0, talk_ms: 200_000, hold_ms: 0, hold_count: 1 }),
      queuedLeg('ANSWERED', { arrived_at, wait_ms: 0, talk_ms: 60_000, acw_ms: 40_000 }),
      // Handled, and nothing is known of it.
      queuedLeg('ANSWERED', { arrived_at, wait_ms: 0, hold_count: 1 }),
      // Not handled yet: no part of any of it.
      legOf({ arrived_at, queued_at: arrived_at, left_by: 'ANSWERED', wait_ms: 0, talk_ms: 999_000 }),
      legOf({ arrived_at, queued_at: arrived_at }),
    ]);
    expect(await database.one('handle_times', day)).toMatchObject({
      ...{ answered: 5, handled: 4, handled_timed: 3, held: 2, hold_count: 4 },
      ...{ talk_ms: 360_000, hold_ms: 30_000, acw_ms: 60_000, handle_ms: 450_000 },
      ...{ aht_ms: 112_500, aht_timed_ms: 150_000, aht_focus_ms: 150_000 },
      ...{ avg_talk_ms: 120_000, avg_hold_all_ms: 7_500, avg_hold_when_held_ms: 15_000, avg_acw_ms: 30_000 },
      avg_focus_ms: null,
    });
  });

  test('of a conversation with breaks its time in focus counts, not how long it lay open', async () => {
    const arrived_at = at('11:00:00');
    const chat = { arrived_at, wait_ms: 0, channel: 'CHAT' };
    await database.insert([
      queuedLeg('ANSWERED', { ...chat, talk_ms: 3_600_000, focus_ms: 240_000, acw_ms: 60_000 }),
      queuedLeg('ANSWERED', { ...chat, talk_ms: 100_000 }),
    ]);
    const [row] = await database.view('handle_times', { ...day, by: ['channel'] });
    expect(row).toMatchObject({ channel: 'CHAT', aht_ms: 1_880_000, aht_focus_ms: 200_000, avg_focus_ms: 240_000 });
  });
});

describe('a call from 10:25 to 10:45', () => {
  fresh();

  test('is answered in 10:00 and handled in 10:30 by event, all of it in 10:00 by arrival', async () => {
    const call = {
      arrived_at: at('10:14:00'),
      wait_ms: 11 * 60_000,
      talk_ms: 19 * 60_000,
      acw_ms: 60_000,
      queue: 'half',
    };
    await database.insert([queuedLeg('ANSWERED', call)]);
    const numbers = async (view: string, booked_by: 'ARRIVAL' | 'EVENT') =>
      (await database.view(view, { ...day, by: ['half_hour'], booked_by })).map(
        ({ period_start, answered, handled, offered }) =>
          [String(period_start).slice(11, 16), answered, handled ?? offered].join(' '),
      );
    expect(await numbers('handle_times', 'EVENT')).toEqual(['10:00 1 0', '10:30 0 1']);
    expect(await numbers('service_levels', 'EVENT')).toEqual(['10:00 1 1']);
    expect(await numbers('handle_times', 'ARRIVAL')).toEqual(['10:00 1 1']);
    expect(await numbers('service_levels', 'ARRIVAL')).toEqual(['10:00 1 1']);
    const hours = await database.view('handle_times', { ...day, by: ['hour'], booked_by: 'EVENT' });
    expect(hours).toMatchObject([{ answered: 1, handled: 1, aht_ms: 20 * 60_000 }]);
  });

  test('an abandon is booked when it happens, by event', async () => {
    await database.insert([queuedLeg('ABANDONED', { arrived_at: at('12:59:58'), wait_ms: 3000, queue: 'gone' })]);
    const when = async (booked_by: 'ARRIVAL' | 'EVENT') =>
      (await database.view('abandonments', { ...day, by: ['hour', 'queue'], booked_by }))
        .filter(({ queue }) => queue === 'gone')
        .map(({ period_start, offered, abandoned, abandon_rate }) => [period_start, offered, abandoned, abandon_rate]);
    expect(await when('ARRIVAL')).toEqual([['2026-03-02 12:00:00', 1, 1, 1]]);
    expect(await when('EVENT')).toEqual([['2026-03-02 13:00:00', 1, 1, 1]]);
  });
});

describe('a transfer', () => {
  fresh();
  const first = { arrived_at: at('10:00:00'), wait_ms: 5000, talk_ms: 60_000, agent_id: 'A', transferred: true };
  const agents = async (customer: string) => {
    const rows = await database.view('agent_handle_times', { ...day, by: ['queue'] });
    return rows
      .filter(({ queue }) => queue === customer)
      .map(({ agent_id, answered, handled, transfers }) => [agent_id, answered, handled, transfers].join(' '));
  };

  test('straight to an agent: both handle it, only the first has answered it', async () => {
    const second = {
      arrived_at: at('10:01:05'),
      answered_at: at('10:01:05'),
      handled_at: at('10:03:00'),
      talk_ms: 115_000,
    };
    await database.insert([
      queuedLeg('ANSWERED', { ...first, queue: 'direct', transfer_kind: 'warm' }),
      legOf({ ...second, ended_at: at('10:03:00'), queue: 'direct', agent_id: 'B' }),
    ]);
    expect(await agents('direct')).toEqual(['A 1 1 1', 'B 0 1 0']);
    const [row] = await database.view('handle_times', { ...day, by: ['queue'] });
    expect(row).toMatchObject({ queue: 'direct', answered: 1, handled: 2, aht_ms: 87_500 });
  });

  test('through a queue: both have answered and handled it', async () => {
    await database.insert([
      queuedLeg('ANSWERED', { ...first, queue: 'queued', transfer_kind: 'queue' }),
      queuedLeg('ANSWERED', {
        ...first,
        queue: 'queued',
        arrived_at: at('10:02:00'),
        agent_id: 'B',
        transferred: false,
      }),
    ]);
    expect(await agents('queued')).toEqual(['A 1 1 1', 'B 1 1 0']);
  });

  test('by event, each agent has it where it was answered and where it was done', async () => {
    const late = { ...first, arrived_at: at('10:59:56'), queue: 'late', transferred: false };
    await database.insert([queuedLeg('ANSWERED', late)]);
    const rows = await database.view('agent_handle_times', { ...day, by: ['hour', 'queue'], booked_by: 'EVENT' });
    expect(rows.filter(({ queue }) => queue === 'late')).toMatchObject([
      { period_start: '2026-03-02 11:00:00', agent_id: 'A', answered: 1, handled: 1, aht_ms: 60_000 },
    ]);
  });

  test('is told by its kind, and an offer that nobody took is none', async () => {
    const leg = (transfer_kind: string) =>
      queuedLeg('ANSWERED', { ...first, queue: 'kinds', transfer_kind, offer_count: 3, unanswered_offer_count: 2 });
    const plain = { ...leg(''), transferred: false };
    await database.insert([
      ...['cold', 'blind', 'warm', 'consult', 'queue', 'external', 'Warm', 'parked'].map(leg),
      plain,
      plain,
    ]);
    const [row] = (await database.view('transfers', { ...day, by: ['queue'] })).filter(
      ({ queue }) => queue === 'kinds',
    );
    expect(row).toMatchObject({
      ...{ handled: 10, transfers: 8, transfers_cold: 2, transfers_warm: 3, transfers_queue: 1, transfers_external: 1 },
      ...{ transfers_other: 1, transfer_rate: 0.8, cold_transfer_rate: 0.2, warm_transfer_rate: 0.3 },
      ...{ offers: 30, unanswered_offers: 20, unanswered_offer_rate: 2 / 3 },
    });
  });

  test('of a leg that was never handled has no rate', async () => {
    await database.insert([
      legOf({ arrived_at: at('20:00:00'), transferred: true, transfer_kind: 'cold', queue: 'ivr' }),
    ]);
    const [row] = (await database.view('transfers', { ...day, by: ['queue'] })).filter(({ queue }) => queue === 'ivr');
    expect(row).toMatchObject({ handled: 0, transfers: 1, transfer_rate: null, cold_transfer_rate: null });
  });
});

describe('days and zones', () => {
  fresh();
  const quarters = { spring: '2026-03-28T00:00:00Z', autumn: '2026-10-24T00:00:00Z' };
  beforeAll(async () => {
    // One call in every quarter of an hour of four days around either change of the clocks in Berlin.
    const legs = Object.values(quarters).flatMap((start) =>
      Array.from({ length: 4 * 96 }, (_, i) =>
        queuedLeg('ANSWERED', { arrived_at: Date.parse(start) + i * 900_000, wait_ms: 1 }),
      ),
    );
    await database.insert(legs);
  });

  test.each([
    { date: '2026-03-28', zone: 'Europe/Berlin', from: '2026-03-28 23:00:00', to: '2026-03-29 22:00:00', calls: 92 },
    { date: '2026-10-25', zone: 'Europe/Berlin', from: '2026-10-24 22:00:00', to: '2026-10-25 23:00:00', calls: 100 },
    { date: '2026-03-30', zone: 'Asia/Kathmandu', from: '2026-03-29 18:15:00', to: '2026-03-30 18:15:00', calls: 96 },
    { date: '2026-03-30', zone: 'UTC', from: '2026-03-30', to: '2026-03-31', calls: 96 },
  ])('$date has $calls quarters in $zone', async ({ zone, from, to, calls }) => {
    const rows = await database.view('service_levels', { from, to, by: ['day'], time_zone: zone });
    expect(rows.map(({ period_start, answered }) => [String(period_start).slice(11), answered])).toEqual([
      ['00:00:00', calls],
    ]);
    const hours = await database.view('service_levels', { from, to, by: ['hour'], time_zone: zone });
    expect(hours).toHaveLength(calls / 4);
    expect(new Set(hours.map(({ answered }) => answered))).toEqual(new Set([4]));
  });

  test('midnight is the local one: a millisecond before and after it', async () => {
    const legs = ['2026-07-01T21:59:59.999Z', '2026-07-01T22:00:00.000Z'].map((time, i) =>
      queuedLeg('ANSWERED', { arrived_at: Date.parse(time), wait_ms: i + 1, talk_ms: 1000 }),
    );
    await database.insert(legs);
    const july = { from: '2026-07-01', to: '2026-07-03', by: ['day'], time_zone: 'Europe/Berlin' };
    expect(
      (await database.view('service_levels', july)).map(({ period_start, asa_ms }) => [period_start, asa_ms]),
    ).toEqual([
      ['2026-07-01 00:00:00', 1],
      ['2026-07-02 00:00:00', 2],
    ]);
    expect(await database.view('service_levels', { ...july, time_zone: 'UTC' })).toMatchObject([{ answered: 2 }]);
    // By event the first call is answered after midnight.
    const handled = await database.view('handle_times', { ...july, booked_by: 'EVENT' });
    expect(handled).toMatchObject([{ period_start: '2026-07-02 00:00:00', answered: 2, handled: 2 }]);
  });

  test('weeks begin on Monday, months on the first, all in the zone; a total begins at from', async () => {
    const range = { from: '2026-03-28', to: '2026-04-01', time_zone: 'Europe/Berlin' };
    const starts = async (by: string[]) =>
      (await database.view('service_levels', { ...range, by })).map(({ period_start, answered }) => [
        period_start,
        answered,
      ]);
    // Monday, 30 March begins at 22:00 UTC of the 29th.
    expect(await starts(['week'])).toEqual([
      ['2026-03-23 00:00:00', 96 + 88],
      ['2026-03-30 00:00:00', 200],
    ]);
    expect(await starts(['month'])).toEqual([
      ['2026-03-01 00:00:00', 4 * 96 - 8],
      ['2026-04-01 00:00:00', 8],
    ]);
    expect(await starts([])).toEqual([['2026-03-28 01:00:00', 384]]);
  });

  test('groups are what by names, the others all', async () => {
    const arrived_at = Date.parse('2026-08-01T10:00:00Z');
    await database.insert(
      [
        { queue: 'a', channel: 'VOICE', direction: 'INBOUND' },
        { queue: 'a', channel: 'CHAT', direction: 'INBOUND' },
        { queue: 'b', channel: 'VOICE', direction: 'OUTBOUND' },
      ].map((groups) => queuedLeg('ANSWERED', { arrived_at, wait_ms: 1, ...groups })),
    );
    const groups = async (by: string[]) =>
      (await database.view('service_levels', { from: '2026-08-01', to: '2026-08-02', by })).map(
        ({ channel, queue, direction, answered }) => [channel, queue, direction, answered].join(' '),
      );
    expect(await groups([])).toEqual(['(all) (all) (all) 3']);
    expect(await groups(['queue'])).toEqual(['(all) a (all) 2', '(all) b (all) 1']);
    expect(await groups(['direction', 'channel', 'day'])).toEqual([
      'CHAT (all) INBOUND 1',
      'VOICE (all) INBOUND 1',
      'VOICE (all) OUTBOUND 1',
    ]);
  });
});
