import type { LegRow, OutcomeStatus, SessionEvent, Stage } from '../../../schemas/types';
import { contactKey } from './contacts';
import { legDurations } from './leg-durations';
import { type FailureStep, failureSteps } from './leg-failure';
import { handledEvent, legOutcome } from './leg-outcome';
import type { Leg } from './legs';
import type { SessionRules } from './rules';

/** A leg described: its row (version and sign still to be given) and what the session's path needs of it. */
export interface DescribedLeg {
  row: LegRow;
  /** CHANNEL or CHANNEL.SELF_SERVICE. */
  label: string;
  outcome: OutcomeStatus;
  failed: boolean;
}

/** Describes the legs of one session, given in order. `sessionId` goes to the first `oversized_legs` only. */
export function describeLegs(legs: Leg[], sessionId: string, rules: SessionRules): DescribedLeg[] {
  const escalating = escalatingLegs(legs);
  return legs.map((leg, index) =>
    describe(leg, index < rules.oversized_legs ? sessionId : '', escalating.has(leg), rules),
  );
}

function describe(leg: Leg, sessionId: string, escalates: boolean, rules: SessionRules): DescribedLeg {
  const { events } = leg;
  const steps = failureSteps(leg);
  const handled = handledEvent(leg);
  const outcome = legOutcome(leg, steps, handled, escalates);
  const durations = legDurations(leg, handled);
  const leftBy = queueLeftBy(leg);
  const row: LegRow = {
    leg_id: events[0].event_id,
    interaction_id: events[0].interaction_id ?? '',
    contact_id: contactIdOf(leg),
    session_id: sessionId,
    channel: leg.channel,
    stage: legStage(leg),
    queue: last(leg, 'queue'),
    agent_id: leg.joinedAgent ?? last(leg, 'agent_id'),
    direction: leg.direction,
    intent: strongestIntent(events),
    arrived_at: events[0].occurred_at,
    queued_at: leg.queued?.occurred_at ?? null,
    answered_at: (leg.joined ?? leg.answer)?.occurred_at ?? null,
    ended_at: events[events.length - 1].occurred_at,
    ...durations,
    offer_count: events.filter(({ event_type }) => event_type === 'offer.made').length,
    handled_at: handled?.occurred_at ?? null,
    left_by: leftBy,
    flow_out_kind: leftBy === 'FLOW_OUT' ? flowOutKind(leg) : '',
    disconnect_by: last(leg, 'disconnect_by'),
    transfer_kind: transferKind(leg),
    failure_step: steps[0]?.step ?? '',
    outcome,
    short_abandoned:
      leftBy === 'ABANDONED' && durations.wait_ms !== null && durations.wait_ms <= rules.short_abandon_ms,
    transferred: events.some(({ event_type }) => event_type === 'transfer.completed'),
    version: 0,
    sign: 1,
  };
  const label = leg.side === 'SELF' ? `${leg.channel}.SELF_SERVICE` : leg.channel;
  return { row, label, outcome, failed: isFailed(outcome, steps) };
}

/** An IVR that only routes has not failed: an escalation counts when something in it failed. */
const isFailed = (outcome: OutcomeStatus, steps: FailureStep[]): boolean =>
  outcome === 'FAILURE' || outcome === 'ABANDONED' || (outcome === 'ESCALATED' && steps.length > 0);

/** Self-service legs that people take over: a later leg of the same contact with people on it. */
function escalatingLegs(legs: Leg[]): Set<Leg> {
  const result = new Set<Leg>();
  const humanLater = new Set<string>();
  for (let index = legs.length - 1; index >= 0; index--) {
    const leg = legs[index];
    const key = legContactKey(leg);
    if (leg.side === 'HUMAN') humanLater.add(key);
    else if (leg.side === 'SELF' && humanLater.has(key)) result.add(leg);
  }
  return result;
}

function contactIdOf({ events }: Leg): string {
  return events.find(({ contact_id }) => contact_id)?.contact_id || events[0].interaction_id || events[0].event_id;
}

const legContactKey = ({ events }: Leg): string => contactKey(events.find(({ contact_id }) => contact_id) ?? events[0]);

/** How it left the queue it entered: empty while waiting, and where it never queued. */
function queueLeftBy(leg: Leg): string {
  if (!leg.queued) return '';
  if (leg.answer) return 'ANSWERED';
  const types = new Set(leg.events.map(({ event_type }) => event_type));
  if (types.has('queue.abandoned')) return 'ABANDONED';
  return types.has('queue.left') || types.has('interaction.ended') ? 'FLOW_OUT' : '';
}

const flowOutKind = (leg: Leg): string =>
  leg.events.find(({ event_type }) => event_type === 'queue.left')?.outcome_code ??
  (leg.events.some(({ event_type }) => event_type === 'callback.scheduled') ? 'callback' : '');

const transferKind = (leg: Leg): string =>
  leg.events.findLast(({ event_type }) => event_type === 'transfer.completed')?.outcome_code ?? '';

function last(leg: Leg, field: 'queue' | 'agent_id' | 'disconnect_by'): string {
  return leg.events.findLast((event) => event[field])?.[field] ?? '';
}

/** Label with the highest confidence (none counts as 0); ties: the first in total order; '' if none. */
export function strongestIntent(events: SessionEvent[]): string {
  let best: SessionEvent | undefined;
  for (const event of events) {
    if (event.intent && (!best || (event.intent_confidence ?? 0) > (best.intent_confidence ?? 0))) best = event;
  }
  return best?.intent ?? '';
}

const stageRank: Stage[] = ['ROUTING', 'QUEUE', 'OFFER', 'BACK_OFFICE', 'WRAP_UP', 'HOLD', 'AGENT'];

/** SELF_SERVICE, or how far people came with it; what has no side keeps its first stage. */
function legStage(leg: Leg): Stage {
  if (leg.side === 'SELF') return 'SELF_SERVICE';
  let best: Stage = leg.events[0].stage;
  for (const { stage } of leg.events) if (stageRank.indexOf(stage) > stageRank.indexOf(best)) best = stage;
  return best;
}
