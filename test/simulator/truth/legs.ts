import type { Channel, Seen, SimEvent, Status } from '../core/event';
import type { LegColumns } from './columns';
import { legColumns } from './columns';
import { joinContacts } from './contacts';
import type { FailureStep } from './failure';
import { failureSteps, loopStep } from './failure';
import { legOutcome } from './outcome';
import { SHORT_WAIT_MS, scope, stageOf } from './rules';
import type { LegWork } from './work';
import { legWork } from './work';

export type Side = 'self' | 'human' | undefined;

/** One leg with the figures that are compared. Times are milliseconds since the epoch. */
export interface Leg {
  leg_id: string;
  session_id: string;
  customer_id: string;
  interaction_id: string;
  /** Key of its contact, scoped by source: first as the source names it, after joining that of its earliest leg. */
  contact: string;
  /** Its name, likewise; two sources may use the same. */
  contact_id: string;
  channel: Channel;
  side: Side;
  /** `CHANNEL` or `CHANNEL.SELF_SERVICE`. */
  label: string;
  queue: string;
  arrived_at: number;
  queued_at: number | undefined;
  answered_at: number | undefined;
  ended_at: number;
  wait_ms: number | undefined;
  left_by: 'ANSWERED' | 'ABANDONED' | 'FLOW_OUT' | '';
  short_abandoned: boolean;
  /** Position in `events` of the one with which the leg counts as handled, -1 if none. */
  handled_index: number;
  transferred: boolean;
  failures: FailureStep[];
  outcome: Status;
  failed: boolean;
  columns: LegColumns | undefined;
  work: LegWork | undefined;
  events: Seen[];
}

const HUMAN_STAGES = ['ROUTING', 'QUEUE', 'OFFER', 'AGENT', 'HOLD', 'WRAP_UP', 'BACK_OFFICE'];

export function sideOf(event: SimEvent): Side {
  const stage = stageOf(event);
  if (stage === 'SELF_SERVICE') return 'self';
  return HUMAN_STAGES.includes(stage) ? 'human' : undefined;
}

/** An agent took over: said outright, or by being connected at an agent's stage. */
export function isAnswer({ event }: Seen): boolean {
  if (event.event_type === 'agent.joined') return true;
  return event.event_type === 'interaction.connected' && stageOf(event) === 'AGENT';
}

/** Legs of one session, in order; `events` are the session's, in total order. */
export function cutLegs(events: Seen[], session_id: string): Leg[] {
  const pieces: Seen[][] = [];
  const current = new Map<string, Seen[]>();
  for (const seen of events) {
    const { event } = seen;
    const interaction = event.interaction_id ? `${scope(event)} ${event.interaction_id}` : undefined;
    const open = interaction === undefined ? undefined : current.get(interaction);
    if (open && !startsNewLeg(open, seen)) {
      open.push(seen);
      continue;
    }
    const piece = [seen];
    pieces.push(piece);
    if (interaction !== undefined) current.set(interaction, piece);
  }
  const legs = pieces.map((piece) => describeLeg(piece, session_id));
  joinContacts(legs);
  legs.forEach((leg, i) => {
    const loop = loopStep(leg, legs.slice(0, i));
    if (loop) leg.failures = [...leg.failures, loop].sort((a, b) => a.index - b.index);
    leg.outcome = legOutcome(leg, legs.slice(i + 1));
    leg.failed =
      leg.outcome === 'FAILURE' ||
      leg.outcome === 'ABANDONED' ||
      (leg.outcome === 'ESCALATED' && leg.failures.length > 0);
    leg.columns = legColumns(leg, legs.slice(i + 1));
    leg.work = legWork(leg);
  });
  return legs;
}

function startsNewLeg(piece: Seen[], next: Seen): boolean {
  const side = sideOfPiece(piece);
  const nextSide = sideOf(next.event);
  if (side && nextSide && side !== nextSide) return true;
  const answered = piece.some(isAnswer);
  if (next.event.event_type === 'queue.entered') return answered || piece.some(isType('queue.entered'));
  if (next.event.event_type !== 'agent.joined' || !answered) return false;
  const agent = lastAgent(piece);
  const other = agentOf(next.event);
  return agent !== undefined && other !== undefined && agent !== other;
}

