import type { Status } from '../core/event';
import type { Leg } from './legs';

/** The outcome of a leg: the first rule that applies. `later` are the legs after it in its session. */
export function legOutcome(leg: Leg, later: Leg[]): Status {
  const stated = leg.events
    .map(({ event }) => event.outcome?.status)
    .filter((status) => status && status !== 'UNKNOWN');
  const last = stated[stated.length - 1];
  if (last) return last;
  if (has(leg, 'queue.abandoned') || leftWithoutAgent(leg)) return 'ABANDONED';
  if (leg.side === 'self' && later.some(({ side, contact }) => side === 'human' && contact === leg.contact)) {
    return 'ESCALATED';
  }
  if (reachedGoal(leg)) return 'SUCCESS';
  if (failureStands(leg)) return 'FAILURE';
  if (leg.side === 'human' && leg.handled_index >= 0) return 'SUCCESS';
  return 'UNKNOWN';
}

function has(leg: Leg, ...types: string[]): boolean {
  return leg.events.some(({ event }) => types.includes(event.event_type));
}

function leftWithoutAgent(leg: Leg): boolean {
  const queued = leg.queued_at !== undefined;
  return queued && leg.answered_at === undefined && has(leg, 'queue.left', 'interaction.ended');
}

export function reachedGoal(leg: Leg): boolean {
  if (has(leg, 'order.placed', 'case.resolved')) return true;
  return leg.events.some(({ event }) => Boolean(event.outcome?.goal) || event.commerce?.type === 'ORDER');
}

/**
 * Goals and orders have been looked at before; what can still make good for a failure step is an agent who brought the
 * leg to its end after the last of them: the first agent did not pick up, the second one helped.
 */
function failureStands(leg: Leg): boolean {
  const last = leg.failures[leg.failures.length - 1];
  if (!last) return false;
  return leg.side !== 'human' || leg.handled_index <= last.index;
}
