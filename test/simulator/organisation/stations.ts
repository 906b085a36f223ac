import { HOUR_MS, hourOf, weekdayOf } from '../core/calendar';

export type StationId =
  | 'voice-support'
  | 'voice-billing'
  | 'voice-sales'
  | 'chat-care'
  | 'mail-desk'
  | 'social-desk'
  | 'back-office';

/** A group of agents with one queue. */
export interface StationPlan {
  id: StationId;
  name: string;
  skill: string;
  /** Seats on duty in the busiest hour of a run of full size; smaller runs have proportionally fewer. */
  seats: number;
  /** Conversations one agent holds at a time. */
  slots: number;
  /** Work is offered and rings; otherwise agents take it from a list. */
  rings: boolean;
  /** Share of the busiest hour's seats on duty at a time, 0 when closed. */
  staffing: (time: number) => number;
  /** Nothing waits longer: a duty manager takes it. Keeps waits inside every channel's session gap. */
  overdue_ms: number | undefined;
}

const SUPPORT_SHARE = [
  0.12, 0.12, 0.12, 0.12, 0.12, 0.14, 0.25, 0.45, 0.75, 0.95, 1, 1, 0.92, 0.88, 0.92, 0.95, 0.92, 0.9, 0.85, 0.8, 0.7,
  0.55, 0.4, 0.25,
];

/** Round the clock, thin at night and on Sundays. */
function always(time: number): number {
  return SUPPORT_SHARE[hourOf(time)]! * (weekdayOf(time) === 0 ? 0.5 : weekdayOf(time) === 6 ? 0.7 : 1);
}

/** From `open` to `close` o'clock, six days a week, Saturdays with `saturday` of the staff. */
function office(open: number, close: number, saturday: number): (time: number) => number {
  return (time) => {
    const hour = hourOf(time);
    if (hour < open || hour >= close || weekdayOf(time) === 0) return 0;
    return SUPPORT_SHARE[hour]! * (weekdayOf(time) === 6 ? saturday : 1);
  };
}

export const stations: readonly StationPlan[] = [
  // id, name, skill, seats, slots, rings, staffing, overdue
  station('voice-support', 'Support line', 'support', 5, 1, true, always),
  station('voice-billing', 'Billing line', 'billing', 2.6, 1, true, office(7, 21, 0.6)),
  station('voice-sales', 'Sales and retention', 'sales', 3.1, 1, true, office(8, 20, 0.7)),
  station('chat-care', 'Chat care', 'care', 1, 2, true, always),
  station('mail-desk', 'Mail desk', 'mail', 3, 1, false, office(7, 19, 0.5), 46 * HOUR_MS),
  station('social-desk', 'Messages and social media', 'social', 2, 1, false, always, 5 * HOUR_MS),
  station('back-office', 'Back office', 'cases', 3, 1, false, office(7, 17, 0.3), 50 * HOUR_MS),
];

function station(
  id: StationId,
  name: string,
  skill: string,
  seats: number,
  slots: number,
  rings: boolean,
  staffing: (time: number) => number,
  overdue_ms?: number,
): StationPlan {
  return { id, name, skill, seats, slots, rings, staffing, overdue_ms };
}
