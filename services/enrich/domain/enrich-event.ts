import type { EnrichedEvent, Intent, IntentKind, InteractionEvent } from '../../../schemas/types';
import { statedLanguage } from './customer-text';
import { failureStepOf } from './failure-step';
import { customerOf, type IdentityRules } from './identity';
import { isSessionised, isStaffEvent, stageOf } from './session-membership';

const nobody = { customer_id: '', identity_type: '', identity_verified: false };

/**
 * The flat event that tables and sessions are made of, with what the source states. `event` must have passed `refusalOf`. The text is
 * left behind: what of it may go on, and what is read in it, `withReading` and `redact` add.
 */
export function enrichEvent(event: InteractionEvent, late: boolean, rules: IdentityRules): EnrichedEvent {
  const { source, actor, queue, outcome, durations, commerce, survey, quality, emotion, page } = event;
  const stage = stageOf(event.event_type, event.stage);
  const customer = isStaffEvent(event.event_type) ? nobody : (customerOf(event.identities, rules) ?? nobody);
  const intent = strongest(event.intents, 'INTENT');
  const desire = strongest(event.intents, 'DESIRE');
  return {
    event_id: event.event_id,
    event_type: event.event_type,
    occurred_at: event.occurred_at,
    received_at: event.received_at,
    observed_at: event.observed_at,
    ...customer,
    late,
    sessionised: customer.customer_id !== '' && isSessionised(event.event_type, stage),
    source_system: source.system,
    source_instance: source.instance,
    source_event_id: source.event_id,
    source_sequence: source.sequence,
    channel: event.channel,
    provider: event.provider,
    direction: event.direction,
    stage,
    interaction_id: event.interaction_id,
    contact_id: event.contact_id,
    previous_interaction_id: event.previous_interaction_id,
    thread_id: event.thread_id,
    case_id: event.case_id,
    order_id: event.order_id,
    campaign_id: event.campaign_id,
    actor_type: actor?.type ?? 'UNKNOWN',
    actor_id: actor?.id ?? null,
    actor_team: actor?.team ?? null,
    agent_id: actor?.type === 'AGENT' ? actor.id : null,
    queue: queue?.id ?? queue?.name ?? null,
    queue_name: queue?.name ?? null,
    queue_skill: queue?.skill ?? null,
    intent: intent?.label ?? null,
    intent_confidence: intent?.confidence ?? null,
    intent_model: intent?.model ?? null,
    topic: strongest(event.intents, 'TOPIC')?.label ?? null,
    reason: strongest(event.intents, 'REASON')?.label ?? null,
    desire: desire?.label ?? null,
    emotion_score: emotion?.score ?? null,
    emotion_label: emotion?.label ?? null,
    emotion_model: emotion?.model ?? null,
    emotion_raw: emotion?.raw ?? null,
    outcome: outcome?.status ?? 'UNKNOWN',
    outcome_code: outcome?.code ?? null,
    resolved_by: outcome?.resolved_by ?? null,
    disconnect_by: outcome?.disconnect_by ?? null,
    goal: outcome?.goal ?? null,
    wait_ms: durations?.wait_ms ?? null,
    ring_ms: durations?.ring_ms ?? null,
    ivr_ms: durations?.ivr_ms ?? null,
    talk_ms: durations?.talk_ms ?? null,
    hold_ms: durations?.hold_ms ?? null,
    acw_ms: durations?.acw_ms ?? null,
    focus_ms: durations?.focus_ms ?? null,
    response_ms: durations?.response_ms ?? null,
    total_ms: durations?.total_ms ?? null,
    commerce_type: commerce?.type ?? 'UNKNOWN',
    commerce_product_ids: commerce?.product_ids ?? [],
    commerce_value_minor: commerce?.value_minor ?? null,
    commerce_currency: commerce?.currency ?? null,
    commerce_offered: commerce?.offered ?? null,
    commerce_accepted: commerce?.accepted ?? null,
    survey_kind: survey?.kind ?? 'UNKNOWN',
    survey_score: survey?.score ?? null,
    survey_scale_min: survey?.scale_min ?? null,
    survey_scale_max: survey?.scale_max ?? null,
    quality_form: quality?.form ?? null,
    quality_score_pct: quality?.score_pct ?? null,
    quality_evaluator: quality?.evaluator ?? null,
    cost_minor: event.cost?.amount_minor ?? null,
    cost_currency: event.cost?.currency ?? null,
    page_url: page?.url ?? null,
    page_path: page?.path ?? null,
    page_title: page?.title ?? null,
    page_referrer: page?.referrer ?? null,
    language: event.text ? statedLanguage(event.attributes) : null,
    failure_step: failureStepOf(event),
    attributes: event.attributes,
    text: null,
    desire_confidence: desire?.confidence ?? null,
    desire_model: desire?.model ?? null,
  };
}

/** Label of one kind with the highest confidence (none counts as 0); ties: the first. */
function strongest(intents: Intent[], kind: IntentKind): Intent | undefined {
  let best: Intent | undefined;
  for (const intent of intents) {
    if (intent.kind === kind && (!best || (intent.confidence ?? 0) > (best.confidence ?? 0))) best = intent;
  }
  return best;
}
