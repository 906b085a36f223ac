import type { LegRow, SessionEvent } from '../../../schemas/types';
import type { Leg } from './legs';

type DurationField = 'wait_ms' | 'talk_ms' | 'hold_ms' | 'acw_ms' | 'ivr_ms' | 'ring_ms' | 'focus_ms';
export type LegDurations = Pick<LegRow, DurationField>;

/**
 * Durations of a leg (ms). What the source states wins, its last value; else differences of times, never below 0; null
 * where neither says anything.
 */
export function legDurations(leg: Leg, handled: SessionEvent | undefined): LegDurations {
  const answered = leg.joined ?? leg.answer;
  const left = leftEvent(leg, answered);
  const hold = stated(leg, 'hold_ms') ?? pairs(leg, 'hold.started', ['hold.ended'], left?.occurred_at);
  return {
    wait_ms: stated(leg, 'wait_ms') ?? waitOf(leg, answered),
    talk_ms: stated(leg, 'talk_ms') ?? (answered && left ? Math.max(0, between(answered, left) - (hold ?? 0)) : null),
    hold_ms: hold,
    acw_ms:
      stated(leg, 'acw_ms') ?? (left && handled?.event_type === 'wrapup.completed' ? between(left, handled) : null),
    ivr_ms: stated(leg, 'ivr_ms') ?? ivrOf(leg),
    ring_ms: stated(leg, 'ring_ms') ?? pairs(leg, 'offer.made', ['offer.accepted', 'offer.rejected', 'offer.timeout']),
    focus_ms: stated(leg, 'focus_ms'),
  };
}

function stated(leg: Leg, field: DurationField): number | null {
  for (let index = leg.events.length - 1; index >= 0; index--) {
    const value = leg.events[index][field];
    if (value !== null) return value;
  }
  return null;
}

const between = (from: SessionEvent, to: SessionEvent): number => Math.max(0, to.occurred_at - from.occurred_at);

const first = (leg: Leg, type: string): SessionEvent | undefined =>
  leg.events.find(({ event_type }) => event_type === type);

function waitOf(leg: Leg, answered: SessionEvent | undefined): number | null {
  if (!leg.queued) return null;
  const end = answered ?? first(leg, 'queue.abandoned') ?? first(leg, 'queue.left');
  return end ? between(leg.queued, end) : null;
}

/** When the conversation ended: the agent or the connection left, after the answer. */
function leftEvent(leg: Leg, answered: SessionEvent | undefined): SessionEvent | undefined {
  if (!answered) return undefined;
  const from = leg.events.indexOf(answered);
  return leg.events.find(
    ({ event_type }, index) => index > from && (event_type === 'agent.left' || event_type === 'interaction.ended'),
  );
}

function ivrOf(leg: Leg): number | null {
  const from = leg.events.find(({ event_type }) => event_type.startsWith('ivr.'));
  const to = first(leg, 'ivr.ended');
  return from && to ? between(from, to) : null;
}

/** Sum of the times between a start and the next of the ends; one still open counts up to `openUntil`. */
function pairs(leg: Leg, start: string, ends: string[], openUntil?: number): number | null {
  let total: number | null = null;
  let openedAt: number | undefined;
  for (const { event_type, occurred_at } of leg.events) {
    if (event_type === start) openedAt ??= occurred_at;
    else if (openedAt !== undefined && ends.includes(event_type)) {
      total = (total ?? 0) + occurred_at - openedAt;
      openedAt = undefined;
    }
  }
  if (openedAt !== undefined && openUntil !== undefined) total = (total ?? 0) + Math.max(0, openUntil - openedAt);
  return total;
}
