import fc from 'fast-check';
import type { SessionEvent } from '../../../schemas/types';
import { minute, sessionEvent } from './events';

const span = 30 * 24 * 60;

/** Steps of minutes that make gaps, joins and borders meet: 30 min, 4 h, 24 h and 72 h, and one off each. */
const when = fc.oneof(
  fc.integer({ min: 0, max: 12 * 60 }),
  fc.integer({ min: 0, max: span }),
  fc.constantFrom(0, 29, 30, 31, 239, 240, 241, 24 * 60, 24 * 60 + 1, 72 * 60, 72 * 60 + 1),
);

const event = fc.record({
  at: when,
  // As most page views are, without ids and judgements: they are kept in a form of their own (domain/plain-event.ts).
  isPlain: fc.boolean(),
  channel: fc.constantFrom('WEB', 'VOICE', 'CHAT', 'SMS', 'EMAIL', 'UNKNOWN') as fc.Arbitrary<SessionEvent['channel']>,
  type: fc.constantFrom(
    'web.page_viewed',
    'ivr.invalid_input',
    'queue.entered',
    'queue.abandoned',
    'queue.left',
    'offer.made',
    'offer.timeout',
    'hold.started',
    'hold.ended',
    'message.sent',
    'bot.handoff_requested',
    'ivr.menu_entered',
    'agent.joined',
    'agent.left',
    'interaction.connected',
    'interaction.ended',
    'wrapup.completed',
    'transfer.completed',
    'order.placed',
  ),
  stage: fc.constantFrom('UNKNOWN', 'SELF_SERVICE', 'QUEUE', 'AGENT', 'WRAP_UP') as fc.Arbitrary<SessionEvent['stage']>,
  interaction: fc.constantFrom(null, 'i1', 'i2', 'i3', 'c1'),
  contact: fc.constantFrom(null, null, 'c1', 'c2'),
  system: fc.constantFrom('test', 'test', 'other'),
  agent: fc.constantFrom(null, 'a1', 'a2'),
  actor: fc.constantFrom('UNKNOWN', 'CUSTOMER', 'AGENT', 'BOT') as fc.Arbitrary<SessionEvent['actor_type']>,
  direction: fc.constantFrom('UNKNOWN', 'INBOUND', 'OUTBOUND', 'INTERNAL') as fc.Arbitrary<SessionEvent['direction']>,
  queue: fc.constantFrom(null, 'q1', 'q1', 'q2'),
  previous: fc.constantFrom(null, null, null, 'i1', 'i2'),
  disconnect: fc.constantFrom(null, null, 'CUSTOMER', 'AGENT', 'TELECOM_PROBLEM'),
  resolved: fc.constantFrom(null, null, 'bot', 'human'),
  goal: fc.constantFrom(null, null, null, 'paid', 'moved'),
  caseId: fc.constantFrom(null, null, 'k1', 'k2'),
  order: fc.constantFrom(null, null, 'o1', 'o2'),
  cost: fc.constantFrom(null, null, 3, 5),
  currency: fc.constantFrom('EUR', 'EUR', 'USD'),
  sequence: fc.constantFrom(null, 1, 2),
  outcome: fc.constantFrom('UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'SUCCESS', 'FAILURE', 'NEUTRAL') as fc.Arbitrary<
    SessionEvent['outcome']
  >,
  step: fc.constantFrom(null, null, 'web.form_error'),
  score: fc.constantFrom(null, -0.5, 0.25),
  intent: fc.constantFrom(null, 'billing', 'delivery'),
  confidence: fc.constantFrom(null, 0.5, 0.9),
});

type One = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** Ids, measures and judgements. */
const saying = (one: One): Partial<SessionEvent> => ({
  interaction_id: one.interaction,
  contact_id: one.contact,
  agent_id: one.agent,
  queue: one.queue,
  previous_interaction_id: one.previous,
  disconnect_by: one.disconnect,
  resolved_by: one.resolved,
  goal: one.goal,
  case_id: one.caseId,
  order_id: one.order,
  cost_minor: one.cost,
  cost_currency: one.cost === null ? null : one.currency,
  failure_step: one.step,
  emotion_score: one.score,
  intent: one.intent,
  intent_confidence: one.confidence,
});

/** A customer's events, each with an id of its own, in no order. */
export const arbitraryEvents: fc.Arbitrary<SessionEvent[]> = fc
  .array(event, { minLength: 1, maxLength: 24 })
  .map((given) =>
    given.map((one, index) =>
      sessionEvent({
        event_id: `e${String(index).padStart(2, '0')}`,
        event_type: one.type,
        occurred_at: one.at * minute,
        source_system: one.system,
        source_sequence: one.sequence,
        channel: one.channel,
        stage: one.stage,
        actor_type: one.actor,
        direction: one.direction,
        outcome: one.outcome,
        ...(one.isPlain ? {} : saying(one)),
      }),
    ),
  );
