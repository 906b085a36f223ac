import type { LegRow, OutcomeStatus } from '../../../schemas/types';
import { contactKey, interactionKey } from './contacts';
import { legDurations } from './leg-durations';
import type { LegFold } from './leg-fold';
import { abandonedIn, failureSteps, handledEvent, legOutcome, queueLeftBy } from './leg-outcome';
import { statedCost } from './leg-stated';
import { elementOf, labelOf } from './path-names';
import type { SessionRules } from './rules';

/** A leg described: its row (version 0 and sign +1 until it is emitted) and what the session's path needs of it. */
export interface DescribedLeg {
  row: LegRow;
  /** CHANNEL or CHANNEL.SELF_SERVICE. */
  label: string;
  /** Element of the path: label:outcome. */
  element: string;
  outcome: OutcomeStatus;
  failed: boolean;
}

/** What a session wants to know of its legs at every revision: kept, so that the fold of a short leg need not be. */
export type LegFacts = Pick<
  LegFold,
  | 'channel'
  | 'last'
  | 'side'
  | 'previous'
  | 'queued'
  | 'transferred'
  | 'intent'
  | 'emotionFirst'
  | 'emotionLast'
  | 'firstCost'
  | 'costs'
> & {
  /** '' for a leg that no id joins to another. */
  contactKey: string;
  interactionKey: string;
  contactId: string;
  wasDropped: boolean;
};

/**
 * What a leg cannot say alone: its session ('' beyond the first 200 legs), its contact, whether people took over, and
 * whether the contact was transferred out of the same queue before.
 */
export interface LegPlace {
  session_id: string;
  contact_id: string;
  escalates: boolean;
  loops: boolean;
}

/** What the session must know of a leg before its place is known. */
export function factsOf(leg: LegFold): LegFacts {
  const first = leg.first as NonNullable<LegFold['first']>;
  return {
    channel: leg.channel,
    last: leg.last,
    side: leg.side,
    previous: leg.previous,
    queued: leg.queued,
    transferred: leg.transferred,
    intent: leg.intent,
    emotionFirst: leg.emotionFirst,
    emotionLast: leg.emotionLast,
    firstCost: leg.firstCost,
    costs: leg.costs,
    // The contact its source names: by its first event that names one.
    contactKey: leg.contact || first.interaction_id ? contactKey(leg.contact ?? first) : '',
    interactionKey: first.interaction_id ? interactionKey(first) : '',
    contactId: leg.contact?.contact_id || first.interaction_id || first.event_id,
    // The line broke: the source says so by its disconnect reason or its outcome code.
    wasDropped: wasDropped(leg.disconnect_by, leg.outcome_code),
  };
}

export const wasDropped = (disconnectBy: string | null, outcomeCode: string | null): boolean =>
  disconnectBy?.toUpperCase() === 'TELECOM_PROBLEM' || outcomeCode?.toLowerCase() === 'dropped';

export function describeLeg(leg: LegFold, place: LegPlace, rules: SessionRules): DescribedLeg {
  const [first, last] = [leg.first as NonNullable<LegFold['first']>, leg.last as NonNullable<LegFold['last']>];
  const steps = failureSteps(leg, place.loops);
  const handled = handledEvent(leg);
  const outcome = legOutcome(leg, steps.last, place.escalates);
  const durations = legDurations(leg, handled);
  const leftBy = queueLeftBy(leg);
  const row: LegRow = {
    leg_id: first.event_id,
    interaction_id: first.interaction_id ?? '',
    contact_id: place.contact_id,
    session_id: place.session_id,
    channel: leg.channel,
    // SELF_SERVICE, or how far people came with it.
    stage: leg.side === 'SELF' ? 'SELF_SERVICE' : leg.stage,
    queue: leg.queue,
    agent_id: leg.joinedAgent ?? leg.agent_id,
    direction: leg.direction,
    intent: leg.intent?.intent ?? '',
    arrived_at: first.occurred_at,
    queued_at: leg.queued?.occurred_at ?? null,
    answered_at: (leg.joined ?? leg.answer)?.occurred_at ?? null,
    ended_at: last.occurred_at,
    wait_ms: durations.wait_ms,
    ring_ms: durations.ring_ms,
    ivr_ms: durations.ivr_ms,
    talk_ms: durations.talk_ms,
    hold_ms: durations.hold_ms,
    acw_ms: durations.acw_ms,
    focus_ms: durations.focus_ms,
    offer_count: leg.offerCount,
    handled_at: handled?.occurred_at ?? null,
    left_by: leftBy,
    flow_out_kind: leftBy === 'FLOW_OUT' ? flowOutKind(leg) : '',
    disconnect_by: leg.disconnect_by,
    transfer_kind: leg.transferred?.outcome_code ?? '',
    failure_step: steps.first?.step ?? '',
    outcome,
    short_abandoned:
      leftBy === 'ABANDONED' && durations.wait_ms !== null && durations.wait_ms <= rules.short_abandon_ms,
    transferred: leg.transferred !== undefined,
    resolved_by: leg.resolved_by,
    goal: leg.goal,
    case_id: leg.case_id,
    order_id: leg.order_id,
    hold_count: leg.holdCount,
    unanswered_offer_count: leg.unansweredOffers,
    customer_message_count: leg.customerMessages,
    agent_message_count: leg.agentMessages,
    bot_message_count: leg.botMessages,
    first_reply_at: leg.firstReply?.occurred_at ?? null,
    abandoned_in: abandonedIn(leg, outcome, place.escalates),
    contact_intent: leg.contactIntent,
    cost_minor: statedCost(leg),
    cost_currency: leg.firstCost?.cost_currency ?? '',
    emotion_start: leg.emotionFirst?.emotion_score ?? null,
    emotion_end: leg.emotionLast?.emotion_score ?? null,
    version: 0,
    sign: 1,
  };
  const label = labelOf(leg.channel, leg.side === 'SELF');
  return {
    row,
    label,
    element: elementOf(label, outcome),
    outcome,
    failed: isFailed(outcome, steps.first !== undefined),
  };
}

/** An IVR that only routes has not failed: an escalation counts when something in it failed. */
const isFailed = (outcome: OutcomeStatus, hasStep: boolean): boolean =>
  outcome === 'FAILURE' || outcome === 'ABANDONED' || (outcome === 'ESCALATED' && hasStep);

const flowOutKind = (leg: LegFold): string => leg.queueLeft?.outcome_code ?? (leg.callbackScheduled ? 'callback' : '');
