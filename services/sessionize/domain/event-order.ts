import type { SessionEvent } from '../../../schemas/types';

/** The total order of a customer's events: (occurred_at, source.sequence, event_id); no sequence sorts first. */
export function compareEvents(a: SessionEvent, b: SessionEvent): number {
  return (
    a.occurred_at - b.occurred_at ||
    (a.source_sequence ?? -1) - (b.source_sequence ?? -1) ||
    (a.event_id < b.event_id ? -1 : a.event_id > b.event_id ? 1 : 0)
  );
}
