import type { Seen } from '../../simulator/core/event';
import { intentOf, surest } from '../../simulator/truth/path';
import { isSessionised, MOST_LEGS } from '../../simulator/truth/rules';
import { type Session, sessionise } from '../../simulator/truth/sessionise';
import type { RecomputedLeg } from './leg';
import type { Leg } from './rows';
import type { ServiceEvent } from './service-events';

/** A leg with all that any recomputation reads. */
export type SimulatedLeg = RecomputedLeg & Leg & { interaction_id: string };

/** A session with its time to success (ms; null without one). */
export type SimulatedSession = Session & { time_to_success_ms: number | null };

/**
 * Legs and sessions of distinct events as the simulator's own truth reads the definitions, for the recomputations: from
 * events to figures nothing is shared with the services, and nothing is SQL.
 */
export function simulatedRows(events: readonly Seen[]): { legs: SimulatedLeg[]; sessions: SimulatedSession[] } {
  const told = sessionise(events);
  const places = new Map<string, number>();
  const successes = new Map<string, number>();
  const legs = told.legs.map((leg): SimulatedLeg => {
    const key = JSON.stringify([leg.customer_id, leg.session_id]);
    const place = places.get(key) ?? 0;
    places.set(key, place + 1);
    if (leg.outcome === 'SUCCESS' && !successes.has(key)) successes.set(key, leg.ended_at);
    const { columns, work, side, failures, events: _, ...row } = leg;
    return {
      ...row,
      ...columns!,
      ...work!,
      // Only the first legs of a session carry its id.
      session_id: place < MOST_LEGS ? leg.session_id : '',
      stage: side === 'self' ? 'SELF_SERVICE' : side === 'human' ? 'AGENT' : 'UNKNOWN',
      queued_at: leg.queued_at ?? null,
      answered_at: leg.answered_at ?? null,
      wait_ms: leg.wait_ms ?? null,
      failure_step: failures[0]?.name ?? '',
    };
  });
  const sessions = told.sessions.map((session): SimulatedSession => {
    const succeededAt = successes.get(JSON.stringify([session.customer_id, session.session_id]));
    return { ...session, time_to_success_ms: succeededAt === undefined ? null : succeededAt - session.started_at };
  });
  return { legs, sessions };
}

/** An event as the recomputations of responses, cases, surveys, agents and volume read it. */
export interface SimulatedEvent extends ServiceEvent {
  previous_interaction_id: string;
  intent: string;
  queue: string;
  order_id: string;
  commerce_value_minor: number | null;
  commerce_currency: string;
  commerce_accepted: boolean;
  language: string;
  emotion_label: string;
  judged: Record<'intent' | 'desire', Judged>;
}

/** What is said of a text, by whom and how surely; label '' where nothing is. */
export interface Judged {
  label: string;
  model: string;
  confidence: number | null;
}

function judged(seen: Seen, kind: string): Judged {
  const { label = '', model = '', confidence = null } = surest([seen], kind) ?? {};
  return { label, model, confidence };
}

export function simulatedEvent(seen: Seen): SimulatedEvent {
  const { event, at, customer_id } = seen;
  const { source, actor, survey, emotion } = event;
  return {
    event_id: event.event_id,
    event_type: event.event_type,
    occurred_at: at,
    customer_id,
    sessionised: isSessionised(event),
    source_system: source.system,
    source_instance: source.instance ?? '',
    source_sequence: source.sequence ?? null,
    channel: event.channel,
    direction: event.direction ?? 'UNKNOWN',
    interaction_id: event.interaction_id ?? '',
    contact_id: event.contact_id ?? '',
    previous_interaction_id: event.previous_interaction_id ?? '',
    case_id: event.case_id ?? '',
    order_id: event.order_id ?? '',
    intent: intentOf([seen]),
    commerce_value_minor: event.commerce?.value_minor ?? null,
    commerce_currency: event.commerce?.currency ?? '',
    commerce_accepted: event.commerce?.accepted ?? false,
    queue: event.queue?.id ?? event.queue?.name ?? '',
    actor_type: actor?.type ?? 'UNKNOWN',
    actor_id: actor?.id ?? '',
    actor_team: actor?.team ?? '',
    outcome_code: event.outcome?.code ?? '',
    survey_kind: survey?.kind ?? 'UNKNOWN',
    survey_score: survey?.score ?? null,
    survey_scale_min: survey?.scale_min ?? null,
    survey_scale_max: survey?.scale_max ?? null,
    emotion_score: emotion?.score ?? null,
    emotion_model: emotion?.model ?? '',
    language: event.text ? (event.attributes?.language ?? '') : '',
    emotion_label: emotion?.label ?? '',
    judged: { intent: judged(seen, 'INTENT'), desire: judged(seen, 'DESIRE') },
    attributes: event.attributes ?? {},
  };
}
