import {
  addCosts,
  addresses,
  type Costs,
  costsOf,
  groupBy,
  inOrder,
  type Leg,
  type Rate,
  sideOf,
  stepOf,
} from './rows';

export interface Contact {
  customer_id: string;
  first_leg_id: string;
  identity: string;
  kind: string;
  is_contact: boolean;
  is_inbound: boolean;
  direction: string;
  started_at: number;
  ended_at: number;
  handled_at: number | null;
  first_channel: string;
  channels: string[];
  intent: string;
  leg_count: number;
  human_legs: number;
  agents: number;
  begins_in_self_service: boolean;
  engaged: boolean;
  first_human_channel: string;
  answered: boolean;
  abandoned: boolean;
  short_abandoned: boolean;
  transferred: boolean;
  outcome: string;
  resolved_by: string;
  autonomous: boolean;
  goal: string;
  contact_intent: boolean;
  failure_step: string;
  case_id: string;
  order_id: string;
  costs: Costs;
}

const bounce_ms = 5000;

function actsIn(leg: Leg): boolean {
  const length = leg.ended_at - leg.arrived_at;
  if (sideOf(leg) === 'HUMAN' || leg.customer_message_count > 0) return true;
  if (leg.goal || leg.intent || leg.failure_step || leg.outcome === 'SUCCESS') return true;
  if (leg.channel === 'VOICE' || leg.channel === 'VIDEO') return (leg.ivr_ms ?? length) > bounce_ms;
  if ((leg.channel === 'WEB' || leg.channel === 'APP') && leg.bot_message_count === 0 && length > 0) return true;
  return sideOf(leg) === '';
}

function kindOf(legs: Leg[], direction: string): string {
  if (direction === 'INTERNAL') return 'OTHER';
  if (legs.some((leg) => sideOf(leg) === 'HUMAN' && leg.channel !== 'TASK')) return 'ASSISTED';
  if (legs.some((leg) => leg.stage === 'SELF_SERVICE' && addresses(leg))) return 'SELF_SERVICE';
  if (legs.some(addresses)) return 'DIRECT';
  return legs.some(({ channel }) => channel === 'WEB' || channel === 'APP') ? 'VISIT' : 'OTHER';
}

function closedBy(legs: Leg[]): string {
  const last = legs.findLast(({ outcome, resolved_by }) => resolved_by || !['UNKNOWN', 'NEUTRAL'].includes(outcome));
  if (!last || last.resolved_by) return last?.resolved_by ?? '';
  if (last.outcome !== 'SUCCESS') return '';
  if (sideOf(last) === 'HUMAN') return 'human';
  if (last.stage === 'SELF_SERVICE') return 'bot';
  return sideOf(last) === '' ? '' : 'customer';
}

/** Every contact of the given legs, one for each customer, session and contact_id. */
export function contactsOf(all: readonly Leg[], rates: readonly Rate[]): Contact[] {
  const costs = costsOf(all, rates);
  return groupBy(all, (leg) => [leg.customer_id, leg.session_id, leg.contact_id]).map((group) => {
    const legs = inOrder(group);
    const facing = legs.filter(({ channel }) => channel !== 'TASK');
    const humans = facing.filter((leg) => sideOf(leg) === 'HUMAN');
    const direction = legs.find((leg) => leg.direction !== 'UNKNOWN')?.direction ?? 'UNKNOWN';
    const kind = kindOf(legs, direction);
    const engaged = legs.some(actsIn);
    const is_contact = engaged && ['ASSISTED', 'SELF_SERVICE', 'DIRECT'].includes(kind);
    const answered = legs.some(({ answered_at }) => answered_at !== null);
    const lost = legs.filter(({ left_by }) => left_by === 'ABANDONED');
    const resolved_by = closedBy(legs);
    const handled = legs.flatMap(({ handled_at }) => (handled_at === null ? [] : [handled_at]));
    const { customer_id } = legs[0];
    return {
      customer_id,
      first_leg_id: legs[0].leg_id,
      identity: !customer_id.startsWith('~')
        ? 'verified'
        : /^~(device|anonymous)/.test(customer_id)
          ? 'anonymous'
          : 'derived',
      kind,
      is_contact,
      is_inbound: is_contact && direction !== 'OUTBOUND' && direction !== 'INTERNAL',
      direction,
      started_at: legs[0].arrived_at,
      ended_at: Math.max(...legs.map((leg) => leg.ended_at)),
      handled_at: handled.length > 0 ? Math.max(...handled) : null,
      first_channel: legs[0].channel,
      channels: [...new Set(legs.map((leg) => leg.channel))],
      intent: legs.findLast((leg) => leg.intent)?.intent ?? '',
      leg_count: legs.length,
      human_legs: humans.length,
      agents: new Set(legs.flatMap(({ agent_id }) => (agent_id ? [agent_id] : []))).size,
      begins_in_self_service: facing.map(sideOf).find((side) => side !== '') === 'SELF_SERVICE',
      engaged,
      first_human_channel: humans[0]?.channel ?? '',
      answered,
      abandoned: !answered && lost.length > 0,
      short_abandoned: !answered && lost.length > 0 && lost.every((leg) => leg.short_abandoned),
      transferred: legs.some((leg) => leg.transferred),
      outcome: legs.findLast((leg) => !['UNKNOWN', 'NEUTRAL'].includes(leg.outcome))?.outcome ?? 'UNKNOWN',
      resolved_by,
      autonomous:
        ['bot', 'automation', 'customer'].includes(resolved_by) && !legs.some((leg) => sideOf(leg) === 'HUMAN'),
      goal: legs.find((leg) => leg.goal)?.goal ?? '',
      contact_intent: is_contact || legs.some((leg) => leg.contact_intent),
      failure_step: legs.map(stepOf).find((step) => step !== '') ?? '',
      case_id: legs.find((leg) => leg.case_id)?.case_id ?? '',
      order_id: legs.find((leg) => leg.order_id)?.order_id ?? '',
      costs: addCosts(legs.map((leg) => costs.get(leg) as Costs)),
    };
  });
}
