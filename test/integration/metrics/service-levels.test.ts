import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { LegDatabase, legOf, queuedLeg } from './leg-database';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const ten = Date.parse('2026-03-02T10:00:00Z');
const day = { from: '2026-03-02', to: '2026-03-03', by: [] as string[] };

/** `counts` legs for each wait in seconds, all in one quarter of an hour. */
const legsWaiting = (left_by: 'ANSWERED' | 'ABANDONED' | 'FLOW_OUT', counts: [seconds: number, count: number][]) =>
  counts.flatMap(([seconds, count]) =>
    Array.from({ length: count }, (_, i) => queuedLeg(left_by, { arrived_at: ten + i, wait_ms: seconds * 1000 })),
  );

describe('one hundred calls', () => {
  let database: LegDatabase;
  beforeAll(async () => {
    database = await LegDatabase.open(local.stack.addresses.clickhouseUrl, 'hundred');
    await database.insert([
      // In time up to T = 20 s, the very second included; a millisecond more is too late.
      ...legsWaiting('ANSWERED', [
        [0, 30],
        [12.5, 39],
        [20, 1],
        [20.001, 1],
        [45, 9],
      ]),
      // Short up to 5 s, likewise.
      ...legsWaiting('ABANDONED', [
        [4.2, 4],
        [5, 1],
        [5.001, 1],
        [19, 3],
        [60, 6],
      ]),
      ...legsWaiting('FLOW_OUT', [
        [20, 2],
        [21, 3],
      ]),
    ]);
  });
  afterAll(() => database?.client.close());

  const vector = { ...day, target_seconds: 20, short_seconds: 5 };

  test('give every variant of the service level to the digit', async () => {
    expect(await database.one('service_levels', vector)).toMatchObject({
      ...{ offered: 100, answered: 80, abandoned: 15, flow_outs: 5, waiting: 0, unknown_waits: 0 },
      ...{ answered_in_time: 70, abandoned_in_time: 9, flow_outs_in_time: 2, short_abandoned: 5 },
      sl_offered: 70 / 95,
      sl_answered_over_answered: 70 / 80,
      sl_excl_short: 70 / 90,
      sl_incl_flowouts: 0.7,
      sl_excl_abandons: 70 / 80,
      sl_abandons_ignored: 70 / 86,
      sl_abandons_positive: 79 / 95,
      sl_abandons_ignored_incl_flowouts: 70 / 91,
      sl_dequeued: 0.81,
    });
    const percent = async (column: string) =>
      (Number((await database.one('service_levels', vector))[column]) * 100).toFixed(3);
    expect(await percent('sl_offered')).toBe('73.684');
    expect(await percent('sl_excl_short')).toBe('77.778');
    expect(await percent('sl_abandons_ignored')).toBe('81.395');
    expect(await percent('sl_abandons_positive')).toBe('83.158');
    expect(await percent('sl_abandons_ignored_incl_flowouts')).toBe('76.923');
  });

  test('give the waits: ASA of the answered, and the mean of all', async () => {
    const answered = 39 * 12_500 + 20_000 + 20_001 + 9 * 45_000;
    const abandoned = 4 * 4_200 + 5_000 + 5_001 + 3 * 19_000 + 6 * 60_000;
    expect(await database.one('service_levels', vector)).toMatchObject({
      asa_ms: answered / 80,
      avg_abandon_wait_ms: abandoned / 15,
      avg_wait_all_ms: (answered + abandoned + 2 * 20_000 + 3 * 21_000) / 100,
    });
  });

  test.each([
    { target_seconds: 0, answered_in_time: 30, abandoned_in_time: 0 },
    { target_seconds: 12, answered_in_time: 30, abandoned_in_time: 6 },
    { target_seconds: 13, answered_in_time: 69, abandoned_in_time: 6 },
    { target_seconds: 19, answered_in_time: 69, abandoned_in_time: 9 },
    { target_seconds: 21, answered_in_time: 71, abandoned_in_time: 9 },
    { target_seconds: 3600, answered_in_time: 80, abandoned_in_time: 15 },
  ])('judge what is past by any threshold: $target_seconds s', async ({ target_seconds, ...expected }) => {
    expect(await database.one('service_levels', { ...vector, target_seconds })).toMatchObject(expected);
  });

  test('give the abandonment variants', async () => {
    expect(await database.one('abandonments', { ...day, short_seconds: 5 })).toMatchObject({
      ...{ offered: 100, answered: 80, abandoned: 15, short_abandoned: 5, other_flow_outs: 5 },
      abandon_rate: 0.15,
      abandon_rate_decided: 15 / 95,
      abandon_rate_excl_short: 10 / 95,
      answer_rate: 0.8,
    });
    expect(await database.one('abandonments', { ...day, short_seconds: 4 })).toMatchObject({ short_abandoned: 0 });
    expect(await database.one('abandonments', { ...day, short_seconds: 6 })).toMatchObject({ short_abandoned: 6 });
  });

  test('agree with efficiency_metrics', async () => {
    const [row] = await database.rows('SELECT * FROM efficiency_metrics');
    const levels = await database.one('service_levels', vector);
    for (const column of ['offered', 'answered', 'abandoned', 'flow_outs', 'asa_ms']) {
      expect(row[column]).toBe(levels[column]);
    }
    expect(row.abandon_rate).toBe(0.15);
  });
});

