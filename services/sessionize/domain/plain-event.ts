import type { SessionEvent } from '../../../schemas/types';

type Kept =
  | 'event_id'
  | 'event_type'
  | 'occurred_at'
  | 'source_system'
  | 'source_instance'
  | 'source_sequence'
  | 'channel'
  | 'direction'
  | 'stage'
  | 'actor_type'
  | 'outcome';

/** What a plain event says nothing of. A field that is added to events must be placed here, else this does not compile. */
const silent: { readonly [Field in Exclude<keyof SessionEvent, Kept>]: SessionEvent[Field] } = {
  interaction_id: null,
  contact_id: null,
  previous_interaction_id: null,
  agent_id: null,
  queue: null,
  intent: null,
  intent_confidence: null,
  emotion_score: null,
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
  case_id: null,
};

/**
 * An event without ids, measures and judgements, as most page views are. What it says nothing of stands once, in its
 * prototype: a third of the memory, of which a sessionizer holds millions of events.
 */
class PlainEvent {
  readonly event_id: string;
  readonly event_type: string;
  readonly occurred_at: number;
  readonly source_system: string;
  readonly source_instance: string | null;
  readonly source_sequence: number | null;
  readonly channel: SessionEvent['channel'];
  readonly direction: SessionEvent['direction'];
  readonly stage: SessionEvent['stage'];
  readonly actor_type: SessionEvent['actor_type'];
  readonly outcome: SessionEvent['outcome'];

  constructor(event: SessionEvent) {
    this.event_id = event.event_id;
    this.event_type = event.event_type;
    this.occurred_at = event.occurred_at;
    this.source_system = event.source_system;
    this.source_instance = event.source_instance;
    this.source_sequence = event.source_sequence;
    this.channel = event.channel;
    this.direction = event.direction;
    this.stage = event.stage;
    this.actor_type = event.actor_type;
    this.outcome = event.outcome;
  }

  /** JSON looks at own fields only. */
  toJSON(): SessionEvent {
    return { ...silent, ...this };
  }
}
Object.assign(PlainEvent.prototype, silent);

/** Whether it says nothing beyond what, when and where. */
const isSilent = (event: SessionEvent): boolean =>
  (event.interaction_id ??
    event.contact_id ??
    event.previous_interaction_id ??
    event.agent_id ??
    event.queue ??
    event.intent ??
    event.intent_confidence ??
    event.emotion_score ??
    event.outcome_code ??
    event.resolved_by ??
    event.disconnect_by ??
    event.goal ??
    event.wait_ms ??
    event.ring_ms ??
    event.ivr_ms ??
    event.talk_ms ??
    event.hold_ms ??
    event.acw_ms ??
    event.focus_ms ??
    event.cost_minor ??
    event.cost_currency ??
    event.failure_step ??
    event.order_id ??
    event.case_id ??
    null) === null && event.commerce_type === 'UNKNOWN';

/** The event in its smallest form: what reads it sees no difference. */
export const keptEvent = (event: SessionEvent): SessionEvent =>
  isSilent(event) ? (new PlainEvent(event) as unknown as SessionEvent) : event;

export const isPlain = (event: SessionEvent): boolean => event instanceof PlainEvent;
