import type { SessionEvent } from '../../../schemas/types';

export const minute = 60_000;
export const hour = 60 * minute;

/** An event of the state with nothing but what a test gives. */
export const sessionEvent = (given: Partial<SessionEvent>): SessionEvent => ({
  event_id: 'e',
  event_type: 'web.page_viewed',
  occurred_at: 0,
  source_system: 'test',
  source_instance: null,
  source_sequence: null,
  channel: 'WEB',
  direction: 'INBOUND',
  stage: 'UNKNOWN',
  interaction_id: null,
  contact_id: null,
  previous_interaction_id: null,
  actor_type: 'UNKNOWN',
  agent_id: null,
  queue: null,
  intent: null,
  intent_confidence: null,
  emotion_score: null,
  outcome: 'UNKNOWN',
  outcome_code: null,
  resolved_by: null,
  disconnect_by: null,
  goal: null,
  wait_ms: null,
  ring_ms: null,
  ivr_ms: null,
  talk_ms: null,
  hold_ms: null,
  acw_ms: null,
  focus_ms: null,
  commerce_type: 'UNKNOWN',
  cost_minor: null,
  cost_currency: null,
  failure_step: null,
  order_id: null,
  ...given,
});
