import { dayMs } from './service-events';

/** Hours of one weekday (1 Monday to 7 Sunday), HH:MM; dates are YYYY-MM-DD, both included. */
export interface OpeningHours {
  weekday: number;
  opens_at: string;
  closes_at: string;
  valid_from: string;
  valid_to: string;
}

const minuteMs = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock in the zone shows: 'YYYY-MM-DD HH:MM:SS'. */
export function wallClock(ms: number, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(zone, format);
  }
  return format.format(ms);
}

export const localDay = (ms: number, zone: string): string => wallClock(ms, zone).slice(0, 10);

export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

/** First minute (epoch ms) at which a clock in the zone shows the day: found by looking at every quarter of an hour. */
export function startOfDay(day: string, zone: string): number {
  const around = Date.parse(`${day}T00:00:00Z`);
  for (let ms = around - dayMs; ms <= around + dayMs; ms += 15 * minuteMs) {
    if (localDay(ms, zone) === day) return ms;
  }
  throw new Error(`${day} never comes in ${zone}`);
}

/**
 * Business time as a clock: it shows the ms of business time since `from`, or null when there are no hours. Made by
 * marking minute after minute: an opening or closing is the first minute of the day at which the wall clock shows that
 * time or later.
 */
export function businessClock(
  hours: OpeningHours[],
  holidays: string[],
  zone: string,
  from: number,
  to: number,
): (ms: number) => number | null {
  if (hours.length === 0) return () => null;
  const origin = startOfDay(dayAfter(localDay(from, zone), -2), zone);
  const open = new Uint8Array(Math.ceil((to - origin) / minuteMs) + 4 * 1440);
  for (let day = localDay(origin, zone); day <= dayAfter(localDay(to, zone)); day = dayAfter(day)) {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
    for (const row of hours) {
      if (row.weekday !== weekday || day < row.valid_from || day > row.valid_to) continue;
      const overnight = row.closes_at <= row.opens_at;
      mark(day, row.opens_at, overnight ? '24:00' : row.closes_at);
      if (overnight) mark(dayAfter(day), '00:00', row.closes_at);
    }
  }
  const before = new Float64Array(open.length + 1);
  for (let minute = 0; minute < open.length; minute++) before[minute + 1] = before[minute]! + open[minute]! * minuteMs;
  return (ms) => {
    const minute = Math.floor((ms - origin) / minuteMs);
    return before[minute]! + (open[minute] ? ms - origin - minute * minuteMs : 0);
  };

  function mark(day: string, opensAt: string, closesAt: string): void {
    if (holidays.includes(day)) return;
    const next = startOfDay(dayAfter(day), zone);
    let opened = false;
    for (let ms = startOfDay(day, zone); ms < next; ms += minuteMs) {
      const clock = wallClock(ms, zone).slice(11, 16);
      if (clock >= closesAt) break;
      if (clock >= opensAt) opened = true;
      if (opened) open[Math.floor((ms - origin) / minuteMs)] = 1;
    }
  }
}