function sideOfPiece(piece: Seen[]): Side {
  return piece.map(({ event }) => sideOf(event)).find((side) => side !== undefined);
}

function agentOf(event: SimEvent): string | undefined {
  return event.actor?.type === 'AGENT' ? event.actor.id || undefined : undefined;
}

function lastAgent(piece: Seen[]): string | undefined {
  return piece
    .filter(isType('agent.joined'))
    .map(({ event }) => agentOf(event))
    .filter((agent) => agent !== undefined)
    .pop();
}

export function isType(...types: string[]): (seen: Seen) => boolean {
  return ({ event }) => types.includes(event.event_type);
}

function describeLeg(events: Seen[], session_id: string): Leg {
  const first = events[0]!;
  const channel = events.map(({ event }) => event.channel).find((name) => name !== 'UNKNOWN') ?? 'UNKNOWN';
  const side = sideOfPiece(events);
  const queued_at = events.find(isType('queue.entered'))?.at;
  const answered_at = (events.find(isType('agent.joined')) ?? events.find(isAnswer))?.at;
  const contact_id = events.map(({ event }) => event.contact_id).find((id) => id);
  const name = contact_id || first.event.interaction_id;
  const left_by = howLeft(events, queued_at, answered_at);
  const wait_ms = waitOf(events, queued_at, answered_at);
  return {
    leg_id: first.event.event_id,
    session_id,
    customer_id: first.customer_id,
    interaction_id: first.event.interaction_id ?? '',
    contact_id: name || first.event.event_id,
    contact: name ? `${scope(first.event)} named ${name}` : `alone ${first.event.event_id}`,
    channel,
    side,
    label: side === 'self' ? `${channel}.SELF_SERVICE` : channel,
    queue:
      events
        .map(({ event }) => event.queue?.id || event.queue?.name || '')
        .filter((id) => id)
        .pop() ?? '',
    arrived_at: first.at,
    queued_at,
    answered_at,
    ended_at: events[events.length - 1]!.at,
    wait_ms,
    left_by,
    short_abandoned: left_by === 'ABANDONED' && wait_ms !== undefined && wait_ms <= SHORT_WAIT_MS,
    handled_index: handledIndex(events),
    transferred: events.some(isType('transfer.completed')),
    failures: failureSteps(events),
    outcome: 'UNKNOWN',
    failed: false,
    columns: undefined,
    work: undefined,
    events,
  };
}

function howLeft(events: Seen[], queued_at: number | undefined, answered_at: number | undefined): Leg['left_by'] {
  if (queued_at === undefined) return '';
  if (answered_at !== undefined) return 'ANSWERED';
  if (events.some(isType('queue.abandoned'))) return 'ABANDONED';
  return events.some(isType('queue.left', 'interaction.ended')) ? 'FLOW_OUT' : '';
}

function waitOf(events: Seen[], queued_at: number | undefined, answered_at: number | undefined): number | undefined {
  const stated = events.map(({ event }) => event.durations?.wait_ms).filter((ms) => ms !== undefined && ms !== null);
  if (stated.length > 0) return stated[stated.length - 1];
  if (queued_at === undefined) return undefined;
  const left = answered_at ?? (events.find(isType('queue.abandoned')) ?? events.find(isType('queue.left')))?.at;
  return left === undefined ? undefined : Math.max(0, left - queued_at);
}

/** Position of the event with which the leg counts as handled, -1 if none. */
function handledIndex(events: Seen[]): number {
  const wrapped = events.findIndex(isType('wrapup.completed'));
  if (wrapped >= 0) return wrapped;
  const answer = events.findIndex(isAnswer);
  if (answer < 0) return -1;
  const isEnd = isType('agent.left', 'interaction.ended');
  return events.findIndex((seen, index) => index > answer && isEnd(seen));
}
