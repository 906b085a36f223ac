import { fault, isObject } from '../../domain/fault';
import type { Adapted } from '../source';
import { adaptCall } from './call';
import { adaptMessageEvent } from './message';
import { adaptTaskRouter } from './taskrouter';

type Fields = Record<string, unknown>;

/** An event of Twilio Event Streams: a CloudEvent of Twilio's own types. */
export const isStreamEvent = (item: Fields): boolean =>
  typeof item.type === 'string' && item.type.startsWith('com.twilio.') && 'specversion' in item;

/** The same fact as the product's own webhook tells, in a CloudEvent. */
export function adaptStreamEvent(item: Fields): Adapted {
  const type = item.type as string;
  const data = item.data;
  if (!isObject(data)) return { faults: [fault('data', data == null ? 'missing' : 'wrong_type', 'must be an object')] };
  if (type.startsWith('com.twilio.taskrouter.')) {
    return adaptTaskRouter(isObject(data.payload) ? data.payload : data, 'stream');
  }
  const message = /^com\.twilio\.messaging\.(?:message|inbound-message)\.([a-z]+)$/.exec(type);
  // The type tells the status: the field is written in several ways.
  if (message) return adaptMessageEvent({ ...data, messageStatus: message[1] });
  if (type.startsWith('com.twilio.voice.status-callback.call.')) {
    const request = isObject(data.request) ? data.request.parameters : undefined;
    return adaptCall(isObject(request) ? request : data, 'callback');
  }
  return { events: [], skipped: 'stream_event_without_a_fact' };
}
