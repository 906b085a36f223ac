import type { DurationName, Seen } from '../core/event';
import { isAnswer, isType, type Leg } from './legs';
import { intentOf } from './path';

/** The work of people and machines in a leg, by the names of the columns that it is compared with. ms; null if unknown. */
export interface LegWork {
  agent_id: string;
  direction: string;
  intent: string;
  talk_ms: number | null;
  hold_ms: number | null;
  acw_ms: number | null;
  ring_ms: number | null;
  ivr_ms: number | null;
  focus_ms: number | null;
  offer_count: number;
  handled_at: number | null;
  flow_out_kind: string;
  disconnect_by: string;
  transfer_kind: string;
}

/** What is stated wins, the last of several; else what the times of the events tell. */
export function legWork(leg: Leg): LegWork {
  const { events, handled_index } = leg;
  const stated = (name: DurationName): number | undefined => last(events.map(({ event }) => event.durations?.[name]));
  const start = events.findIndex(isType('agent.joined'));
  const answer = start >= 0 ? start : events.findIndex(isAnswer);
  const end = answer < 0 ? undefined : events.slice(answer + 1).find(isType('agent.left', 'interaction.ended'));
  const hold_ms = stated('hold_ms') ?? spent(events, 'hold.started', ['hold.ended'], end?.at);
  const wrap = events.find(isType('wrapup.completed'));
  const menu = events.find(({ event }) => event.event_type.startsWith('ivr.'));
  const menuEnd = events.find(isType('ivr.ended'));
  const agent = ({ event }: Seen): string | undefined => (event.actor?.type === 'AGENT' && event.actor.id) || undefined;
  return {
    agent_id: last(events.filter(isAnswer).map(agent)) ?? last(events.map(agent)) ?? '',
    direction: events.map(({ event }) => event.direction).find((direction) => direction) ?? 'UNKNOWN',
    intent: intentOf(events),
    talk_ms: stated('talk_ms') ?? (end ? Math.max(0, end.at - events[answer]!.at - (hold_ms ?? 0)) : null),
    hold_ms,
    acw_ms: stated('acw_ms') ?? (end && wrap ? Math.max(0, wrap.at - end.at) : null),
    ring_ms: stated('ring_ms') ?? spent(events, 'offer.made', ['offer.accepted', 'offer.rejected', 'offer.timeout']),
    ivr_ms: stated('ivr_ms') ?? (menu && menuEnd ? menuEnd.at - menu.at : null),
    focus_ms: stated('focus_ms') ?? null,
    offer_count: events.filter(isType('offer.made')).length,
    handled_at: events[handled_index]?.at ?? null,
    flow_out_kind: leg.left_by === 'FLOW_OUT' ? flowOutKind(events) : '',
    disconnect_by: last(events.map(({ event }) => event.outcome?.disconnect_by)) ?? '',
    transfer_kind: events.findLast(isType('transfer.completed'))?.event.outcome?.code ?? '',
  };
}

function flowOutKind(events: Seen[]): string {
  const code = events.find(isType('queue.left'))?.event.outcome?.code;
  return code ?? (events.some(isType('callback.scheduled')) ? 'callback' : '');
}

/** Time between opening and closing events; one that stays open counts up to `until`, if that is known. Null if none. */
function spent(events: Seen[], opening: string, closing: string[], until?: number): number | null {
  const spans: number[] = [];
  let openedAt: number | undefined;
  for (const { event, at } of events) {
    if (event.event_type === opening) openedAt ??= at;
    if (openedAt === undefined || !closing.includes(event.event_type)) continue;
    spans.push(at - openedAt);
    openedAt = undefined;
  }
  if (openedAt !== undefined && until !== undefined) spans.push(Math.max(0, until - openedAt));
  return spans.length === 0 ? null : spans.reduce((sum, ms) => sum + ms, 0);
}

function last<Value>(values: (Value | null | undefined)[]): Value | undefined {
  return values.findLast((value) => value !== undefined && value !== null && value !== '') ?? undefined;
}
