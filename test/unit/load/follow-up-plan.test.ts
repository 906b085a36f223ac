import { describe, expect, test } from '@jest/globals';
import { dayMs, firstDayOf, ttlDaysOf } from '../../../services/load/domain/follow-up-days';
import {
  type Computation,
  halves,
  type Known,
  type Limits,
  planFollowUps,
  type WrittenDay,
} from '../../../services/load/domain/follow-up-plan';

const today = 20_000;
const wide: Limits = { mostDays: 1_000, mostLegs: 1_000_000 };
const hour = 3_600_000;

/** Days from `from` to `to`, ten legs each, all ended on their day. */
const legsOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const day = from + index;
    return { day, legs: 10, checksum: BigInt(day) * 7_919n, last_end: (day + 1) * dayMs - 1 };
  });
const known = (given: Partial<Known> = {}): Known => ({
  legs: legsOf(today - 60, today),
  written: { repeats: [] },
  windowsDays: [1],
  as_of: (today + 1) * dayMs,
  now: (today + 1) * dayMs,
  firstDay: 0,
  rules: 5_000n,
  ...given,
});
const text = (plan: Computation[]): string[] =>
  plan.map(({ figure, window_days, from, to }) => `${figure} ${window_days}: ${from - today}..${to - 1 - today}`);
const planned = (of: Known, limits: Partial<Limits> = {}): string[] => text(planFollowUps(of, { ...wide, ...limits }));

/** The same, once everything that waits is written. */
function settled(of: Known): Known {
  const written: Record<string, readonly WrittenDay[]> = { ...of.written };
  for (const { figure, window_days, days } of planFollowUps(of, wide)) {
    const rows = days.map((day) => ({ ...day, window_days, as_of: of.as_of, computed_at: of.now }));
    const others = written[figure].filter(
      (one) => !rows.some(({ day }) => day === one.day && window_days === one.window_days),
    );
    written[figure] = [...others, ...rows];
  }
  return { ...of, written };
}
const later = (of: Known, ms: number, known_ms = 0): Known => ({ ...of, now: of.now + ms, as_of: of.as_of + known_ms });
const changed = (of: Known, day: number): Known => ({
  ...of,
  legs: of.legs.map((legs) => (legs.day === day ? { ...legs, checksum: legs.checksum + 1n } : legs)),
});

describe('days are computed', () => {
  const all = settled(known());
  const cases: { name: string; of: Known; plan: string[] }[] = [
    { name: 'that never were', of: known(), plan: ['repeats 1: -60..0'] },
    { name: 'never again while nothing changes', of: later(all, 0), plan: [] },
    {
      name: 'for each figure and window',
      of: known({ written: { repeats: [], durable: [] }, windowsDays: [1, 7] }),
      plan: ['repeats 1: -60..0', 'repeats 7: -60..0', 'durable 1: -60..0', 'durable 7: -60..0'],
    },
    {
      name: 'whose own legs have changed, or those of their window: at once',
      of: changed(all, today - 30),
      plan: ['repeats 1: -32..-30'],
    },
    {
      name: 'around such a day too, but when the last computation is a day old',
      of: changed(later(all, dayMs), today - 30),
      plan: ['repeats 1: -45..-23'],
    },
    {
      name: 'whose windows come to their end meanwhile',
      of: later(all, hour, hour),
      plan: ['repeats 1: -1..0'],
    },
    {
      name: 'but not while nothing of them can have elapsed',
      of: later(settled(known({ windowsDays: [7] })), hour, hour),
      plan: ['repeats 7: -7..-6'],
    },
    {
      name: 'with the rules that say what a bounce is',
      of: { ...all, rules: 6_000n },
      plan: ['repeats 1: -60..0'],
    },
    {
      name: 'though no leg of them is left: they say so',
      of: { ...all, legs: all.legs.filter(({ day }) => day > today - 60) },
      plan: ['repeats 1: -60..-60'],
    },
    {
      name: 'but for days of which legs may be deleted already',
      of: known({ firstDay: today - 3 }),
      plan: ['repeats 1: -3..0'],
    },
    { name: 'and none where nothing ever was', of: known({ legs: [] }), plan: [] },
  ];
  test.each(cases)('$name', ({ of, plan }) => {
    expect(planned(of)).toEqual(plan);
  });

  test('once a day while a leg of them is open', () => {
    const legs = legsOf(today - 60, today).map((of) =>
      of.day === today - 40 ? { ...of, last_end: (today + 1) * dayMs } : of,
    );
    const of = settled(known({ legs }));
    expect(planned(later(of, hour, hour))).toEqual(['repeats 1: -1..0']);
    // Contacts are looked for seven days on: the leg may be of one that began so long before.
    expect(planned(later(of, dayMs, dayMs))).toEqual(['repeats 1: -7..0', 'repeats 1: -47..-40']);
    expect(planFollowUps(known({ legs }), wide)[0].days.filter(({ finished }) => !finished).length).toBe(8 + 8);
  });
});

