import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { InteractionEvent } from '../../schemas/types';
import { addHealth } from '../lib/health';
import { NotStored, type OutgoingRecord } from '../lib/kafka/batching-producer';
import type { Log } from '../lib/log';
import { type Refused, readBody } from './body';
import type { Hold, InFlight } from './in-flight';
import { intake } from './intake';
import type { IngestMetrics } from './metrics';
import { apiDocument } from './openapi';
import { sentAsOf, unsupportedMediaType } from './sent-as';
import type { IngestSettings } from './settings';
import { eventMediaTypes, sourceOfRequest, sources } from './sources';
import type { SentAs, Source } from './sources/source';

export interface IngestDeps {
  settings: Pick<IngestSettings, 'INGEST_MAX_BODY_BYTES' | 'INGEST_MAX_EVENTS_PER_REQUEST' | 'INGEST_MAX_EVENT_BYTES'>;
  encode(event: InteractionEvent): Buffer;
  /** Resolves when every record is stored; rejects with NotStored. */
  store(records: readonly OutgoingRecord[]): Promise<void>;
  /** Why events cannot be taken now; empty when they can. */
  notReady(): string[];
  now(): number;
  inFlight: InFlight;
  metrics: IngestMetrics;
  registry: Registry;
  log: Log;
}

declare module 'fastify' {
  interface FastifyRequest {
    hold?: Hold;
    taking?: { source: Source; sentAs: SentAs };
  }
}

const unavailableRetrySeconds = 5;
const overloadedRetrySeconds = 1;

/** The HTTP side of ingest, not listening. Everything it needs from outside comes in `deps`. */
export function buildApp(deps: IngestDeps): FastifyInstance {
  const { settings, inFlight, metrics } = deps;
  const app = fastify({ bodyLimit: settings.INGEST_MAX_BODY_BYTES, requestTimeout: 30_000, keepAliveTimeout: 65_000 });
  // Bodies stay bytes until they are known to be UTF-8; the media type is judged before the body is read.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  /** Judges a request by its head. Whoever is refused here never has its body held in memory. */
  const admit =
    (sourceOf: (request: FastifyRequest, sentAs: SentAs) => Source | Refused, mediaTypes?: readonly string[]) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const read = sentAsOf(request.headers);
      if ('refused' in read) return refuse(reply, read.refused);
      const source = sourceOf(request, read.sentAs);
      if ('status' in source) return refuse(reply, source);
      if (!source.form(read.sentAs)) {
        return refuse(reply, unsupportedMediaType(read.sentAs.mediaType, mediaTypes ?? source.mediaTypes));
      }
      const reasons = deps.notReady();
      if (reasons.length > 0) return unavailable(reply, 'not_ready', reasons.join('; '), unavailableRetrySeconds);
      // Without a length the body counts as the largest one until it is here.
      const bytes = Number(request.headers['content-length'] ?? settings.INGEST_MAX_BODY_BYTES);
      if (bytes > settings.INGEST_MAX_BODY_BYTES) return refuse(reply, tooLarge(settings.INGEST_MAX_BODY_BYTES));
      const hold = inFlight.hold(bytes);
      if (!hold) return unavailable(reply, 'overloaded', 'too much is under way', overloadedRetrySeconds);
      request.hold = hold;
      request.taking = { source, sentAs: read.sentAs };
      reply.raw.once('close', () => hold.release());
      return undefined;
    };

  const take = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { hold, taking } = request as Required<Pick<FastifyRequest, 'hold' | 'taking'>>;
    const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
    hold.resize(body.length);
    hold.share();
    try {
      return await takeBody(body, taking.source, taking.sentAs, reply);
    } finally {
      hold.release();
    }
  };

  async function takeBody(body: Buffer, source: Source, sentAs: SentAs, reply: FastifyReply): Promise<unknown> {
    const read = await readBody(body, source, sentAs, settings.INGEST_MAX_EVENTS_PER_REQUEST);
    if ('refused' in read) return refuse(reply, read.refused);
    const { records, eventIds, systems, rejected } = intake(read.items, source, sentAs, {
      receivedAt: deps.now(),
      encode: deps.encode,
      maxEventBytes: settings.INGEST_MAX_EVENT_BYTES,
    });
    await deps.store(records);
    metrics.accepted(systems);
    for (const { errors } of rejected) for (const { reason } of errors) metrics.rejected(reason);
    const accepted = { accepted: eventIds.length, event_ids: eventIds };
    if (rejected.length === 0) return reply.code(202).send(accepted);
    return reply.code(400).send({ ...accepted, rejected });
  }

  function refuse(reply: FastifyReply, { status, ...why }: Refused): FastifyReply {
    metrics.rejected(why.reason);
    return reply.code(status).send(why);
  }

  app.post('/v1/events', { onRequest: admit((_request, sentAs) => sourceOfRequest(sentAs), eventMediaTypes) }, take);
  app.post('/v1/sources/:source', { onRequest: admit(namedSource) }, take);
  addHealth(app, deps.registry, deps.notReady);
  const document = apiDocument(settings);
  app.get('/openapi.json', async () => document);

  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    // A connection that is kept alive after its last answer would hold the stop up until it times out.
    if (closing) reply.header('connection', 'close');
    reply.headers({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });
  app.addHook('onResponse', async (request, reply) => {
    metrics.request(request.routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime / 1_000);
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `there is no ${request.method} ${request.url.split('?')[0].slice(0, 200)}; see /openapi.json`;
    return reply.code(404).send({ reason: 'not_found', message });
  });
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    if (error instanceof NotStored) {
      return unavailable(reply, 'not_stored', error.message, unavailableRetrySeconds);
    }
    if (error.statusCode === 413) return refuse(reply, tooLarge(settings.INGEST_MAX_BODY_BYTES));
    if (error.statusCode && error.statusCode < 500) {
      return refuse(reply, { status: error.statusCode, reason: 'bad_request', message: error.message });
    }
    // Only type and place: messages may quote what was sent.
    const place = error.stack?.split('\n').slice(1, 4).join('\n');
    deps.log.error({ type: error.name, place, route: request.routeOptions.url }, 'a request failed');
    return reply.code(500).send({ reason: 'internal', message: 'the request failed here; it may be sent again' });
  });
  return app;
}

function namedSource(request: FastifyRequest): Source | Refused {
  const { source: name } = request.params as { source: string };
  const known = [...sources.keys()].join(', ');
  const message = `there is no source ${name.slice(0, 100)}; known sources: ${known}`;
  return sources.get(name) ?? { status: 404, reason: 'unknown_source', message };
}

function unavailable(reply: FastifyReply, reason: string, message: string, retrySeconds: number): FastifyReply {
  return reply
    .code(503)
    .header('retry-after', retrySeconds)
    .send({ reason, message: `${message}; nothing was accepted` });
}

const tooLarge = (maxBytes: number): Refused => ({
  status: 413,
  reason: 'body_too_large',
  message: `the body is larger than ${maxBytes} bytes: send the events in several requests`,
});
