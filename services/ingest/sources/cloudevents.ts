import { type Fault, fault, isObject } from '../domain/fault';
import { limits } from '../domain/limits';
import { binaryEnvelope, isBinary } from './cloudevents-headers';
import { lineTypes } from './events';
import type { Adapted, Form, Source } from './source';

const forms = new Map<string, Form>([
  ['application/cloudevents+json', 'one'],
  ['application/cloudevents-batch+json', 'array'],
  ['application/json', 'oneOrArray'],
  ...lineTypes.map((it) => [it, 'lines'] as const),
]);

/** Envelope attributes with a place of their own in an event; every other one becomes the attribute `ce_<name>`. */
const mapped = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'time',
  'recordedtime',
  'sequence',
  'data',
  'datacontenttype',
]);

/** Our fields that the envelope sets, by the envelope's name for them. */
const sentNames = new Map([
  ['event_type', 'type'],
  ['occurred_at', 'time'],
  ['observed_at', 'recordedtime'],
  ['source', 'source'],
  ['source.system', 'source'],
  ['source.event_id', 'id'],
  ['source.sequence', 'sequence'],
]);

/**
 * CloudEvents 1.0. The envelope gives id, source, type and time, `data` the remaining fields of our event. `subject`
 * is kept as an attribute: what it names differs from producer to producer, and a wrong interaction_id joins legs
 * that have nothing to do with each other.
 */
export const cloudevents: Source = {
  description: 'CloudEvents 1.0, structured, batch or binary; `data` holds the remaining fields of an event.',
  mediaTypes: [...forms.keys()],
  form: (sentAs) => (isBinary(sentAs) ? 'one' : forms.get(sentAs.mediaType)),
  adapt: (item, sentAs) => {
    if (!isBinary(sentAs)) return fromEnvelope(item);
    const read = binaryEnvelope(sentAs, item);
    return 'faults' in read ? read : fromEnvelope(read.envelope);
  },
  sentName: (field) => {
    const own = sentNames.get(field);
    if (own) return own;
    return field.startsWith('attributes.ce_') ? extensionName(field.slice('attributes.ce_'.length)) : `data.${field}`;
  },
};

function fromEnvelope(envelope: unknown): Adapted {
  if (!isObject(envelope)) return { faults: [fault('event', 'wrong_type', 'must be a CloudEvent: a JSON object')] };
  const { specversion, id, source, type, time, recordedtime, sequence, datacontenttype } = envelope;
  const data = envelope.data ?? {};
  const faults: Fault[] = [
    ...(specversion === '1.0' ? [] : [fault('specversion', 'unsupported_version', 'must be "1.0"')]),
    ...Object.entries({ id, source, type }).flatMap(([name, value]) =>
      typeof value === 'string' && value !== '' ? [] : [fault(name, 'missing', 'is required by CloudEvents')],
    ),
    ...('data_base64' in envelope ? [fault('data_base64', 'unknown_field', 'is not read: send JSON in data')] : []),
    ...(isJson(datacontenttype) ? [] : [fault('datacontenttype', 'unsupported_type', 'must be a JSON media type')]),
    ...(isObject(data) ? setTwice(data, envelope) : [fault('data', 'wrong_type', 'must be an object')]),
    ...(sequence == null || isScalar(sequence) ? [] : [fault('sequence', 'wrong_type', 'must be text or a number')]),
    ...extensions(envelope).flatMap(([name, value]) =>
      isScalar(value) ? [] : [fault(extensionName(name), 'wrong_type', 'must be text, a number or true or false')],
    ),
  ];
  if (faults.length > 0) return { faults: faults.slice(0, limits.faultsPerEvent) };
  const number = sequenceNumber(sequence);
  const attributes: Record<string, unknown> = Object.fromEntries(
    extensions(envelope).map(([name, value]) => [`ce_${name}`, String(value)]),
  );
  if (sequence != null && number === undefined) attributes.ce_sequence = String(sequence);
  const event: Record<string, unknown> = { ...(data as Record<string, unknown>), event_type: type };
  event.source = { system: source, event_id: id, sequence: number ?? null };
  if (time !== undefined) event.occurred_at = time;
  if (recordedtime !== undefined) event.observed_at = recordedtime;
  if (Object.keys(attributes).length > 0) event.attributes = merged(event.attributes, attributes);
  return { events: [event] };
}

/** JSON allows an extension without a name; a fault of it needs one. */
const extensionName = (name: string): string => name || 'extension';

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** JSON is what `data` is when nothing is said. */
const isJson = (mediaType: unknown): boolean =>
  mediaType == null || (typeof mediaType === 'string' && /^[a-z-]+\/(?:[\w.-]+\+)?json(?:\s*;|$)/i.test(mediaType));

/** Null extensions count as absent, as the JSON format says. */
const extensions = (envelope: Record<string, unknown>): [string, unknown][] =>
  Object.entries(envelope).filter(([name, value]) => !mapped.has(name) && name !== 'data_base64' && value !== null);

/** Two values for one field: guessing which is meant would hide a mistake. */
function setTwice(data: Record<string, unknown>, envelope: Record<string, unknown>): Fault[] {
  const byEnvelope = [
    ['event_id', 'id'],
    ['event_type', 'type'],
    ['source', 'source'],
    ['occurred_at', 'time'],
    ['observed_at', 'recordedtime'],
  ];
  return byEnvelope
    .filter(([field, attribute]) => field in data && envelope[attribute] !== undefined)
    .map(([field, attribute]) => fault(`data.${field}`, 'set_twice', `is given by the envelope: ${attribute}`));
}

/** The sequence extension is text; what is no whole number in it stays readable as an attribute. */
function sequenceNumber(sequence: unknown): number | undefined {
  const number = typeof sequence === 'string' && /^-?\d{1,16}$/.test(sequence) ? Number(sequence) : sequence;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

const merged = (own: unknown, added: Record<string, unknown>): unknown =>
  own == null || isObject(own) ? { ...own, ...added } : own;
