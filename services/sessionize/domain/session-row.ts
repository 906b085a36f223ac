import type { SessionEvent, SessionRow } from '../../../schemas/types';
import { compareEvents } from './event-order';
import type { Leg } from './leg';
import { confidence } from './leg-stated';
import type { SessionRules } from './rules';

/** What a session knows without its legs. */
export interface SessionCounts {
  event_count: number;
  contact_count: number;
}

/** Describes a session by its legs, described and in order: version 0 and sign +1 until it is emitted. */
export function describeSession(legs: readonly Leg[], counts: SessionCounts, rules: SessionRules): SessionRow {
  const first = legs[0].first;
  const path: string[] = [];
  const path_counts: number[] = [];
  const channels: string[] = [];
  let [failed, failures_before_success, first_failed_channel, rescued_by_channel] = [0, 0, '', ''];
  let [outcome, firstSuccess] = ['UNKNOWN', undefined as Leg | undefined];
  let last = first;
  let lastPlain: Leg | undefined;
  let intent: SessionEvent | undefined;
  let emotionFirst: SessionEvent | undefined;
  let emotionLast: SessionEvent | undefined;
  let firstCost: SessionEvent | undefined;
  for (let index = 0; index < legs.length; index++) {
    const leg = legs[index];
    if (leg.isPlain) lastPlain = leg;
    else {
      const { facts } = leg;
      last = later(last, facts.last) as SessionEvent;
      intent = moreConfident(intent, facts.intent);
      emotionFirst = earlier(emotionFirst, facts.emotionFirst);
      emotionLast = later(emotionLast, facts.emotionLast);
      firstCost = earlier(firstCost, facts.firstCost);
    }
    if (leg.outcome !== 'UNKNOWN' && leg.outcome !== 'NEUTRAL') outcome = leg.outcome;
    if (leg.outcome === 'SUCCESS') {
      if (!firstSuccess) [firstSuccess, failures_before_success] = [leg, failed];
      if (failed > 0 && rescued_by_channel === '') rescued_by_channel = leg.label;
    }
    if (leg.failed) {
      failed += 1;
      if (failed === 1) first_failed_channel = leg.label;
    }
    if (index >= rules.oversized_legs) continue;
    // Equal elements are of one channel.
    if (path[path.length - 1] === leg.element) path_counts[path_counts.length - 1] += 1;
    else {
      path.push(leg.element);
      path_counts.push(1);
      const { channel } = leg.facts;
      if (!channels.includes(channel)) channels.push(channel);
    }
  }
  // Legs are in order of their first events.
  if (lastPlain) last = later(last, lastPlain.first) as SessionEvent;
  const length_ms = last.occurred_at - first.occurred_at;
  return {
    session_id: first.event_id,
    started_at: first.occurred_at,
    ended_at: last.occurred_at,
    event_count: counts.event_count,
    contact_count: counts.contact_count,
    leg_count: legs.length,
    channels,
    path,
    path_counts,
    outcome,
    intent: intent?.intent ?? '',
    failures_before_success: firstSuccess ? failures_before_success : failed,
    first_failed_channel,
    rescued_by_channel,
    time_to_success_ms: firstSuccess ? endOf(firstSuccess) - first.occurred_at : null,
    cost_minor: firstCost ? costIn(firstCost.cost_currency as string, legs) : null,
    currency: firstCost?.cost_currency ?? '',
    emotion_start: emotionFirst?.emotion_score ?? null,
    emotion_end: emotionLast?.emotion_score ?? null,
    oversized: legs.length > rules.oversized_legs || length_ms > rules.oversized_ms,
    rule_version: rules.version,
    version: 0,
    sign: 1,
  };
}

const endOf = ({ facts }: Leg): number => (facts.last as SessionEvent).occurred_at;

type MaybeEvent = SessionEvent | undefined;

const earlier = (a: MaybeEvent, b: MaybeEvent): MaybeEvent => (!a || (b && compareEvents(b, a) < 0) ? b : a);
const later = (a: MaybeEvent, b: MaybeEvent): MaybeEvent => (!a || (b && compareEvents(b, a) > 0) ? b : a);

/** The higher confidence; of equals the first in total order. */
function moreConfident(a: MaybeEvent, b: MaybeEvent): MaybeEvent {
  if (!a || !b) return a ?? b;
  const difference = confidence(b) - confidence(a);
  return difference > 0 || (difference === 0 && compareEvents(b, a) < 0) ? b : a;
}

/** Costs in the currency of the session's first event that has one; other currencies cannot be added to it. */
function costIn(currency: string, legs: readonly Leg[]): number {
  let sum = 0;
  for (const leg of legs) {
    if (leg.isPlain) continue;
    for (const [of, amount] of leg.facts.costs ?? []) if (of === currency) sum += amount;
  }
  return sum;
}
