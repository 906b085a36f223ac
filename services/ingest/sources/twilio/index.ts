import { fault, isObject } from '../../domain/fault';
import { lineTypes } from '../events';
import type { Adapted, Form, SentAs, Source } from '../source';
import { adaptCall } from './call';
import { adaptStreamEvent, isStreamEvent } from './event-stream';
import { adaptMessage, adaptMessageCallback } from './message';
import { adaptTaskRouter } from './taskrouter';

const formType = 'application/x-www-form-urlencoded';

const forms = new Map<string, Form>([
  [formType, 'parameters'],
  ['application/json', 'oneOrArray'],
  ['application/cloudevents+json', 'one'],
  ['application/cloudevents-batch+json', 'array'],
  ...lineTypes.map((it) => [it, 'lines'] as const),
]);

const neither = {
  faults: [
    fault(
      'record',
      'unknown_record',
      'must be a webhook of a call, message or TaskRouter event, one of Event Streams, or a resource',
    ),
  ],
};

/**
 * Twilio. Webhooks, Event Streams and resources of the API tell of one call with the same ids but not the same times:
 * send each product by one of these ways.
 */
export const twilio: Source = {
  description:
    'Twilio: webhooks of voice, messaging and TaskRouter (form-encoded), Event Streams, and call and message resources.',
  mediaTypes: [...forms.keys()],
  form: ({ mediaType }) => forms.get(mediaType),
  adapt,
  sentName: (field) => field,
};

function adapt(item: unknown, { mediaType, receivedAt }: SentAs): Adapted {
  if (!isObject(item)) return neither;
  if (isStreamEvent(item)) return adaptStreamEvent(item);
  if ('EventType' in item) return adaptTaskRouter(item, 'form');
  if ('CallSid' in item && 'CallStatus' in item) return adaptCall(item, 'callback');
  if ('MessageSid' in item || 'SmsSid' in item) return adaptMessageCallback(item, receivedAt);
  if (mediaType === formType) return neither;
  const sid = item.sid ?? item.id;
  if (typeof sid === 'string' && sid.startsWith('CA')) return adaptCall(item, 'resource');
  if (typeof sid === 'string' && /^[SM]M/.test(sid)) return adaptMessage(item);
  return neither;
}