describe('edges', () => {
  let database: LegDatabase;
  let number = 0;
  beforeAll(async () => {
    database = await LegDatabase.open(local.stack.addresses.clickhouseUrl, 'edges');
  });
  afterAll(() => database?.client.close());

  /** A day that no other test writes to. */
  const freshDay = () => {
    const start = Date.parse('2026-05-01T00:00:00Z') + ++number * 86_400_000;
    return { start, range: { from: start, to: start + 86_400_000, by: [] as string[] } };
  };

  test('rates of nothing are NULL, numbers are 0', async () => {
    const { start, range } = freshDay();
    await database.insert([queuedLeg('FLOW_OUT', { arrived_at: start, wait_ms: 1000 })]);
    expect(await database.one('service_levels', range)).toMatchObject({
      ...{ answered: 0, abandoned: 0, flow_outs: 1, sl_offered: null, sl_answered_over_answered: null },
      ...{
        sl_excl_short: null,
        sl_incl_flowouts: 0,
        sl_abandons_positive: null,
        asa_ms: null,
        avg_abandon_wait_ms: null,
      },
    });
    await database.insert([queuedLeg('ABANDONED', { arrived_at: start, wait_ms: 1000, queue: 'other' })]);
    const [other] = await database.view('abandonments', { ...range, by: ['queue'] });
    // One abandoned leg, and that one short: nothing remains.
    expect(other).toMatchObject({ queue: 'other', abandon_rate: 1, abandon_rate_excl_short: null });
    expect(await database.view('handle_times', range)).toEqual([]);
  });

  test('who still waits is offered and nothing else', async () => {
    const { start, range } = freshDay();
    await database.insert([
      legOf({ arrived_at: start, queued_at: start }),
      queuedLeg('ANSWERED', { arrived_at: start, wait_ms: 10 }),
    ]);
    expect(await database.one('service_levels', range)).toMatchObject({
      offered: 2,
      waiting: 1,
      sl_offered: 1,
      sl_dequeued: 0.5,
    });
    expect(await database.one('service_levels', { ...range, booked_by: 'EVENT' })).toMatchObject({
      offered: 1,
      waiting: 0,
    });
  });

  test('an unknown wait is never in time, and no part of a mean', async () => {
    const { start, range } = freshDay();
    await database.insert([
      queuedLeg('ANSWERED', { arrived_at: start, wait_ms: 8000 }),
      { ...queuedLeg('ANSWERED', { arrived_at: start, wait_ms: 0 }), wait_ms: null },
    ]);
    expect(await database.one('service_levels', range)).toMatchObject({
      answered: 2,
      unknown_waits: 1,
      sl_offered: 0.5,
      asa_ms: 8000,
    });
  });

  test('a leg that is revised counts as it is now, whatever came first', async () => {
    const { start, range } = freshDay();
    const waiting = legOf({ arrived_at: start, queued_at: start, version: 1 });
    const gone = {
      ...queuedLeg('ABANDONED', { arrived_at: start, wait_ms: 3000 }),
      leg_id: waiting.leg_id,
      customer_id: waiting.customer_id,
      version: 2,
    };
    const answered = {
      ...queuedLeg('ANSWERED', { arrived_at: start, wait_ms: 30_000, queue: 'sales' }),
      leg_id: waiting.leg_id,
      customer_id: waiting.customer_id,
      version: 3,
    };
    const levels = () => database.view('service_levels', { ...range, by: ['queue'] });
    await database.insert([waiting]);
    expect(await levels()).toMatchObject([{ queue: 'support', offered: 1, waiting: 1 }]);
    await database.insert([{ ...waiting, sign: -1 }, gone]);
    expect(await levels()).toMatchObject([
      { queue: 'support', offered: 1, waiting: 0, abandoned: 1, short_abandoned: 1 },
    ]);
    // Taken back before the block that has the new row.
    await database.insert([{ ...gone, sign: -1 }]);
    expect(await levels()).toEqual([]);
    await database.insert([answered]);
    const expected = [{ queue: 'sales', offered: 1, answered: 1, abandoned: 0, answered_in_time: 0, asa_ms: 30_000 }];
    expect(await levels()).toMatchObject(expected);
    await database.client.command({ query: 'OPTIMIZE TABLE leg_metrics_15m FINAL' });
    expect(await levels()).toMatchObject(expected);
  });

  test('targets hold per queue and channel, the row that names most', async () => {
    const { start, range } = freshDay();
    await database.insert(
      ['support', 'sales', 'vip'].flatMap((queue) =>
        ['VOICE', 'CHAT'].map((channel) =>
          queuedLeg('ANSWERED', { arrived_at: start, wait_ms: 40_000, queue, channel }),
        ),
      ),
    );
    const levels = async () =>
      (await database.view('service_levels', { ...range, by: ['queue', 'channel'] })).map((row) =>
        [row.queue, row.channel, row.target_seconds, row.target_share, row.sl_offered].join(' '),
      );
    const target = (queue: string, channel: string, target_seconds: number, share: number) => ({
      queue,
      channel,
      target_seconds,
      share,
      short_abandon_seconds: 5,
    });
    expect((await levels())[0]).toBe('sales CHAT 20 0.8 0');
    await database.insert(
      [target('*', 'CHAT', 60, 0.7), target('vip', '*', 10, 0.9), target('vip', 'CHAT', 40, 0.95)],
      'service_level_targets',
    );
    expect(await levels()).toEqual([
      ...['sales CHAT 60 0.7 1', 'support CHAT 60 0.7 1', 'vip CHAT 40 0.95 1'],
      ...['sales VOICE 20 0.8 0', 'support VOICE 20 0.8 0', 'vip VOICE 10 0.9 0'],
    ]);
    // Over several targets each leg counts by its own, and there is no one target to name.
    expect(await database.one('service_levels', range)).toMatchObject({
      target_seconds: null,
      target_share: null,
      sl_offered: 0.5,
    });
    // What is asked for goes before the table; a newer row replaces an older one, for all history.
    expect(await database.one('service_levels', { ...range, target_seconds: 39 })).toMatchObject({
      target_seconds: 39,
      sl_offered: 0,
    });
    await database.insert([target('*', '*', 45, 0.8), target('vip', '*', 50, 0.9)], 'service_level_targets');
    expect(await levels()).toContain('vip VOICE 50 0.9 1');
    expect(await levels()).toContain('support VOICE 45 0.8 1');
    await database.client.command({ query: 'TRUNCATE TABLE service_level_targets' });
  });

  test('where customers gave up, and who ended it', async () => {
    const { start, range } = freshDay();
    const arrived_at = start;
    await database.insert([
      queuedLeg('ABANDONED', { arrived_at, wait_ms: 9000, abandoned_in: 'QUEUE', disconnect_by: 'CUSTOMER' }),
      queuedLeg('ABANDONED', { arrived_at, wait_ms: 9000, abandoned_in: 'RING', disconnect_by: 'CUSTOMER' }),
      queuedLeg('ABANDONED', { arrived_at, wait_ms: 9000, disconnect_by: 'SYSTEM' }),
      queuedLeg('ABANDONED', { arrived_at, wait_ms: 9000, disconnect_by: 'TELECOM_PROBLEM' }),
      queuedLeg('ANSWERED', { arrived_at, wait_ms: 9000, abandoned_in: 'HOLD', hold_ms: 1, disconnect_by: 'CUSTOMER' }),
      legOf({ arrived_at, stage: 'SELF_SERVICE', abandoned_in: 'IVR', disconnect_by: 'CUSTOMER' }),
    ]);
    expect(await database.one('abandonments', range)).toMatchObject({
      ...{ offered: 5, abandoned: 4, abandoned_by_customer: 2, abandoned_by_system: 1, abandoned_by_others: 1 },
      ...{
        ivr_abandons: 1,
        queue_abandons: 1,
        ring_abandons: 1,
        hold_abandons: 1,
        hold_abandon_rate: 1,
        abandon_rate: 0.8,
      },
    });
  });

  test('what by or booked_by may not hold is refused, not ignored', async () => {
    const { start, range } = freshDay();
    await database.insert([queuedLeg('ANSWERED', { arrived_at: start, wait_ms: 1 })]);
    await expect(database.view('service_levels', { ...range, by: ['days'] })).rejects.toThrow(
      "maybe you meant: ['day']",
    );
    const booked_by = 'event' as 'EVENT';
    await expect(database.view('handle_times', { ...range, booked_by })).rejects.toThrow("maybe you meant: ['EVENT']");
  });
});
