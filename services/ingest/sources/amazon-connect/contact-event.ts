import { isObject } from '../../domain/fault';
import { isoTime } from '../record';
import type { Adapted } from '../source';
import { adaptContact } from './contact';

type Fields = Record<string, unknown>;

/** Kinds of contact events that move a contact on, and the field that holds their time where they give it. */
const moves = new Map<string, { of: 'contact' | 'Queue' | 'Agent'; field: string }>([
  ['INITIATED', { of: 'contact', field: 'InitiationTimestamp' }],
  ['CONNECTED_TO_SYSTEM', { of: 'contact', field: 'ConnectedToSystemTimestamp' }],
  ['QUEUED', { of: 'Queue', field: 'EnqueueTimestamp' }],
  ['CONNECTED_TO_AGENT', { of: 'Agent', field: 'ConnectedToAgentTimestamp' }],
  ['DISCONNECTED', { of: 'contact', field: 'DisconnectTimestamp' }],
]);

/** EventBridge's envelope of a contact event. */
export const isContactEvent = (item: Fields): boolean => item['detail-type'] === 'Amazon Connect Contact Event';

/**
 * A contact event is a contact record that is not complete: it repeats the times that are known so far, so that whatever
 * got lost on the way ("best effort", in no order) comes with a later one, under the same ids. Where it gives no time for
 * its own kind the envelope's counts.
 */
export function adaptContactEvent(envelope: Fields): Adapted {
  const detail = isObject(envelope.detail) ? capitalised(envelope.detail) : {};
  const kind = typeof detail.EventType === 'string' ? detail.EventType : '';
  const path = moves.get(kind);
  if (!path) return { events: [], skipped: 'contact_event_without_a_fact' };
  const queue = renamed(detail.QueueInfo, 'QueueArn');
  const agent = renamed(detail.AgentInfo, 'AgentArn');
  const record: Fields = {
    ...detail,
    InstanceARN: detail.InstanceArn ?? detail.InstanceARN,
    Queue: queue,
    Agent: agent,
  };
  // Not the time of the fact, and no two deliveries of it need agree on it.
  record.LastUpdateTimestamp = undefined;
  const holder = { Queue: queue, Agent: agent, contact: record }[path.of];
  if (isObject(holder)) holder[path.field] ??= envelope.time;
  return adaptContact(record, isoTime(envelope.time));
}

/** `contactId` and `ContactId` are both seen: the latter in older events. */
const capitalised = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      isObject(value) && !/attributes/i.test(name) ? capitalised(value) : value,
    ]),
  );

/** A copy whose ARN stands where contact records have it; whatever is no object stays, and is refused by its name. */
function renamed(value: unknown, arn: string): unknown {
  if (value != null && !isObject(value)) return value;
  const { [arn]: found, ...others } = value ?? {};
  return { ...others, ARN: found ?? others.ARN };
}
