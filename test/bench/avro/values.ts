import type { EnrichedEvent, LegRow, SessionChangeSet, SessionEvent, SessionRow } from '../../../schemas/types';

const noon = 1_795_608_000_000;
const id = (kind: string, index: number): string => `${kind}-${String(7_919 * (index + 1)).padStart(10, '0')}-c41f`;

/** One customer: a session row taken back, one added, six legs, the six events they came from. */
export function changeSet(seed: number): SessionChangeSet {
  const six = Array.from({ length: 6 }, (_, index) => seed * 100 + index);
  return {
    customer_id: `crm:${seed + 100_000}`,
    change_seq: 4_000_000 + seed,
    sessions: [sessionRow(seed, -1), sessionRow(seed, 1)],
    legs: six.map(legRow),
    state: six.map(sessionEvent),
    progress: null,
  };
}

function sessionRow(seed: number, sign: number): SessionRow {
  return {
    session_id: id('event', seed),
    started_at: noon + seed,
    ended_at: noon + seed + 1_800_000,
    event_count: 6,
    contact_count: 2,
    leg_count: 3,
    channels: ['WEB', 'VOICE'],
    path: ['WEB.SELF_SERVICE:FAILURE', 'VOICE:SUCCESS'],
    path_counts: [2, 1],
    outcome: 'SUCCESS',
    intent: 'billing.dispute',
    failures_before_success: 2,
    first_failed_channel: 'WEB.SELF_SERVICE',
    rescued_by_channel: 'VOICE',
    time_to_success_ms: 1_790_000,
    cost_minor: null,
    currency: '',
    emotion_start: -0.4,
    emotion_end: 0.3,
    oversized: false,
    rule_version: 1,
    version: 4_000_000 + seed,
    sign,
  };
}

function legRow(seed: number): LegRow {
  return {
    leg_id: id('event', seed),
    interaction_id: id('call', seed),
    contact_id: id('contact', seed),
    session_id: id('event', Math.trunc(seed / 100)),
    channel: 'VOICE',
    stage: 'AGENT',
    queue: 'billing-de',
    agent_id: `agent-${seed % 50}`,
    direction: 'INBOUND',
    intent: 'billing.dispute',
    arrived_at: noon + seed,
    queued_at: noon + seed + 20_000,
    answered_at: noon + seed + 65_000,
    ended_at: noon + seed + 400_000,
    wait_ms: 45_000,
    ring_ms: 4_000,
    ivr_ms: 20_000,
    talk_ms: 335_000,
    hold_ms: null,
    acw_ms: 30_000,
    focus_ms: null,
    offer_count: 1,
    handled_at: noon + seed + 430_000,
    left_by: 'ANSWERED',
    flow_out_kind: '',
    disconnect_by: 'customer',
    transfer_kind: '',
    failure_step: '',
    outcome: 'SUCCESS',
    short_abandoned: false,
    transferred: false,
    resolved_by: 'human',
    goal: '',
    case_id: '',
    order_id: '',
    hold_count: 0,
    unanswered_offer_count: 0,
    customer_message_count: 0,
    agent_message_count: 0,
    bot_message_count: 0,
    first_reply_at: null,
    abandoned_in: '',
    contact_intent: false,
    cost_minor: null,
    cost_currency: '',
    emotion_start: null,
    emotion_end: null,
    version: 4_000_000 + seed,
    sign: seed % 2 ? 1 : -1,
  };
}

function sessionEvent(seed: number): SessionEvent {
  return {
    event_id: id('event', seed),
    event_type: 'queue.entered',
    occurred_at: noon + seed,
    source_system: 'genesys',
    source_instance: null,
    source_sequence: seed,
    channel: 'VOICE',
    direction: 'INBOUND',
    stage: 'QUEUE',
    interaction_id: id('call', seed),
    contact_id: id('contact', seed),
    previous_interaction_id: null,
    actor_type: 'SYSTEM',
    agent_id: `agent-${seed % 50}`,
    queue: 'billing-de',
    intent: 'billing.dispute',
    intent_confidence: 0.83,
    emotion_score: null,
    outcome: 'UNKNOWN',
    outcome_code: null,
    resolved_by: null,
    disconnect_by: null,
    goal: null,
    wait_ms: 45_000,
    ring_ms: null,
    ivr_ms: 20_000,
    talk_ms: null,
    hold_ms: null,
    acw_ms: null,
    focus_ms: null,
    commerce_type: 'UNKNOWN',
    cost_minor: null,
    cost_currency: null,
    failure_step: null,
    order_id: null,
    case_id: null,
  };
}

/** As enrich writes it; what is not named here takes its default. */
export function enrichedEvent(seed: number): Partial<EnrichedEvent> {
  return {
    ...sessionEvent(seed),
    received_at: noon + seed + 300,
    observed_at: noon + seed + 50,
    customer_id: `crm:${seed + 100_000}`,
    identity_type: 'crm',
    identity_verified: true,
    sessionised: true,
    source_event_id: id('genesys', seed),
    provider: 'telco',
    actor_id: `agent-${seed % 50}`,
    queue_name: 'Billing',
    queue_skill: 'german',
    intent_model: 'nlu-7',
    language: 'de',
    attributes: { ani: '+4930123456', region: 'berlin' },
  };
}
