import type { Random } from './random';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A Monday, 00:00 UTC. */
export const START_MS = Date.UTC(2026, 2, 2);

/** Demand by hour of day (UTC): a lull at night, a morning peak, an evening one. */
const HOUR_WEIGHTS = [9, 6, 5, 4, 5, 8, 16, 32, 58, 82, 92, 90, 76, 72, 80, 84, 80, 74, 70, 66, 56, 42, 28, 15];

/** Demand by day of week, Sunday first. */
const DAY_WEIGHTS = [0.45, 1.25, 1.1, 1.05, 1, 1.05, 0.65];

/** Relative demand in the hour that holds `time`; 1 is about a weekday's busiest hour. */
export function demandAt(time: number): number {
  const date = new Date(time);
  return (HOUR_WEIGHTS[date.getUTCHours()]! / 92) * DAY_WEIGHTS[date.getUTCDay()]!;
}

/** A random moment in [start, start + days), distributed as demand is. */
export function arrivalTime(random: Random, start: number, days: number): number {
  for (;;) {
    const time = start + Math.floor(random.next() * days * DAY_MS);
    if (random.next() * 1.25 < demandAt(time)) return time;
  }
}

/** Hour of day, 0..23, UTC. */
export function hourOf(time: number): number {
  return Math.floor((time % DAY_MS) / HOUR_MS);
}

/** 0 Sunday .. 6 Saturday, UTC. */
export function weekdayOf(time: number): number {
  return new Date(time).getUTCDay();
}
