import type { SentEvent } from './event-schema';
import { type Fault, fault } from './fault';
import { limits } from './limits';

/** The readable fields of an event; a field that is absent here although it was sent is faulty by itself. */
export type ReadableEvent = Partial<SentEvent>;

const secondsMs = 1_000;

/** About workers, not customers: keyed by actor, never part of a session. */
export const isStaffEvent = (type: string): boolean => type === 'agent.status_changed' || type.startsWith('quality.');

const isCommerceEvent = (event: ReadableEvent): boolean =>
  event.commerce != null ||
  event.event_type?.startsWith('order.') === true ||
  event.event_type === 'offer.presented' ||
  event.event_type === 'opportunity.signaled';

/**
 * Faults that no single field shows. `faulty` holds the top-level fields that are wrong in themselves: nothing is
 * concluded from those. `receivedAt` is epoch milliseconds.
 */
export function ruleFaults(event: ReadableEvent, faulty: ReadonlySet<string>, receivedAt: number): Fault[] {
  const faults = [
    timeFault('occurred_at', event.occurred_at, receivedAt),
    timeFault('observed_at', event.observed_at, receivedAt),
  ];
  const type = event.event_type;
  if (type !== undefined && isStaffEvent(type)) faults.push(...staffFaults(event, faulty));
  // With an unreadable type nobody can tell whom it is about, unless it names neither.
  else if (type !== undefined || event.actor?.id == null) faults.push(...customerFaults(event, faulty));
  return faults.filter((it) => it !== undefined);
}

function timeFault(field: string, ms: number | null | undefined, receivedAt: number): Fault | undefined {
  if (ms == null) return undefined;
  if (ms > receivedAt + limits.aheadMs) return fault(field, 'too_far_ahead', 'is more than 24 hours in the future');
  if (ms >= limits.earliestMs) return undefined;
  const asSeconds = ms * secondsMs;
  const isSeconds = asSeconds >= limits.earliestMs && asSeconds <= receivedAt + limits.aheadMs;
  return fault(
    field,
    'too_old',
    `is before 1990-01-01${isSeconds ? ': it looks like seconds, send milliseconds' : ''}`,
  );
}

function staffFaults(event: ReadableEvent, faulty: ReadonlySet<string>): (Fault | undefined)[] {
  return [
    !faulty.has('actor') && event.actor?.id == null
      ? fault('actor.id', 'missing', 'is required in a staff event (agent.status_changed, quality.*)')
      : undefined,
    event.emotion != null
      ? fault(
          'emotion',
          'not_a_customers',
          "must not be given in a staff event: emotion is the customer's, never a worker's",
        )
      : undefined,
  ];
}

function customerFaults(event: ReadableEvent, faulty: ReadonlySet<string>): (Fault | undefined)[] {
  const readable = !faulty.has('event_type') && !faulty.has('commerce');
  const needsChannel = event.channel === 'UNKNOWN' && readable && !isCommerceEvent(event);
  return [
    !faulty.has('identities') && !event.identities?.length
      ? fault('identities', 'missing', 'must name the customer at least once: [{"type": "email", "value": "…"}]')
      : undefined,
    needsChannel
      ? fault('channel', 'unknown_value', 'UNKNOWN is only for staff and commerce events: name the channel')
      : undefined,
  ];
}
