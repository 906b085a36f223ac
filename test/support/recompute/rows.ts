/** Legs, sessions, rates and orders as plain rows, times in epoch ms: what contacts and journeys are recomputed from. */
export interface Leg {
  customer_id: string;
  leg_id: string;
  session_id: string;
  contact_id: string;
  channel: string;
  stage: string;
  direction: string;
  intent: string;
  queue: string;
  agent_id: string;
  outcome: string;
  failure_step: string;
  resolved_by: string;
  goal: string;
  case_id: string;
  order_id: string;
  left_by: string;
  short_abandoned: boolean;
  transferred: boolean;
  contact_intent: boolean;
  arrived_at: number;
  ended_at: number;
  answered_at: number | null;
  handled_at: number | null;
  ivr_ms: number | null;
  talk_ms: number | null;
  hold_ms: number | null;
  acw_ms: number | null;
  focus_ms: number | null;
  customer_message_count: number;
  agent_message_count: number;
  bot_message_count: number;
  cost_minor: number | null;
  cost_currency: string;
}

export interface Session {
  customer_id: string;
  session_id: string;
  started_at: number;
  ended_at: number;
  intent: string;
}

export interface Rate {
  channel: string;
  stage: string;
  per_minute_minor: number;
  per_contact_minor: number;
  per_message_minor: number;
  currency: string;
  valid_from: number;
}

export interface Order {
  event_id: string;
  order_id: string;
  occurred_at: number;
}

export type Row = Record<string, unknown>;
/** Minor units by currency: never added across. */
export type Costs = Record<string, number>;

export const hour_ms = 3_600_000;
export const day_ms = 24 * hour_ms;

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** NULL where there is nothing to divide by. */
export const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : numerator / denominator;

export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => unknown[]): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

export const inOrder = (legs: readonly Leg[]): Leg[] =>
  [...legs].sort((a, b) => a.arrived_at - b.arrived_at || (a.leg_id < b.leg_id ? -1 : 1));

export function addCosts(all: readonly Costs[]): Costs {
  const sum: Costs = {};
  for (const costs of all)
    for (const [currency, amount] of Object.entries(costs)) sum[currency] = (sum[currency] ?? 0) + amount;
  return sum;
}

const people = ['ROUTING', 'QUEUE', 'OFFER', 'AGENT', 'HOLD', 'WRAP_UP', 'BACK_OFFICE'];

export function sideOf({ stage, channel }: Leg): 'HUMAN' | 'SELF_SERVICE' | '' {
  if (people.includes(stage)) return 'HUMAN';
  return stage === 'SELF_SERVICE' || channel === 'WEB' || channel === 'APP' ? 'SELF_SERVICE' : '';
}

export const failed = ({ outcome, failure_step }: Leg): boolean =>
  outcome === 'FAILURE' || outcome === 'ABANDONED' || (outcome === 'ESCALATED' && failure_step !== '');

export const stepOf = ({ outcome, failure_step }: Leg): string =>
  failure_step || (outcome === 'FAILURE' || outcome === 'ABANDONED' ? outcome.toLowerCase() : '');

export const labelOf = ({ channel, stage }: Leg): string =>
  stage === 'SELF_SERVICE' ? `${channel}.SELF_SERVICE` : channel;

export const addresses = ({ channel, customer_message_count }: Leg): boolean =>
  customer_message_count > 0 || !['WEB', 'APP', 'TASK', 'UNKNOWN'].includes(channel);

function minutesOf(leg: Leg): number {
  const side = sideOf(leg);
  let ms = 0;
  if (side === 'SELF_SERVICE') ms = leg.ivr_ms ?? leg.ended_at - leg.arrived_at;
  if (side === 'HUMAN') {
    const talked = [leg.talk_ms, leg.hold_ms, leg.acw_ms].filter((part) => part !== null);
    if (leg.focus_ms !== null) ms = leg.focus_ms + (leg.acw_ms ?? 0);
    else if (talked.length > 0) ms = talked.reduce((sum, part) => sum + part, 0);
    else if (leg.answered_at !== null) ms = leg.ended_at - leg.answered_at;
  }
  return ms;
}

/** Cost of each leg by currency; the price per contact falls on its first leg of a channel and side. */
export function costsOf(legs: readonly Leg[], rates: readonly Rate[]): Map<Leg, Costs> {
  const paid = new Set<string>();
  return new Map(
    inOrder(legs).map((leg): [Leg, Costs] => {
      const stated = leg.cost_minor !== null && leg.cost_currency ? { [leg.cost_currency]: leg.cost_minor } : {};
      const side = sideOf(leg);
      const contact = JSON.stringify([leg.customer_id, leg.session_id, leg.contact_id, leg.channel, side]);
      const isFirst = !paid.has(contact);
      paid.add(contact);
      const [rate] = rates
        .filter(
          ({ channel, stage, valid_from }) => channel === leg.channel && stage === side && valid_from <= leg.arrived_at,
        )
        .sort((a, b) => b.valid_from - a.valid_from);
      if (!rate) return [leg, stated];
      const messages = leg.customer_message_count + leg.agent_message_count + leg.bot_message_count;
      const priced =
        (rate.per_minute_minor * minutesOf(leg)) / 60000 +
        rate.per_message_minor * messages +
        (isFirst ? rate.per_contact_minor : 0);
      return [leg, addCosts([stated, { [rate.currency]: Math.floor(priced + 0.5) }])];
    }),
  );
}
