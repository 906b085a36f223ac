import type { StationId } from './stations';

export type IntentLabel =
  | 'billing_question'
  | 'payment_failed'
  | 'delivery_status'
  | 'order_change'
  | 'return_refund'
  | 'technical_problem'
  | 'password_reset'
  | 'plan_upgrade'
  | 'new_purchase'
  | 'cancel_contract'
  | 'complaint'
  | 'address_change';

/** How one kind of demand behaves. */
export interface IntentProfile {
  /** Share among all demand. */
  weight: number;
  /** Chance that web, app or IVR settles it without a person. */
  selfService: number;
  /** Chance that the bot settles it. */
  bot: number;
  /** Who takes it on the phone. */
  voiceStation: StationId;
  /** Chance that it shows a wish to buy. */
  sale: number;
  /** Chance that the back office has to finish it. */
  backOffice: number;
  /** Median talk time in ms. */
  talk_ms: number;
  path: string;
}

const MINUTE = 60_000;

export const intents: Readonly<Record<IntentLabel, IntentProfile>> = {
  // weight, self-service, bot, line, sale, back office, talk minutes, page
  billing_question: profile(15, 0.45, 0.4, 'voice-billing', 0.03, 0.08, 4.5, '/account/bills'),
  payment_failed: profile(9, 0.35, 0.3, 'voice-billing', 0.02, 0.06, 4, '/checkout/payment'),
  delivery_status: profile(18, 0.65, 0.6, 'voice-support', 0.01, 0.04, 3, '/orders/track'),
  order_change: profile(7, 0.5, 0.35, 'voice-support', 0.04, 0.05, 4, '/orders/change'),
  return_refund: profile(9, 0.45, 0.4, 'voice-support', 0.02, 0.22, 4.5, '/orders/return'),
  technical_problem: profile(14, 0.3, 0.25, 'voice-support', 0.03, 0.1, 7.5, '/help/connection'),
  password_reset: profile(7, 0.7, 0.65, 'voice-support', 0, 0, 2.5, '/login/reset'),
  plan_upgrade: profile(6, 0.35, 0.2, 'voice-sales', 0.8, 0.02, 6, '/plans'),
  new_purchase: profile(7, 0.45, 0.15, 'voice-sales', 0.9, 0.02, 6.5, '/shop'),
  cancel_contract: profile(4, 0.15, 0.1, 'voice-sales', 0.35, 0.15, 6, '/account/contract'),
  complaint: profile(5, 0.05, 0.05, 'voice-support', 0.02, 0.3, 7, '/help/complaints'),
  address_change: profile(4, 0.75, 0.5, 'voice-billing', 0.02, 0.05, 3, '/account/address'),
};

export const intentWeights: Readonly<Record<IntentLabel, number>> = Object.fromEntries(
  Object.entries(intents).map(([label, { weight }]) => [label, weight]),
) as Record<IntentLabel, number>;

function profile(
  weight: number,
  selfService: number,
  bot: number,
  voiceStation: StationId,
  sale: number,
  backOffice: number,
  talk_minutes: number,
  path: string,
): IntentProfile {
  return { weight, selfService, bot, voiceStation, sale, backOffice, talk_ms: talk_minutes * MINUTE, path };
}
