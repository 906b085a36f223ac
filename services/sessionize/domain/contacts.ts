import type { SessionEvent } from '../../../schemas/types';
import type { SessionRules } from './rules';

const separator = '\u0000';

/** An id is unique within its source system and instance only. */
export const scoped = (event: SessionEvent, id: string): string =>
  `${event.source_system}${separator}${event.source_instance ?? ''}${separator}${id}`;

/** An event that no id joins to another; ids of events are unique without a scope. */
const alone = (event: SessionEvent): string => `${separator}${event.event_id}`;

/**
 * The contact an event belongs to, within one customer: the source's contact_id, else interaction_id (one value space:
 * Connect's first leg gives its own id to the chain), else the event alone.
 */
export function contactKey(event: SessionEvent): string {
  const id = event.contact_id || event.interaction_id;
  return id ? scoped(event, id) : alone(event);
}

/** The connection an event belongs to, within one customer; an event without interaction_id is one of its own. */
export const interactionKey = (event: SessionEvent): string =>
  event.interaction_id ? scoped(event, event.interaction_id) : alone(event);

/** No other event is of its contact. */
export const isAlone = (event: SessionEvent): boolean => !event.contact_id && !event.interaction_id;

/** Consecutive events of one contact, none further from the next than the join: from the first to the last of them. */
interface Segment {
  first: number;
  last: number;
}

/** The contacts of one session: which there are, and how many, each split where it is silent for longer than the join. */
export class ContactBook {
  count = 0;
  private segments: Map<string, Segment[]> | undefined;

  constructor(private readonly rules: SessionRules) {}

  /** Takes an event in; what it lies between may become one contact. */
  add(event: SessionEvent): void {
    const at = event.occurred_at;
    if (isAlone(event)) {
      this.count += 1;
      return;
    }
    const key = contactKey(event);
    this.segments ??= new Map();
    const own = this.segments.get(key);
    if (!own) {
      this.segments.set(key, [{ first: at, last: at }]);
      this.count += 1;
      return;
    }
    const joined = own.filter((segment) => this.joins(segment, at));
    const merged = {
      first: joined.reduce((least, { first }) => Math.min(least, first), at),
      last: joined.reduce((most, { last }) => Math.max(most, last), at),
    };
    this.count += 1 - joined.length;
    if (joined.length === 1 && own.length === 1) own[0] = merged;
    else this.segments.set(key, [...own.filter((segment) => !joined.includes(segment)), merged]);
  }

  /** Whether an event at a time would continue one of the session's contacts. */
  continues(key: string, at: number): boolean {
    return this.segments?.get(key)?.some((segment) => this.joins(segment, at)) ?? false;
  }

  private joins({ first, last }: Segment, at: number): boolean {
    return at >= first - this.rules.contact_join_ms && at <= last + this.rules.contact_join_ms;
  }
}
