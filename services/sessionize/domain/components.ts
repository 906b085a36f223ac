import type { SessionEvent } from '../../../schemas/types';
import { contactSegments } from './contacts';
import { compareEvents } from './event-order';
import type { SessionRules } from './rules';

/** A session before it is described: its events in total order and how many contacts they make. */
export interface Component {
  events: SessionEvent[];
  contact_count: number;
}

/**
 * Sessions of one customer: connected sets of overlapping or touching contact intervals. `events` in total order; the
 * result is in order of start and does not depend on the order of arrival.
 */
export function components(events: SessionEvent[], rules: SessionRules): Component[] {
  const result: Component[] = [];
  let last: { component: Component; to: number } | undefined;
  // Segments come in order of their first event, so one sweep joins them.
  for (const segment of contactSegments(events, rules)) {
    if (last && segment.from <= last.to) {
      for (const event of segment.events) last.component.events.push(event);
      last.component.contact_count += 1;
      last.to = Math.max(last.to, segment.to);
    } else {
      const component = { events: segment.events, contact_count: 1 };
      result.push(component);
      last = { component, to: segment.to };
    }
  }
  for (const component of result) {
    if (component.contact_count > 1) component.events.sort(compareEvents);
  }
  return result;
}
