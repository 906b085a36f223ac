import type { Leg } from './legs';

/** Sums over the legs of a channel: every column that a figure of the organisation may be made of. */
export interface LegFigures {
  /** Contacts with a leg on the channel. */
  contacts: number;
  hold_count: number;
  unanswered_offer_count: number;
  customer_message_count: number;
  agent_message_count: number;
  bot_message_count: number;
  /** From arrival to the first reply. */
  first_reply_ms: number;
  gave_up_in_ivr: number;
  gave_up_in_queue: number;
  gave_up_ringing: number;
  gave_up_on_hold: number;
  contact_intents: number;
  cost_minor: number;
  goals: number;
  resolved: number;
  cases: number;
  orders: number;
  transfer_loops: number;
  /** Sums of scores, in hundredths. */
  emotion_start: number;
  emotion_end: number;
}

/** Figures by channel. */
export function legFigures(legs: readonly Leg[]): Record<string, LegFigures> {
  const channels = [...new Set(legs.map(({ channel }) => channel))].sort();
  return Object.fromEntries(channels.map((name) => [name, figuresOf(legs.filter(({ channel }) => channel === name))]));
}

function figuresOf(legs: readonly Leg[]): LegFigures {
  const sum = (of: (leg: Leg, columns: NonNullable<Leg['columns']>) => number | null | undefined | boolean): number =>
    legs.reduce((total, leg) => total + Number((leg.columns && of(leg, leg.columns)) ?? 0), 0);
  const gaveUp = (where: string): number => sum((_, { abandoned_in }) => abandoned_in === where);
  const hundredths = (score: number | null): number => Math.round((score ?? 0) * 100);
  return {
    contacts: new Set(legs.map(({ customer_id, contact_id }) => `${customer_id}\n${contact_id}`)).size,
    hold_count: sum((_, { hold_count }) => hold_count),
    unanswered_offer_count: sum((_, { unanswered_offer_count }) => unanswered_offer_count),
    customer_message_count: sum((_, { customer_message_count }) => customer_message_count),
    agent_message_count: sum((_, { agent_message_count }) => agent_message_count),
    bot_message_count: sum((_, { bot_message_count }) => bot_message_count),
    first_reply_ms: sum(({ arrived_at }, { first_reply_at }) => first_reply_at && first_reply_at - arrived_at),
    gave_up_in_ivr: gaveUp('IVR'),
    gave_up_in_queue: gaveUp('QUEUE'),
    gave_up_ringing: gaveUp('RING'),
    gave_up_on_hold: gaveUp('HOLD'),
    contact_intents: sum((_, { contact_intent }) => contact_intent),
    cost_minor: sum((_, { cost_minor }) => cost_minor),
    goals: sum((_, { goal }) => goal !== ''),
    resolved: sum((_, { resolved_by }) => resolved_by !== ''),
    cases: sum((_, { case_id }) => case_id !== ''),
    orders: sum((_, { order_id }) => order_id !== ''),
    transfer_loops: sum(({ failures }) => failures[0]?.name === 'transfer.loop'),
    emotion_start: sum((_, { emotion_start }) => hundredths(emotion_start)),
    emotion_end: sum((_, { emotion_end }) => hundredths(emotion_end)),
  };
}
