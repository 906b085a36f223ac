import type { Channel, Direction, SessionEvent, Stage } from '../../../schemas/types';
import { interactionKey } from './contacts';

/** Who serves the customer on a leg: a machine, people, or nothing that says so. */
export type Side = 'SELF' | 'HUMAN' | undefined;

/** One connection on one channel, cut where its stage goes from self-service to people or back. */
export interface Leg {
  events: SessionEvent[];
  side: Side;
  channel: Channel;
  direction: Direction;
  /** The first event that shows an answer, the first agent who joined, and who joined last. */
  answer: SessionEvent | undefined;
  joined: SessionEvent | undefined;
  joinedAgent: string | null;
  queued: SessionEvent | undefined;
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

export const sideOf = (stage: Stage): Side =>
  stage === 'SELF_SERVICE' ? 'SELF' : humanStages.has(stage) ? 'HUMAN' : undefined;

const isAnswer = ({ event_type, stage }: SessionEvent): boolean =>
  event_type === 'agent.joined' || (event_type === 'interaction.connected' && stage === 'AGENT');

/** Legs of one session, in order of their first event. `events` in total order. */
export function cutLegs(events: SessionEvent[]): Leg[] {
  const legs: Leg[] = [];
  const current = new Map<string, Leg>();
  for (const event of events) {
    const key = interactionKey(event);
    const open = current.get(key);
    const leg = open && !cuts(open, event) ? open : startLeg();
    if (leg !== open) {
      legs.push(leg);
      current.set(key, leg);
    }
    append(leg, event);
  }
  return legs;
}

const startLeg = (): Leg => ({
  events: [],
  side: undefined,
  channel: 'UNKNOWN',
  direction: 'UNKNOWN',
  answer: undefined,
  joined: undefined,
  joinedAgent: null,
  queued: undefined,
});

/** Whether an event begins a new leg of its connection. */
function cuts(leg: Leg, event: SessionEvent): boolean {
  const side = sideOf(event.stage);
  if (side && leg.side && side !== leg.side) return true;
  if (event.event_type === 'queue.entered') return leg.queued !== undefined || leg.answer !== undefined;
  if (event.event_type !== 'agent.joined' || !leg.answer) return false;
  return event.agent_id !== null && leg.joinedAgent !== null && event.agent_id !== leg.joinedAgent;
}

function append(leg: Leg, event: SessionEvent): void {
  leg.events.push(event);
  leg.side ??= sideOf(event.stage);
  if (leg.channel === 'UNKNOWN') leg.channel = event.channel;
  if (leg.direction === 'UNKNOWN') leg.direction = event.direction;
  if (event.event_type === 'queue.entered') leg.queued ??= event;
  if (!isAnswer(event)) return;
  leg.answer ??= event;
  if (event.event_type === 'agent.joined') leg.joined ??= event;
  leg.joinedAgent = event.agent_id ?? leg.joinedAgent;
}
