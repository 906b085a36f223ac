/** The public JSON form of an event (design.md section 5), as a sender writes it. Times are ISO 8601 in UTC. */
export interface SimEvent {
  event_id: string;
  event_type: string;
  occurred_at: string;
  channel: Channel;
  source: { system: string; instance?: string; event_id?: string; sequence?: number };
  provider?: string;
  direction?: 'INBOUND' | 'OUTBOUND' | 'INTERNAL';
  stage?: Stage;
  interaction_id?: string;
  contact_id?: string;
  previous_interaction_id?: string;
  thread_id?: string;
  case_id?: string;
  order_id?: string;
  campaign_id?: string;
  identities?: Identity[];
  actor?: { type: ActorType; id?: string; team?: string };
  queue?: { id?: string; name?: string; skill?: string };
  text?: string;
  intents?: Intent[];
  emotion?: { score: number; label?: string; raw?: number; raw_min?: number; raw_max?: number; model?: string };
  outcome?: { status?: Status; code?: string; resolved_by?: string; disconnect_by?: string; goal?: string };
  durations?: Partial<Record<DurationName, number>>;
  commerce?: Commerce;
  survey?: { kind: 'CSAT' | 'NPS' | 'CES' | 'FCR'; score?: number; scale_min?: number; scale_max?: number };
  quality?: { form: string; score_pct: number; evaluator: string };
  cost?: { amount_minor: number; currency: string };
  page?: { url: string; path: string; title?: string; referrer?: string };
  attributes?: Record<string, string>;
}

export type Channel =
  | 'VOICE'
  | 'VIDEO'
  | 'EMAIL'
  | 'WEB'
  | 'APP'
  | 'CHAT'
  | 'SMS'
  | 'MESSAGING'
  | 'SOCIAL_PUBLIC'
  | 'SOCIAL_PRIVATE'
  | 'IN_PERSON'
  | 'POSTAL'
  | 'REVIEW'
  | 'TASK'
  | 'UNKNOWN';

export type Stage =
  | 'SELF_SERVICE'
  | 'ROUTING'
  | 'QUEUE'
  | 'OFFER'
  | 'AGENT'
  | 'HOLD'
  | 'WRAP_UP'
  | 'BACK_OFFICE'
  | 'SURVEY'
  | 'MARKETING'
  | 'PURCHASE'
  | 'UNKNOWN';

export type Status = 'SUCCESS' | 'PARTIAL' | 'FAILURE' | 'ABANDONED' | 'ESCALATED' | 'DEFERRED' | 'NEUTRAL' | 'UNKNOWN';

export type ActorType = 'CUSTOMER' | 'AGENT' | 'BOT' | 'SYSTEM' | 'SUPERVISOR' | 'THIRD_PARTY';

export interface Identity {
  type: string;
  value: string;
  verified?: boolean;
}

export interface Intent {
  label: string;
  confidence?: number;
  kind?: 'INTENT' | 'TOPIC' | 'REASON' | 'DESIRE' | 'UNKNOWN';
  model?: string;
}

export interface Commerce {
  type: 'VIEW' | 'CART' | 'ORDER' | 'REFUND' | 'CANCEL' | 'OFFER' | 'SIGNAL';
  product_ids?: string[];
  value_minor?: number;
  currency?: string;
  offered?: boolean;
  accepted?: boolean;
}

export type DurationName =
  | 'wait_ms'
  | 'ring_ms'
  | 'ivr_ms'
  | 'talk_ms'
  | 'hold_ms'
  | 'acw_ms'
  | 'focus_ms'
  | 'response_ms'
  | 'total_ms';

/** What a script adds to the fields that every event of its interaction shares. */
export type Details = Partial<Omit<SimEvent, 'event_id' | 'event_type' | 'occurred_at' | 'source'>>;

/** An event with its time as a number (ms since the epoch) and the person it belongs to ('' for staff events). */
export interface Seen {
  event: SimEvent;
  at: number;
  customer_id: string;
}

/** A line of the file, in order of arrival. */
export interface Line extends Seen {
  late: boolean;
  /** The same event sent again. */
  repeat: boolean;
}

/** Types that concern a worker, not a customer. */
export function isStaffEvent(type: string): boolean {
  return type === 'agent.status_changed' || type === 'quality.evaluated';
}
