import type { SimEvent } from './core/event';
import { Random } from './core/random';
import type { Simulation } from './simulate';

export type Fault = 'drop' | 'double' | 'shift';

export const FAULTS: readonly Fault[] = ['drop', 'double', 'shift'];

/** How far a shifted event moves back; less than the lateness, so that it stays in time. */
const SHIFT_MS = 45 * 60_000;

/**
 * The file with one fault planted, for a report that must then say "differs". The event hit is the first of a session,
 * in time and sent once, so every fault shows, before the late events' repair and after it: without it the session has another id, doubled it has one event more,
 * and 45 min earlier it starts earlier (or tears off, or reaches a session before it).
 */
export function plantFault(simulation: Simulation, fault: Fault, seed: number): SimEvent[] {
  const counts = new Map<string, number>();
  for (const { event_id } of simulation.events) counts.set(event_id, (counts.get(event_id) ?? 0) + 1);
  const late = new Set(simulation.lines.filter((line) => line.late).map(({ event }) => event.event_id));
  const sessions = simulation.truth.sessions.filter(
    ({ session_id, event_count }) => event_count > 1 && counts.get(session_id) === 1 && !late.has(session_id),
  );
  const { session_id } = Random.of(seed, `fault/${fault}`).pick(sessions);
  return simulation.events.flatMap((event) => (event.event_id === session_id ? spoil(event, fault) : [event]));
}

function spoil(event: SimEvent, fault: Fault): SimEvent[] {
  switch (fault) {
    case 'drop':
      return [];
    case 'double':
      return [event, { ...event, event_id: `${event.event_id}-again` }];
    default:
      return [{ ...event, occurred_at: new Date(Date.parse(event.occurred_at) - SHIFT_MS).toISOString() }];
  }
}
