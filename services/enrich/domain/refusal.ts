import type { InteractionEvent } from '../../../schemas/types';
import { isStaffEvent } from './session-membership';

export interface EventRefusal {
  reason: string;
  field: string;
  error: string;
}

const earliest = Date.UTC(1990, 0, 1);
export const maxFutureMs = 24 * 3_600_000;

/**
 * Why an event in the raw topic cannot be used, or undefined. Ingest refuses the same earlier; this guards against
 * whoever writes to the topic directly.
 */
export function refusalOf(event: InteractionEvent): EventRefusal | undefined {
  if (event.event_id === '') return refuse('event_id_missing', 'event_id', 'event_id is empty');
  if (event.occurred_at < earliest) {
    return refuse('event_too_old', 'occurred_at', 'occurred_at is before 1990-01-01');
  }
  if (event.occurred_at > event.received_at + maxFutureMs) {
    return refuse('event_in_future', 'occurred_at', 'occurred_at is more than 24 h after received_at');
  }
  if (isStaffEvent(event.event_type)) {
    return event.actor?.id ? undefined : refuse('actor_missing', 'actor.id', `${event.event_type} needs actor.id`);
  }
  if (!event.identities.some(({ value }) => value.trim() !== '')) {
    return refuse('identity_missing', 'identities', 'identities holds no usable identity');
  }
  if (event.identities.some(({ type, value }) => type === 'customer_id' && value.trim().startsWith('~'))) {
    return refuse('identity_reserved', 'identities', 'a customer_id that begins with ~ is ours to give');
  }
  return undefined;
}

const refuse = (reason: string, field: string, error: string): EventRefusal => ({ reason, field, error });
