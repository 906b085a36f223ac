import { z } from 'zod';
import { schemaTexts } from '../../schemas/types';
import { topics, valueSchemas } from '../lib/topics';
import { eventSchema } from './domain/event-schema';
import { limits } from './domain/limits';
import type { IngestSettings } from './settings';
import { typesOf } from './sources';
import type { Source } from './sources/source';

type Json = Record<string, unknown>;
type Limits = Pick<IngestSettings, 'INGEST_MAX_BODY_BYTES' | 'INGEST_MAX_EVENTS_PER_REQUEST'>;

interface AvroField {
  name: string;
  doc?: string;
  type: unknown;
}

const text = { type: 'string' };
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const content = (mediaTypes: readonly string[], schema: Json): Json =>
  Object.fromEntries(mediaTypes.map((it) => [it, { schema }]));
const answer = (description: string, schema: string): Json => ({
  description,
  content: content(['application/json'], ref(schema)),
});

/** The OpenAPI 3.1 document: the event comes from the schema that validates it, its descriptions from the Avro schema. */
export function apiDocument(settings: Limits, sources: ReadonlyMap<string, Source>): Json {
  const oneOrMany = { oneOf: [ref('Event'), { type: 'array', items: ref('Event') }] };
  const lines = { type: 'string', description: 'One event a line.' };
  const eventBodies = {
    ...content(['application/json'], oneOrMany),
    ...content(['application/x-ndjson', 'application/ndjson', 'application/jsonl'], lines),
    ...content(['application/cloudevents+json'], ref('CloudEvent')),
    ...content(['application/cloudevents-batch+json'], { type: 'array', items: ref('CloudEvent') }),
  };
  const namedSource = { name: 'source', in: 'path', required: true, schema: { ...text, enum: [...sources.keys()] } };
  const described = [...sources].map(([name, { description }]) => `\`${name}\`: ${description}`).join('\n\n');
  return {
    openapi: '3.1.0',
    info: {
      title: 'Customer Dynamics ingest',
      version: '1',
      description:
        'Takes interaction events and stores them. 202 means that every event is stored. A retried request makes the ' +
        `same event ids, and repeats count once. At most ${settings.INGEST_MAX_BODY_BYTES} bytes and ` +
        `${settings.INGEST_MAX_EVENTS_PER_REQUEST} events a request.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: {
      '/v1/events': {
        post: {
          operationId: 'postEvents',
          security,
          parameters: [idempotencyKey],
          summary: 'Send events as JSON, NDJSON or CloudEvents 1.0 (structured, batch or binary).',
          requestBody: { required: true, content: eventBodies },
          responses: postResponses,
        },
      },
      '/v1/sources/{source}': {
        post: {
          operationId: 'postSource',
          summary: 'Send what a source produces, in its own form.',
          description: described,
          security,
          parameters: [namedSource, idempotencyKey],
          requestBody: { required: true, content: content(typesOf(sources.values()), {}) },
          responses: { ...postResponses, 404: answer('No such source.', 'Refused') },
        },
        get: {
          operationId: 'answerChallenge',
          summary: 'Meta asks whether this address is ours: the challenge comes back when the agreed token is given.',
          parameters: [
            namedSource,
            ...['hub.mode', 'hub.verify_token', 'hub.challenge'].map((name) => ({ name, in: 'query', schema: text })),
          ],
          responses: {
            200: { description: 'The challenge.', content: content(['text/plain'], text) },
            403: answer('Not the agreed token.', 'Refused'),
          },
        },
      },
      '/tracker.js': {
        get: {
          operationId: 'tracker',
          summary: 'The web tracker: a script for pages, which sends to the source `web`.',
          responses: {
            200: { description: 'The script.', content: content(['text/javascript'], text) },
            304: { description: 'The script that the browser has is still this one.' },
          },
        },
      },
      '/livez': { get: { operationId: 'live', responses: { 200: answer('The process is alive.', 'Live') } } },
      '/readyz': {
        get: {
          operationId: 'ready',
          responses: { 200: answer('Events are taken.', 'Ready'), 503: answer('Events are not taken.', 'Ready') },
        },
      },
      '/metrics': {
        get: {
          operationId: 'metrics',
          responses: { 200: { description: 'Prometheus text.', content: content(['text/plain'], { type: 'string' }) } },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'document',
          responses: { 200: { description: 'This.', content: content(['application/json'], { type: 'object' }) } },
        },
      },
    },
    components: { securitySchemes, schemas: { Event: eventJsonSchema(), ...otherSchemas } },
  };
}

/** One of these where the deployment asks for it; signatures of vendors' webhooks are no scheme that OpenAPI knows. */
const securitySchemes: Json = {
  bearer: { type: 'http', scheme: 'bearer' },
  basic: { type: 'http', scheme: 'basic', description: 'The key as the user, for vendors that send nothing else.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  urlKey: { type: 'apiKey', in: 'query', name: 'key', description: 'Only keys that are marked for it.' },
  certificate: { type: 'mutualTLS' },
};
const security = [...Object.keys(securitySchemes).map((name) => ({ [name]: [] })), {}];

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Tells requests apart whose events bring no ids and are equal. A retry keeps it.',
  schema: { type: 'string', minLength: 1, maxLength: limits.idChars, pattern: '^[\\x21-\\x7e]+$' },
};

const retryAfter = { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } };

const postResponses = {
  202: answer('Every event is stored.', 'Accepted'),
  400: {
    description: 'Some events are refused (`rejected`; the others are stored), or the body cannot be read (`reason`).',
    content: content(['application/json'], { anyOf: [ref('PartlyAccepted'), ref('Refused')] }),
  },
  401: answer('No proof of who sends: a key, a signature, a certificate.', 'Refused'),
  403: answer('This key may not send to this source, or not from this page.', 'Refused'),
  413: answer('The body is too large or holds too many events.', 'Refused'),
  415: answer('The media type, charset or encoding is not taken.', 'Refused'),
  429: { ...answer('More requests than this key may send; nothing is stored.', 'Refused'), headers: retryAfter },
  503: {
    ...answer('Nothing is acknowledged; send the same again: the event ids will be the same.', 'Refused'),
    headers: retryAfter,
  },
};

const accepted = {
  accepted: { type: 'integer', minimum: 0, description: 'Events stored.' },
  event_ids: { type: 'array', items: { type: 'string' }, description: 'Their ids, in the order they were sent.' },
};

const otherSchemas: Json = {
  CloudEvent: {
    type: 'object',
    description: 'CloudEvents 1.0. `data` holds the fields of an event that the envelope does not give.',
    required: ['specversion', 'id', 'source', 'type'],
    properties: {
      specversion: { const: '1.0' },
      id: { ...text, maxLength: limits.idChars, description: 'source.event_id; with source, it makes the event id.' },
      source: { ...text, maxLength: limits.nameChars, description: 'source.system' },
      type: { ...text, maxLength: limits.eventTypeChars, description: 'event_type' },
      time: { ...text, format: 'date-time', description: 'occurred_at' },
      recordedtime: { ...text, format: 'date-time', description: 'observed_at' },
      sequence: { type: ['string', 'integer'], description: 'source.sequence' },
      data: { type: 'object' },
    },
    additionalProperties: { description: 'subject, dataschema and extensions: kept as attributes named ce_<name>.' },
  },
  Accepted: { type: 'object', required: ['accepted', 'event_ids'], properties: accepted },
  PartlyAccepted: {
    type: 'object',
    required: ['accepted', 'event_ids', 'rejected'],
    properties: {
      ...accepted,
      rejected: {
        type: 'array',
        items: {
          type: 'object',
          required: ['index', 'errors'],
          properties: {
            index: { type: 'integer', description: 'Place in the body, from 0; blank lines are not counted.' },
            errors: { type: 'array', maxItems: limits.faultsPerEvent, items: ref('Fault') },
          },
        },
      },
    },
  },
  Fault: {
    type: 'object',
    required: ['field', 'reason', 'message'],
    properties: { field: text, reason: { ...text, description: 'Countable.' }, message: text },
  },
  Refused: {
    type: 'object',
    required: ['reason', 'message'],
    properties: {
      reason: text,
      message: text,
      position: { type: 'integer' },
      line: { type: 'integer' },
      column: { type: 'integer' },
    },
  },
  Live: { type: 'object', properties: { status: text } },
  Ready: { type: 'object', properties: { status: text, reasons: { type: 'array', items: text } } },
};

function eventJsonSchema(): Json {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(eventSchema, { io: 'input' }) as Json;
  describe(schema, JSON.parse(schemaTexts[valueSchemas[topics.raw]]));
  return { description: 'One fact at one time.', ...schema };
}

/** Adds the Avro schema's sentences to the properties of the same name, through optional values and lists. */
function describe(schema: Json, avro: { fields: AvroField[] }): void {
  const properties = schema.properties as Record<string, Json>;
  for (const { name, doc, type } of avro.fields) {
    const property = properties[name];
    if (!property) continue;
    if (doc) property.description = doc;
    const object = objectIn(property);
    const record = recordIn(type);
    if (object && record) describe(object, record);
  }
}

function objectIn(schema: Json): Json | undefined {
  if (schema.properties) return schema;
  const inner = [...((schema.anyOf as Json[] | undefined) ?? []), ...(schema.items ? [schema.items as Json] : [])];
  return inner.map(objectIn).find((it) => it !== undefined);
}

function recordIn(type: unknown): { fields: AvroField[] } | undefined {
  if (Array.isArray(type)) return type.map(recordIn).find((it) => it !== undefined);
  if (typeof type !== 'object' || type === null) return undefined;
  if ('fields' in type) return type as { fields: AvroField[] };
  return recordIn('items' in type ? type.items : (type as { type?: unknown }).type);
}
