import type { LegRow, SessionEvent } from '../../../schemas/types';
import type { LegFold, Span } from './leg-fold';

type DurationField = 'wait_ms' | 'talk_ms' | 'hold_ms' | 'acw_ms' | 'ivr_ms' | 'ring_ms' | 'focus_ms';
export type LegDurations = Pick<LegRow, DurationField>;

/**
 * Durations of a leg (ms). What the source states wins, its last value; else differences of times, never below 0; null
 * where neither says anything.
 */
export function legDurations(leg: LegFold, handled: SessionEvent | undefined): LegDurations {
  const answered = leg.joined ?? leg.answer;
  // When the conversation ended: the agent or the connection left, after the answer.
  const left = leg.joined ? leg.endAfterJoined : leg.endAfterAnswer;
  const hold = leg.hold_ms ?? lengthOf(leg.hold, left?.occurred_at);
  return {
    wait_ms: leg.wait_ms ?? waitOf(leg, answered),
    talk_ms: leg.talk_ms ?? (answered && left ? Math.max(0, between(answered, left) - (hold ?? 0)) : null),
    hold_ms: hold,
    acw_ms: leg.acw_ms ?? (left && handled && handled === leg.wrapUp ? between(left, handled) : null),
    ivr_ms: leg.ivr_ms ?? (leg.ivrFrom && leg.ivrTo ? between(leg.ivrFrom, leg.ivrTo) : null),
    ring_ms: leg.ring_ms ?? lengthOf(leg.ring),
    focus_ms: leg.focus_ms,
  };
}

const between = (from: SessionEvent, to: SessionEvent): number => Math.max(0, to.occurred_at - from.occurred_at);

function waitOf(leg: LegFold, answered: SessionEvent | undefined): number | null {
  if (!leg.queued) return null;
  const end = answered ?? leg.queueAbandoned ?? leg.queueLeft;
  return end ? between(leg.queued, end) : null;
}

/** One still open counts up to `openUntil`. */
function lengthOf(span: Span | undefined, openUntil?: number): number | null {
  if (!span) return null;
  const { total, openedAt } = span;
  if (openedAt === undefined || openUntil === undefined) return total;
  return (total ?? 0) + Math.max(0, openUntil - openedAt);
}
