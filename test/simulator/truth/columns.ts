import type { ActorType, Seen, SimEvent } from '../core/event';
import { isAnswer, isType, type Leg } from './legs';
import { reachedGoal } from './outcome';

/** What else there is to say of a leg, by the names of the columns that it is compared with. */
export interface LegColumns {
  resolved_by: string;
  goal: string;
  case_id: string;
  order_id: string;
  hold_count: number;
  unanswered_offer_count: number;
  customer_message_count: number;
  agent_message_count: number;
  bot_message_count: number;
  first_reply_at: number | null;
  abandoned_in: string;
  contact_intent: boolean;
  cost_minor: number | null;
  cost_currency: string;
  emotion_start: number | null;
  emotion_end: number | null;
}

const WISHES = [
  'web.contact_intent',
  'web.search_performed',
  'web.search_no_result',
  'web.help_viewed',
  'bot.session_started',
  'bot.handoff_requested',
  'ivr.opt_out',
];

/** `later` are the legs after it in its session. */
export function legColumns(leg: Leg, later: Leg[]): LegColumns {
  const { events } = leg;
  const count = (...types: string[]): number => events.filter(isType(...types)).length;
  const texts = (of: (event: SimEvent) => string | undefined): string[] =>
    events.flatMap(({ event }) => of(event) || []);
  const messages = (by: ActorType): Seen[] =>
    events
      .filter(isType('message.sent'))
      .filter(({ event }) => event.direction !== 'INTERNAL' && event.actor?.type === by);
  const costs = events.flatMap(({ event }) => event.cost ?? []);
  const scores = events.flatMap(({ event }) => event.emotion?.score ?? []);
  return {
    resolved_by: texts(({ outcome }) => outcome?.resolved_by).pop() ?? '',
    goal: texts(({ outcome }) => outcome?.goal)[0] ?? '',
    case_id: texts(({ case_id }) => case_id)[0] ?? '',
    order_id: texts(({ order_id }) => order_id)[0] ?? '',
    hold_count: count('hold.started'),
    unanswered_offer_count: count('offer.rejected', 'offer.timeout'),
    customer_message_count: messages('CUSTOMER').length,
    agent_message_count: messages('AGENT').length,
    bot_message_count: messages('BOT').length,
    first_reply_at: messages('AGENT')[0]?.at ?? null,
    abandoned_in: abandonedIn(leg, later),
    contact_intent: count(...WISHES) > 0,
    cost_minor: costs[0]
      ? costs
          .filter(({ currency }) => currency === costs[0]!.currency)
          .reduce((sum, { amount_minor }) => sum + amount_minor, 0)
      : null,
    cost_currency: costs[0]?.currency ?? '',
    emotion_start: scores[0] ?? null,
    emotion_end: scores[scores.length - 1] ?? null,
  };
}

/** Where the customer gave up: in the queue, while an offer rang, on hold, in the voice menu. */
function abandonedIn(leg: Leg, later: Leg[]): string {
  const { events } = leg;
  const answered = events.some(isAnswer);
  const left = events.findIndex(isType('queue.abandoned'));
  if (left >= 0 && !answered) return isOpenBefore(events, left, ...RINGING) ? 'RING' : 'QUEUE';
  const end = events.findIndex(isType('interaction.ended'));
  const enders = events.flatMap(({ event }) => event.outcome?.disconnect_by || []);
  const by = enders[enders.length - 1] ?? 'customer';
  if (end < 0 || !by.toLowerCase().startsWith('customer')) return '';
  if (isOpenBefore(events, end, 'hold.started', 'hold.ended')) return leg.transferred ? '' : 'HOLD';
  if (answered) return '';
  if (isOpenBefore(events, end, ...RINGING)) return 'RING';
  const inMenu = events.some(({ event }) => event.event_type.startsWith('ivr.')) && leg.queued_at === undefined;
  const people = later.some(({ side, contact }) => side === 'human' && contact === leg.contact);
  const stated = ['SUCCESS', 'PARTIAL', 'ESCALATED', 'DEFERRED', 'NEUTRAL'].includes(leg.outcome);
  return inMenu && !reachedGoal(leg) && !stated && !(leg.side === 'self' && people) ? 'IVR' : '';
}

const RINGING = ['offer.made', 'offer.accepted', 'offer.rejected', 'offer.timeout'] as const;

/** Whether the last of these events before a position is the one that opens. */
function isOpenBefore(events: Seen[], position: number, opening: string, ...closing: string[]): boolean {
  const last = events.slice(0, position).findLast(isType(opening, ...closing));
  return last?.event.event_type === opening;
}
