import type { Channel, Seen, SimEvent, Stage } from '../core/event';
import { isStaffEvent } from '../core/event';
import { customerOf } from './identity';

/** Looks at an event once, so that nothing else has to parse its time or work out its person again. */
export function see(event: SimEvent): Seen {
  return { event, at: Date.parse(event.occurred_at), customer_id: customerOf(event) };
}

const HOUR_MS = 3_600_000;

export const CONTACT_JOIN_MS = 4 * HOUR_MS;
/** A call whose line broke and the next call within this are one contact. */
export const CONTACT_RECONNECT_MS = HOUR_MS / 4;
export const LATENESS_MS = HOUR_MS;
export const SHORT_WAIT_MS = 5_000;
export const MOST_LEGS = 200;
export const LONGEST_MS = 7 * 24 * HOUR_MS;

/** How long a channel keeps a contact open after its last event. */
export function gapOf(channel: Channel): number {
  switch (channel) {
    case 'SMS':
    case 'MESSAGING':
    case 'SOCIAL_PUBLIC':
    case 'SOCIAL_PRIVATE':
    case 'REVIEW':
      return 24 * HOUR_MS;
    case 'EMAIL':
    case 'POSTAL':
    case 'TASK':
      return 72 * HOUR_MS;
    default:
      return 30 * 60_000;
  }
}

/** Does the event take part in sessions? */
export function isSessionised(event: SimEvent): boolean {
  if (isStaffEvent(event.event_type)) return false;
  if (event.stage === 'MARKETING' || event.stage === 'SURVEY') return false;
  if (event.event_type === 'message.delivered' || event.event_type === 'message.read') return false;
  return !/^(quality|analysis|survey)\./.test(event.event_type);
}

/** The stage that counts: the sender's, else the one its type implies. */
export function stageOf(event: SimEvent): Stage {
  if (event.stage && event.stage !== 'UNKNOWN') return event.stage;
  const type = event.event_type;
  if (type.startsWith('ivr.') || type.startsWith('bot.')) return 'SELF_SERVICE';
  if (type.startsWith('queue.')) return 'QUEUE';
  if (['offer.made', 'offer.accepted', 'offer.rejected', 'offer.timeout'].includes(type)) return 'OFFER';
  if (type === 'agent.joined' || type === 'agent.left') return 'AGENT';
  if (type.startsWith('hold.')) return 'HOLD';
  if (type.startsWith('wrapup.')) return 'WRAP_UP';
  return 'UNKNOWN';
}

/** The total order of events: time, the source's own number, id. */
export function inOrder(a: Seen, b: Seen): number {
  if (a.at !== b.at) return a.at - b.at;
  const [first, second] = [a.event.source.sequence ?? -1, b.event.source.sequence ?? -1];
  if (first !== second) return first - second;
  return a.event.event_id < b.event.event_id ? -1 : 1;
}

/** Names mean something within one installation of one system only. */
export function scope(event: SimEvent): string {
  return `${event.source.system}\n${event.source.instance ?? ''}`;
}
