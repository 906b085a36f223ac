import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isInSession, repairRanges, type TimeRange } from '../../../services/load/domain/repair-ranges';

const reach = 10;
const time = fc.integer({ min: 0, max: 200 });
/** Sessions of one customer never overlap. */
const sessionsOf = (cuts: number[]) => {
  const sorted = [...new Set(cuts)].sort((a, b) => a - b);
  return sorted.flatMap((at, i) => (i % 2 === 0 ? [{ started_at: at, ended_at: sorted[i + 1] ?? at }] : []));
};

describe('what a repair reads', () => {
  test('is every time asked for with its reach, whole sessions, in ranges apart', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 5 }), fc.array(time, { maxLength: 12 }), (times, cuts) => {
        const sessions = sessionsOf(cuts);
        const ranges = repairRanges(
          times.map((at) => ({ from: at, to: at })),
          sessions,
          reach,
        );
        const covers = (at: number) => ranges.filter(({ from, to }) => from <= at && at <= to).length;
        for (const at of times) for (const end of [at - reach, at, at + reach]) expect(covers(end)).toBe(1);
        for (const { started_at, ended_at } of sessions) {
          const touched = ranges.some(({ from, to }) => started_at <= to && ended_at >= from);
          const whole = ranges.some(({ from, to }) => from <= started_at && ended_at <= to);
          expect(whole).toBe(touched);
        }
        // Nothing more than asked for: each end is a time with its reach, or the end of a session.
        const allowed = new Set([
          ...times.flatMap((at) => [at - reach, at + reach]),
          ...sessions.flatMap(({ started_at, ended_at }) => [started_at, ended_at]),
        ]);
        const ends = ranges.flatMap(({ from, to }: TimeRange) => [from, to]);
        expect(ends.filter((end) => !allowed.has(end))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('an event is in its session when that one has as many events as its time has', () => {
    const times = [0, 5, 5, 9, 30];
    const session = (started_at: number, ended_at: number, event_count: number) => ({
      started_at,
      ended_at,
      event_count,
    });
    expect(isInSession(5, [session(0, 9, 4)], times)).toBe(true);
    expect(isInSession(5, [session(0, 9, 3)], times)).toBe(false);
    expect(isInSession(9, [session(0, 5, 3)], times)).toBe(false);
    expect(isInSession(30, [session(0, 9, 4), session(30, 30, 1)], times)).toBe(true);
    expect(isInSession(30, [], times)).toBe(false);
  });
});
