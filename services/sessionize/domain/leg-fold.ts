import type { Channel, Direction, OutcomeStatus, SessionEvent, Stage } from '../../../schemas/types';
import type { Folding } from './checkpointed-fold';
import { Stated, takeStated } from './leg-stated';

/** Who serves the customer on a leg: a machine, people, or nothing that says so. */
export type Side = 'SELF' | 'HUMAN' | undefined;

/** A time that opens at one kind of event and closes at another: the sum so far, and since when it is open. */
export interface Span {
  total: number | null;
  openedAt: number | undefined;
}

/** A failure step and its place among the leg's events. */
export interface Step {
  step: string;
  index: number;
}

/** All that a leg's events, taken in total order, say about it. Places are positions among the leg's events. */
export class LegFold extends Stated {
  count = 0;
  first: SessionEvent | undefined = undefined;
  last: SessionEvent | undefined = undefined;
  side: Side = undefined;
  channel: Channel = 'UNKNOWN';
  direction: Direction = 'UNKNOWN';
  /** SELF_SERVICE aside, the stage furthest reached by rank; else the first event's. */
  stage: Stage = 'UNKNOWN';
  /** First event with a contact_id, and with a previous_interaction_id. */
  contact: SessionEvent | undefined = undefined;
  previous: SessionEvent | undefined = undefined;
  queued: SessionEvent | undefined = undefined;
  queuedIndex = -1;
  /** The first event that shows an answer, the first agent who joined, and who joined last. */
  answer: SessionEvent | undefined = undefined;
  joined: SessionEvent | undefined = undefined;
  joinedAgent: string | null = null;
  /** First agent.left or interaction.ended after the answer, after the agent joined; the former with its place. */
  endAfterAnswer: SessionEvent | undefined = undefined;
  endAfterAnswerIndex = -1;
  endAfterJoined: SessionEvent | undefined = undefined;
  wrapUp: SessionEvent | undefined = undefined;
  wrapUpIndex = -1;
  queueAbandoned: SessionEvent | undefined = undefined;
  /** Whether an offer rang when the queue was abandoned, and what was under way when the connection first ended. */
  abandonedRinging = false;
  endedIn: 'RING' | 'HOLD' | '' = '';
  queueLeft: SessionEvent | undefined = undefined;
  ended = false;
  callbackScheduled = false;
  ivrFrom: SessionEvent | undefined = undefined;
  ivrTo: SessionEvent | undefined = undefined;
  /** Undefined before the first event of its kind. */
  hold: Span | undefined = undefined;
  ring: Span | undefined = undefined;
  offerCount = 0;
  holdCount = 0;
  customerMessages = 0;
  agentMessages = 0;
  botMessages = 0;
  firstReply: SessionEvent | undefined = undefined;
  contactIntent = false;
  success = false;
  transferred: SessionEvent | undefined = undefined;
  explicit: OutcomeStatus | undefined = undefined;
  /** Counts of what makes a step when it happens twice. */
  invalidInputs = 0;
  transfers = 0;
  unansweredOffers = 0;
  firstStep: Step | undefined = undefined;
  lastStep: Step | undefined = undefined;
  /** The second offer that nobody took: a step only while the leg is not answered. */
  secondUnanswered: Step | undefined = undefined;
}

const humanStages: ReadonlySet<Stage> = new Set([
  'ROUTING',
  'QUEUE',
  'OFFER',
  'AGENT',
  'HOLD',
  'WRAP_UP',
  'BACK_OFFICE',
]);
const stageRank: readonly Stage[] = ['ROUTING', 'QUEUE', 'OFFER', 'BACK_OFFICE', 'WRAP_UP', 'HOLD', 'AGENT'];

export const sideOf = (stage: Stage): Side =>
  stage === 'SELF_SERVICE' ? 'SELF' : humanStages.has(stage) ? 'HUMAN' : undefined;

const isAnswer = ({ event_type, stage }: SessionEvent): boolean =>
  event_type === 'agent.joined' || (event_type === 'interaction.connected' && stage === 'AGENT');

/**
 * Whether an event begins a new leg of its connection, behind a leg. `side` is the leg's; the fold is asked for only when
 * the event is of a kind that may cut.
 */
export function cuts(side: Side, folded: () => LegFold, event: SessionEvent): boolean {
  const own = sideOf(event.stage);
  if (own && side && own !== side) return true;
  if (event.event_type === 'queue.entered') return folded().queued !== undefined || folded().answer !== undefined;
  if (event.event_type !== 'agent.joined' || !folded().answer) return false;
  const { joinedAgent } = folded();
  return event.agent_id !== null && joinedAgent !== null && event.agent_id !== joinedAgent;
}

/** Whether an event may stand anywhere in a leg of a side without moving a cut. */
export function neverCuts(side: Side, event: SessionEvent): boolean {
  const own = sideOf(event.stage);
  if (own && own !== side) return false;
  return event.event_type !== 'queue.entered' && !isAnswer(event);
}

export const legFolding: Folding<SessionEvent, LegFold> = {
  start: () => new LegFold(),
  copy: (leg) =>
    Object.assign(new LegFold(), leg, {
      hold: leg.hold && { ...leg.hold },
      ring: leg.ring && { ...leg.ring },
      costs: leg.costs && [...leg.costs],
    }),
  step: takeEvent,
};

