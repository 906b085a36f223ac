import type { SessionEvent } from '../../../schemas/types';
import type { SessionRules } from './rules';

const separator = '\u0000';

const scope = (event: SessionEvent): string =>
  `${event.source_system}${separator}${event.source_instance ?? ''}${separator}`;

/**
 * The contact an event belongs to, within one customer: the source's contact_id, else interaction_id (one value space:
 * Connect's first leg gives its own id to the chain), else the event alone.
 */
export function contactKey(event: SessionEvent): string {
  return `${scope(event)}${event.contact_id || event.interaction_id || `${separator}${event.event_id}`}`;
}

/** The connection an event belongs to, within one customer; an event without interaction_id is one of its own. */
export function interactionKey(event: SessionEvent): string {
  return `${scope(event)}${event.interaction_id || `${separator}${event.event_id}`}`;
}

/** One contact: its events cover the closed interval from the first to the latest occurred_at + gap. */
export interface ContactSegment {
  from: number;
  to: number;
  events: SessionEvent[];
}

/** Contacts of one customer's events (given in total order), split where one is silent for longer than the join. */
export function contactSegments(events: SessionEvent[], rules: SessionRules): ContactSegment[] {
  const segments: ContactSegment[] = [];
  const current = new Map<string, { segment: ContactSegment; lastAt: number }>();
  for (const event of events) {
    const key = contactKey(event);
    const at = event.occurred_at;
    const to = at + rules.gap_ms[event.channel];
    const open = current.get(key);
    if (open && at - open.lastAt <= rules.contact_join_ms) {
      open.segment.events.push(event);
      open.segment.to = Math.max(open.segment.to, to);
      open.lastAt = at;
    } else {
      const segment = { from: at, to, events: [event] };
      segments.push(segment);
      current.set(key, { segment, lastAt: at });
    }
  }
  return segments;
}