describe('statements', () => {
  test('hold so many days and so many legs, the newest first', () => {
    expect(planned(known({ legs: legsOf(today - 9, today) }), { mostDays: 4 })).toEqual([
      'repeats 1: -3..0',
      'repeats 1: -7..-4',
      'repeats 1: -9..-8',
    ]);
    expect(planned(known({ legs: legsOf(today - 9, today) }), { mostLegs: 55 })).toEqual([
      'repeats 1: -4..0',
      'repeats 1: -9..-5',
    ]);
    expect(planned(known({ legs: legsOf(today - 1, today) }), { mostLegs: 5 })).toEqual([
      'repeats 1: 0..0',
      'repeats 1: -1..-1',
    ]);
  });

  test('compute a few days that are not due rather than be two', () => {
    const of = settled(known());
    expect(planned(changed(changed(of, today - 30), today - 40))).toEqual(['repeats 1: -42..-30']);
    expect(planned(changed(changed(of, today - 30), today - 41))).toEqual([
      'repeats 1: -32..-30',
      'repeats 1: -43..-41',
    ]);
  });

  test('begin with days computed longest ago, an hour of recent ones as a day of old', () => {
    const old = settled(known({ legs: legsOf(today - 900, today) }));
    const since = old.written.repeats.map((one) =>
      one.day > today - 600 ? { ...one, computed_at: one.computed_at - hour } : one,
    );
    const of = changed(changed({ ...old, written: { repeats: since } }, today - 500), today - 800);
    expect(planned(later(changed(of, today - 5), hour))).toEqual([
      'repeats 1: -7..-5',
      'repeats 1: -502..-500',
      'repeats 1: -802..-800',
    ]);
  });

  test('are halved, but for one of a single day', () => {
    const [whole] = planFollowUps(known({ legs: legsOf(today - 4, today) }), wide);
    expect(text(halves(whole))).toEqual(['repeats 1: -4..-3', 'repeats 1: -2..0']);
    expect(halves(halves(whole)[0]).flatMap(halves)).toEqual([]);
  });
});

describe('what a TTL has deleted', () => {
  test.each([
    [
      'CREATE TABLE d.legs (`a` String TTL b + toIntervalDay(9)) ENGINE = MergeTree ORDER BY a SETTINGS x = 1',
      undefined,
    ],
    [
      'CREATE TABLE d.legs (…) ENGINE = MergeTree ORDER BY a TTL toDateTime(arrived_at) + toIntervalDay(400) SETTINGS x = 1',
      400,
    ],
  ])('is read from the statement: %s', (created, days) => {
    expect(ttlDaysOf(created)).toBe(days);
  });

  test.each<[legs: number | undefined, rows: number | undefined, first: number]>([
    [undefined, undefined, 0],
    // The legs of seven days before are looked at, too.
    [400, undefined, today - 392],
    [400, 100, today - 99],
    [undefined, 100, today - 99],
  ])('legs after %s days and rows after %s are not computed anew', (legs, rows, first) => {
    expect(firstDayOf(today * dayMs + hour, legs, rows)).toBe(first);
  });
});
