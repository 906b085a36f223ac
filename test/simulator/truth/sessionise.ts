import type { Seen, SimEvent } from '../core/event';
import type { Leg } from './legs';
import { cutLegs } from './legs';
import type { PathFigures } from './path';
import { intentOf, pathFigures } from './path';
import { CONTACT_JOIN_MS, gapOf, inOrder, isSessionised, LONGEST_MS, MOST_LEGS, scope } from './rules';

/** One session as the truth has it. Times are milliseconds since the epoch. */
export interface Session extends PathFigures {
  session_id: string;
  customer_id: string;
  started_at: number;
  ended_at: number;
  event_count: number;
  contact_count: number;
  leg_count: number;
  intent: string;
  oversized: boolean;
}

export interface Sessionised {
  sessions: Session[];
  legs: Leg[];
}

/** A contact, or one of its parts where it fell silent for too long. */
interface Segment {
  events: Seen[];
  start: number;
  end: number;
  session: number;
}

/**
 * Brute-force sessioniser: compares every two contacts of a person, as the definition is written. Slow and plain on
 * purpose: it shares no idea with the incremental one it checks. Give it every event only once; late ones as
 * well for the final answer, none of them for the one before their repair.
 */
export function sessionise(events: readonly Seen[]): Sessionised {
  const people = group(
    events.filter(({ event }) => isSessionised(event)),
    ({ customer_id }) => customer_id,
  );
  const sessions: Session[] = [];
  const legs: Leg[] = [];
  for (const own of people.values()) {
    for (const segments of connected(segmentsOf(own))) {
      const told = describe(segments);
      sessions.push(told.session);
      legs.push(...told.legs);
    }
  }
  return { sessions, legs };
}

function segmentsOf(own: Seen[]): Segment[] {
  const contacts = group(own, ({ event }) => contactKey(event));
  const segments: Segment[] = [];
  for (const events of contacts.values()) {
    events.sort(inOrder);
    let from = 0;
    for (let i = 1; i <= events.length; i++) {
      if (i < events.length && events[i]!.at - events[i - 1]!.at <= CONTACT_JOIN_MS) continue;
      segments.push(makeSegment(events.slice(from, i), segments.length));
      from = i;
    }
  }
  return segments;
}

function makeSegment(events: Seen[], session: number): Segment {
  const ends = events.map(({ at, event }) => at + gapOf(event.channel));
  return { events, start: events[0]!.at, end: ends.reduce((latest, end) => Math.max(latest, end)), session };
}

function contactKey(event: SimEvent): string {
  const name = event.contact_id || event.interaction_id;
  return name ? `${scope(event)} named ${name}` : `alone ${event.event_id}`;
}

/** Gives every two segments that overlap or touch the same number until nothing changes. */
function connected(segments: Segment[]): Segment[][] {
  for (let changed = true; changed; ) {
    changed = false;
    for (const a of segments) {
      for (const b of segments) {
        if (a.session >= b.session || a.start > b.end || b.start > a.end) continue;
        b.session = a.session;
        changed = true;
      }
    }
  }
  return [...group(segments, ({ session }) => session).values()];
}

function group<K, V>(values: readonly V[], keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const key = keyOf(value);
    const members = groups.get(key);
    if (members) members.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

function describe(segments: Segment[]): { session: Session; legs: Leg[] } {
  const events = segments.flatMap((segment) => segment.events).sort(inOrder);
  const [first, last] = [events[0]!, events[events.length - 1]!];
  const legs = cutLegs(events, first.event.event_id);
  const session: Session = {
    session_id: first.event.event_id,
    customer_id: first.customer_id,
    started_at: first.at,
    ended_at: last.at,
    event_count: events.length,
    contact_count: segments.length,
    leg_count: legs.length,
    ...pathFigures(legs),
    intent: intentOf(events),
    oversized: legs.length > MOST_LEGS || last.at - first.at > LONGEST_MS,
  };
  return { session, legs };
}