function takeEvent(leg: LegFold, event: SessionEvent): void {
  if (!leg.first) {
    leg.first = event;
    leg.stage = event.stage;
  } else if (stageRank.indexOf(event.stage) > stageRank.indexOf(leg.stage)) leg.stage = event.stage;
  leg.last = event;
  leg.side ??= sideOf(event.stage);
  if (leg.channel === 'UNKNOWN') leg.channel = event.channel;
  if (leg.direction === 'UNKNOWN') leg.direction = event.direction;
  if (event.contact_id) leg.contact ??= event;
  if (event.previous_interaction_id) leg.previous ??= event;
  if (event.goal || event.commerce_type === 'ORDER') leg.success = true;
  if (event.outcome !== 'UNKNOWN') leg.explicit = event.outcome;
  if (event.failure_step) addStep(leg, event.failure_step);
  takeType(leg, event);
  takeStated(leg, event);
  leg.count += 1;
}

function takeType(leg: LegFold, event: SessionEvent): void {
  const { event_type, occurred_at } = event;
  switch (event_type) {
    case 'queue.entered':
      if (leg.queued) break;
      leg.queued = event;
      leg.queuedIndex = leg.count;
      break;
    case 'queue.abandoned':
      if (leg.queueAbandoned) break;
      leg.queueAbandoned = event;
      leg.abandonedRinging = isOpen(leg.ring);
      break;
    case 'queue.left':
      leg.queueLeft ??= event;
      break;
    case 'callback.scheduled':
      leg.callbackScheduled = true;
      break;
    case 'agent.joined':
      leg.answer ??= event;
      leg.joined ??= event;
      leg.joinedAgent = event.agent_id ?? leg.joinedAgent;
      break;
    case 'interaction.connected':
      if (!isAnswer(event)) break;
      leg.answer ??= event;
      leg.joinedAgent = event.agent_id ?? leg.joinedAgent;
      break;
    case 'agent.left':
    case 'interaction.ended':
      takeEnd(leg, event);
      break;
    case 'wrapup.completed':
      if (leg.wrapUp) break;
      leg.wrapUp = event;
      leg.wrapUpIndex = leg.count;
      break;
    case 'hold.started':
      leg.hold = openSpan(leg.hold, occurred_at);
      leg.holdCount += 1;
      break;
    case 'hold.ended':
      closeSpan(leg.hold, occurred_at);
      break;
    case 'offer.made':
      leg.offerCount += 1;
      leg.ring = openSpan(leg.ring, occurred_at);
      break;
    case 'offer.accepted':
      closeSpan(leg.ring, occurred_at);
      break;
    case 'offer.rejected':
    case 'offer.timeout':
      closeSpan(leg.ring, occurred_at);
      leg.unansweredOffers += 1;
      if (leg.unansweredOffers === 2) leg.secondUnanswered = { step: 'offer.unanswered', index: leg.count };
      break;
    case 'ivr.invalid_input':
      leg.invalidInputs += 1;
      if (leg.invalidInputs === 2) addStep(leg, 'ivr.invalid_input');
      break;
    case 'transfer.completed':
      leg.transferred = event;
      leg.transfers += 1;
      if (leg.transfers === 2) addStep(leg, 'transfer.repeated');
      break;
    case 'message.sent':
      takeMessage(leg, event);
      break;
    case 'web.contact_intent':
    case 'web.search_performed':
    case 'web.search_no_result':
    case 'web.help_viewed':
    case 'bot.session_started':
    case 'bot.handoff_requested':
    case 'ivr.opt_out':
      leg.contactIntent = true;
      break;
    case 'order.placed':
    case 'case.resolved':
      leg.success = true;
      break;
  }
  if (!event_type.startsWith('ivr.')) return;
  leg.ivrFrom ??= event;
  if (event_type === 'ivr.ended') leg.ivrTo ??= event;
}

function takeEnd(leg: LegFold, event: SessionEvent): void {
  if (event.event_type === 'interaction.ended' && !leg.ended) {
    leg.ended = true;
    leg.endedIn = isOpen(leg.hold) ? 'HOLD' : isOpen(leg.ring) ? 'RING' : '';
  }
  if (leg.joined) leg.endAfterJoined ??= event;
  if (!leg.answer || leg.endAfterAnswer) return;
  leg.endAfterAnswer = event;
  leg.endAfterAnswerIndex = leg.count;
}

/** Notes among colleagues are no messages to anybody: the customer does not see them. */
function takeMessage(leg: LegFold, event: SessionEvent): void {
  if (event.direction === 'INTERNAL') return;
  if (event.actor_type === 'CUSTOMER') leg.customerMessages += 1;
  else if (event.actor_type === 'BOT') leg.botMessages += 1;
  else if (event.actor_type === 'AGENT') {
    leg.agentMessages += 1;
    leg.firstReply ??= event;
  }
}

function addStep(leg: LegFold, step: string): void {
  const found = { step, index: leg.count };
  leg.firstStep ??= found;
  leg.lastStep = found;
}

function openSpan(span: Span | undefined, at: number): Span {
  if (!span) return { total: null, openedAt: at };
  span.openedAt ??= at;
  return span;
}

const isOpen = (span: Span | undefined): boolean => span?.openedAt !== undefined;

function closeSpan(span: Span | undefined, at: number): void {
  if (span?.openedAt === undefined) return;
  span.total = (span.total ?? 0) + at - span.openedAt;
  span.openedAt = undefined;
}
