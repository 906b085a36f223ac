import type { InteractionEvent } from '../../../schemas/types';
import type { SentEvent } from './event-schema';

/** System of an event whose sender names none: its legs and contacts share one scope with all such senders. */
export const unnamedSystem = 'unknown';

/** Every field given, absent ones as null or the schema's default: avsc encodes plain objects without looking back. */
export function interactionEvent(sent: SentEvent, eventId: string, receivedAt: number): InteractionEvent {
  const { source, actor, queue, emotion, outcome, durations, commerce, survey, quality, cost, page } = sent;
  return {
    event_id: eventId,
    event_type: sent.event_type,
    occurred_at: sent.occurred_at,
    received_at: receivedAt,
    observed_at: sent.observed_at ?? null,
    source: {
      system: source?.system ?? unnamedSystem,
      instance: source?.instance ?? null,
      event_id: source?.event_id ?? null,
      sequence: source?.sequence ?? null,
    },
    channel: sent.channel,
    provider: sent.provider ?? null,
    direction: sent.direction ?? 'UNKNOWN',
    stage: sent.stage ?? 'UNKNOWN',
    interaction_id: sent.interaction_id ?? null,
    contact_id: sent.contact_id ?? null,
    previous_interaction_id: sent.previous_interaction_id ?? null,
    thread_id: sent.thread_id ?? null,
    case_id: sent.case_id ?? null,
    order_id: sent.order_id ?? null,
    campaign_id: sent.campaign_id ?? null,
    identities: (sent.identities ?? []).map(({ type, value, verified }) => ({
      type,
      value,
      verified: verified ?? false,
    })),
    actor: actor ? { type: actor.type ?? 'UNKNOWN', id: actor.id ?? null, team: actor.team ?? null } : null,
    queue: queue ? { id: queue.id ?? null, name: queue.name ?? null, skill: queue.skill ?? null } : null,
    text: sent.text ?? null,
    intents: (sent.intents ?? []).map(({ label, confidence, kind, model }) => ({
      label,
      confidence: confidence ?? null,
      kind: kind ?? 'UNKNOWN',
      model: model ?? null,
    })),
    emotion: emotion
      ? {
          score: emotion.score ?? null,
          label: emotion.label ?? null,
          raw: emotion.raw ?? null,
          raw_min: emotion.raw_min ?? null,
          raw_max: emotion.raw_max ?? null,
          model: emotion.model ?? null,
        }
      : null,
    outcome: outcome
      ? {
          status: outcome.status ?? 'UNKNOWN',
          code: outcome.code ?? null,
          resolved_by: outcome.resolved_by ?? null,
          disconnect_by: outcome.disconnect_by ?? null,
          goal: outcome.goal ?? null,
        }
      : null,
    durations: durations
      ? {
          wait_ms: durations.wait_ms ?? null,
          ring_ms: durations.ring_ms ?? null,
          ivr_ms: durations.ivr_ms ?? null,
          talk_ms: durations.talk_ms ?? null,
          hold_ms: durations.hold_ms ?? null,
          acw_ms: durations.acw_ms ?? null,
          focus_ms: durations.focus_ms ?? null,
          response_ms: durations.response_ms ?? null,
          total_ms: durations.total_ms ?? null,
        }
      : null,
    commerce: commerce
      ? {
          type: commerce.type ?? 'UNKNOWN',
          product_ids: commerce.product_ids ?? [],
          value_minor: commerce.value_minor ?? null,
          currency: commerce.currency ?? null,
          offered: commerce.offered ?? null,
          accepted: commerce.accepted ?? null,
        }
      : null,
    survey: survey
      ? {
          kind: survey.kind ?? 'UNKNOWN',
          score: survey.score ?? null,
          scale_min: survey.scale_min ?? null,
          scale_max: survey.scale_max ?? null,
        }
      : null,
    quality: quality
      ? { form: quality.form ?? null, score_pct: quality.score_pct ?? null, evaluator: quality.evaluator ?? null }
      : null,
    cost: cost ?? null,
    page: page
      ? { url: page.url ?? null, path: page.path ?? null, title: page.title ?? null, referrer: page.referrer ?? null }
      : null,
    attributes: sent.attributes ?? {},
  };
}
