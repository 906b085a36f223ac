import type { SessionEvent } from '../../../schemas/types';

/**
 * What events state outright: of several values of one field the last that is there wins. A class, and not spread: an
 * object literal of as many fields with a spread in it becomes a dictionary, many times slower.
 */
export class Stated {
  wait_ms: number | null = null;
  talk_ms: number | null = null;
  hold_ms: number | null = null;
  acw_ms: number | null = null;
  ivr_ms: number | null = null;
  ring_ms: number | null = null;
  focus_ms: number | null = null;
  queue = '';
  agent_id = '';
  disconnect_by = '';
  outcome_code = '';
  resolved_by = '';
  /** Of these the first that is there wins. */
  goal = '';
  case_id = '';
  order_id = '';
  /** The event with the highest confidence of its intent; the first of equals. */
  intent: SessionEvent | undefined = undefined;
  emotionFirst: SessionEvent | undefined = undefined;
  emotionLast: SessionEvent | undefined = undefined;
  /** The first event with a cost, and the sums by currency. */
  firstCost: SessionEvent | undefined = undefined;
  costs: [currency: string, amount: number][] | undefined = undefined;
}

export function takeStated(stated: Stated, event: SessionEvent): void {
  stated.wait_ms = event.wait_ms ?? stated.wait_ms;
  stated.talk_ms = event.talk_ms ?? stated.talk_ms;
  stated.hold_ms = event.hold_ms ?? stated.hold_ms;
  stated.acw_ms = event.acw_ms ?? stated.acw_ms;
  stated.ivr_ms = event.ivr_ms ?? stated.ivr_ms;
  stated.ring_ms = event.ring_ms ?? stated.ring_ms;
  stated.focus_ms = event.focus_ms ?? stated.focus_ms;
  stated.queue = event.queue || stated.queue;
  stated.agent_id = event.agent_id || stated.agent_id;
  stated.disconnect_by = event.disconnect_by || stated.disconnect_by;
  stated.outcome_code = event.outcome_code || stated.outcome_code;
  stated.resolved_by = event.resolved_by || stated.resolved_by;
  if (event.goal) stated.goal ||= event.goal;
  if (event.case_id) stated.case_id ||= event.case_id;
  if (event.order_id) stated.order_id ||= event.order_id;
  if (event.intent && (!stated.intent || confidence(event) > confidence(stated.intent))) stated.intent = event;
  if (event.emotion_score !== null) {
    stated.emotionFirst ??= event;
    stated.emotionLast = event;
  }
  if (event.cost_minor === null || !event.cost_currency) return;
  stated.firstCost ??= event;
  stated.costs ??= [];
  const at = stated.costs.findIndex(([currency]) => currency === event.cost_currency);
  // Replaced, never changed: copies of the fold share the pairs.
  if (at < 0) stated.costs.push([event.cost_currency, event.cost_minor]);
  else stated.costs[at] = [event.cost_currency, stated.costs[at][1] + event.cost_minor];
}

/** Sum of the costs in the currency of the first event that has one: other currencies cannot be added to it. */
export const statedCost = ({ firstCost, costs }: Stated): number | null =>
  firstCost ? (costs?.find(([currency]) => currency === firstCost.cost_currency)?.[1] ?? null) : null;

/** A missing confidence counts as 0. */
export const confidence = (event: SessionEvent): number => event.intent_confidence ?? 0;
