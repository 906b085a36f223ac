import type { VendorRecord } from '../record';
import { type Medium, mediumOf } from './names';

/** A stretch of a session: alerting, interacting, on hold, … Times are epoch milliseconds. */
export interface Segment {
  record: VendorRecord;
  /** In lower case: `interact`, `alert`, `hold`, `wrapup`, … */
  type: string;
  start: number;
  /** Undefined while it lasts. */
  end: number | undefined;
}

/** What a participant is to the customer. */
export type Side = 'customer' | 'agent' | 'queue' | 'menu' | 'bot';

/** One participant's connection on one medium, with its segments in order of time. */
export interface Session {
  record: VendorRecord;
  participant: VendorRecord;
  id: string;
  side: Side;
  medium: Medium;
  segments: Segment[];
  start: number;
}

/** Far more than a conversation of 30 days of mail has. */
const maxSessions = 2_000;

const sides = new Map<string, Side>([
  ['customer', 'customer'],
  ['external', 'customer'],
  ['outbound', 'customer'],
  ['dialer', 'customer'],
  ['agent', 'agent'],
  ['acd', 'queue'],
  ['ivr', 'menu'],
  ['botflow', 'bot'],
]);

/**
 * Sessions of a conversation that say something about the customer, in order of time. A `user` is a colleague on the
 * line, or the caller where nobody from outside takes part (a call from desk to desk, or a test call).
 */
export function sessionsOf(conversation: VendorRecord, isPublic: boolean): Session[] {
  const participants = conversation.list('participants');
  const purposes = participants.map((it) => it.text('purpose')?.toLowerCase() ?? '');
  const hasCustomer = purposes.some((purpose) => sides.get(purpose) === 'customer');
  const found: Session[] = [];
  for (const [index, participant] of participants.entries()) {
    const purpose = purposes[index];
    const side = purpose === 'user' ? (hasCustomer ? 'agent' : 'customer') : sides.get(purpose);
    if (!side) continue;
    for (const record of participant.list('sessions')) {
      const medium = mediumOf(record, isPublic);
      const segments = segmentsOf(record);
      if (!medium || segments.length === 0) continue;
      const id = record.needed('sessionId');
      found.push({ record, participant, id, side, medium, segments, start: segments[0].start });
    }
  }
  // Who takes which call is found by looking at all pairs.
  if (found.length > maxSessions) {
    conversation.refuse('participants', 'too_many', `must have at most ${maxSessions} sessions`);
    return [];
  }
  const ordered = found.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  const [customer] = ordered.filter(({ side }) => side === 'customer');
  return ordered.filter((session) => !isThirdParty(session, customer));
}

/** Somebody whom an agent called in: outside like the customer, but dialled, and by a participant of its own. */
const isThirdParty = (session: Session, customer: Session | undefined): boolean =>
  session.side === 'customer' &&
  customer !== undefined &&
  session.participant !== customer.participant &&
  session.record.text('direction')?.toLowerCase() === 'outbound';

function segmentsOf(session: VendorRecord): Segment[] {
  return session
    .list('segments')
    .flatMap((record) => {
      const start = record.time('segmentStart');
      const end = record.time('segmentEnd');
      return start === undefined ? [] : [{ record, type: record.text('segmentType')?.toLowerCase() ?? '', start, end }];
    })
    .sort((a, b) => a.start - b.start);
}

export const lastOf = ({ segments }: Session): Segment => segments[segments.length - 1];

/** When it ended; undefined while a segment of it lasts. */
export const endOf = ({ segments }: Session): number | undefined =>
  segments.some(({ end }) => end === undefined)
    ? undefined
    : segments.reduce((latest, { end }) => Math.max(latest, end as number), 0);

/** The segments in which it was connected to somebody. */
export const connected = ({ segments }: Session): Segment[] =>
  segments.filter(({ type }) => type === 'interact' || type === 'hold');

const queueIdOf = ({ segments }: Session): string | undefined =>
  segments.map(({ record }) => record.text('queueId')).find((it) => it !== undefined);

/** How long after leaving the queue the agent's side of the same connection may begin: clocks of two services. */
const handOverMs = 1_000;

/**
 * Which wait each agent session ended: the latest one on the same medium, of the same queue where both name one, that was
 * not over when the agent's telephone began to ring. What a conversation adds later never changes it: candidates begin
 * before the agent's session does.
 */
export function waitsOf(sessions: readonly Session[]): Map<Session, Session> {
  const waits = new Map<Session, Session>();
  const queued = sessions.filter(({ side }) => side === 'queue');
  for (const agent of sessions.filter(({ side }) => side === 'agent')) {
    const queueId = queueIdOf(agent);
    const own = queued.findLast((wait) => {
      const end = endOf(wait);
      const waitedFor = queueIdOf(wait);
      return (
        wait.medium.name === agent.medium.name &&
        wait.start <= agent.start &&
        (end === undefined || agent.start <= end + handOverMs) &&
        (queueId === undefined || waitedFor === undefined || queueId === waitedFor)
      );
    });
    if (own) waits.set(agent, own);
  }
  return waits;
}
