/** What a recomputation reads of a leg; times in epoch ms. */
export interface RecomputedLeg {
  customer_id: string;
  session_id: string;
  contact_id: string;
  leg_id: string;
  channel: string;
  stage: string;
  queue: string;
  agent_id: string;
  direction: string;
  arrived_at: number;
  queued_at: number | null;
  answered_at: number | null;
  ended_at: number;
  handled_at: number | null;
  first_reply_at: number | null;
  wait_ms: number | null;
  ring_ms: number | null;
  talk_ms: number | null;
  hold_ms: number | null;
  acw_ms: number | null;
  focus_ms: number | null;
  hold_count: number;
  offer_count: number;
  unanswered_offer_count: number;
  left_by: string;
  flow_out_kind: string;
  abandoned_in: string;
  disconnect_by: string;
  transfer_kind: string;
  transferred: boolean;
}

export interface Question {
  /** [from, to) in epoch ms. */
  from: number;
  to: number;
  by: string[];
  zone: string;
  bookedBy: 'ARRIVAL' | 'EVENT';
}

export type Figures = Record<string, number | string | null>;

export const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : numerator / denominator;

export const sumOf = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + value(item), 0);

/** Items by the text of their key, in order of appearance. */
export function groupBy<Item>(items: readonly Item[], key: (item: Item) => unknown): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = JSON.stringify(key(item));
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return [...groups.values()];
}
