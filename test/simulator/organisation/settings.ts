import type { Planned } from '../core/roster';

/**
 * What the organisation tells the pipeline of itself besides its events: rows of the tables that are its users' to fill.
 * Times are ms since the epoch (UTC).
 */
export interface Settings {
  agent_schedules: Planned[];
  business_hours: OpeningHours[];
  business_holidays: { schedule: string; day: string; name: string }[];
}

/** On `weekday` (1 Monday) the schedule is open from `opens_at` to `closes_at` on the clock of `time_zone`. */
export interface OpeningHours {
  schedule: string;
  weekday: number;
  opens_at: string;
  closes_at: string;
  time_zone: string;
}

/** The hours by which answers to mail are measured: those of the mail desk, which is closed on Sundays. */
export function settingsOf(plans: Planned[]): Settings {
  const open = (weekday: number, closes_at: string): OpeningHours => {
    return { schedule: 'support', weekday, opens_at: '07:00', closes_at, time_zone: 'UTC' };
  };
  return {
    agent_schedules: plans,
    business_hours: [...[1, 2, 3, 4, 5].map((weekday) => open(weekday, '19:00')), open(6, '15:00')],
    business_holidays: [{ schedule: 'support', day: '2026-03-17', name: 'Stocktaking' }],
  };
}
