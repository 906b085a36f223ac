import { HOUR_MS, hourOf, MINUTE_MS, weekdayOf } from './calendar';

export type Shift = 'A' | 'B' | 'N';

/** A row of the workforce plan: consecutive ones of an agent never overlap. Times are ms since the epoch. */
export interface Planned {
  agent_id: string;
  starts_at: number;
  ends_at: number;
  activity: 'AVAILABLE' | 'BREAK' | 'TRAINING' | 'MEETING' | 'ABSENCE';
}

/** What takes an agent off the queue: begins at `at`, or when the conversation then under way is over. */
export interface Duty {
  at: number;
  ms: number;
  activity: 'BREAK' | 'TRAINING' | 'MEETING';
}

export function shiftOf(hour: number): Shift {
  if (hour < 6 || hour >= 22) return 'N';
  return hour < 14 ? 'A' : 'B';
}

/**
 * Off-queue duties of an agent (by number in the team) in the hours [from, to), in order: a break, on Wednesdays the
 * team's meeting in two halves, once a week an hour of training in the second hour. A team of few has breaks only.
 */
export function dutiesOf(number: number, few: boolean, from: number, to: number): Duty[] {
  const wanted: Duty[] = [
    { at: from + 2.5 * HOUR_MS + (number % 8) * 8 * MINUTE_MS, ms: 15 * MINUTE_MS, activity: 'BREAK' },
  ];
  const weekday = weekdayOf(from);
  if (!few && weekday === 3) {
    for (let hour = from; hour < to; hour += HOUR_MS) {
      if (hourOf(hour) !== (number % 2 === 0 ? 11 : 15) && hourOf(hour) !== (number % 2 === 0 ? 18 : 20)) continue;
      wanted.push({ at: hour, ms: 30 * MINUTE_MS, activity: 'MEETING' });
      break;
    }
  }
  if (!few && weekday === 1 + (number % 5)) {
    wanted.push({ at: from + HOUR_MS, ms: HOUR_MS, activity: 'TRAINING' });
  }
  const duties: Duty[] = [];
  for (const duty of wanted.sort((a, b) => a.at - b.at)) {
    const last = duties[duties.length - 1];
    const at = last ? Math.max(duty.at, last.at + last.ms + 15 * MINUTE_MS) : duty.at;
    if (at + duty.ms < to) duties.push({ ...duty, at });
  }
  return duties;
}

/** The agent's plan for [from, to): on queue but for the duties. */
export function plannedDay(agent_id: string, from: number, to: number, duties: readonly Duty[]): Planned[] {
  const rows: Planned[] = [];
  let at = from;
  for (const { at: starts_at, ms, activity } of duties) {
    rows.push({ agent_id, starts_at: at, ends_at: starts_at, activity: 'AVAILABLE' });
    rows.push({ agent_id, starts_at, ends_at: starts_at + ms, activity });
    at = starts_at + ms;
  }
  rows.push({ agent_id, starts_at: at, ends_at: to, activity: 'AVAILABLE' });
  return rows;
}
