import cors from '@fastify/cors';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import type { Registry } from 'prom-client';
import type { InteractionEvent } from '../../schemas/types';
import { addHealth } from '../lib/health';
import { NotStored, type OutgoingRecord } from '../lib/kafka/batching-producer';
import type { Log } from '../lib/log';
import { type Tracing, traceOfRequest } from '../lib/tracing';
import type { Gate } from './access/gate';
import { admission, refusalOfBody, type SourceOf, type Taking } from './admission';
import { readBody } from './body';
import { idempotencyKeyOf } from './idempotency';
import type { Hold, InFlight } from './in-flight';
import { intake } from './intake';
import type { IngestMetrics } from './metrics';
import { apiDocument } from './openapi';
import { type Refusal, sendRefusal, sendUnavailable, tooLarge, unavailableRetrySeconds } from './replies';
import type { IngestSettings } from './settings';
import { eventMediaTypes, sources as fixedSources, sourceOfRequest } from './sources';
import type { Source } from './sources/source';
import { traceRequests } from './trace-requests';
import { serveTracker } from './tracker';

export interface IngestDeps {
  settings: Pick<
    IngestSettings,
    | 'INGEST_MAX_BODY_BYTES'
    | 'INGEST_MAX_EVENTS_PER_REQUEST'
    | 'INGEST_MAX_EVENT_BYTES'
    | 'INGEST_CORS_ORIGINS'
    | 'INGEST_PUBLIC_URL'
  >;
  /** By name; those of the map when the deployment says no more about them. */
  sources?: ReadonlyMap<string, Source>;
  gate: Gate;
  /** Of the server, when it speaks TLS itself. */
  tls?: object;
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
  /** Spans for requests; without it a trace that comes with one is passed on. */
  tracing?: Tracing;
}

/** The HTTP side of ingest, not listening. Everything it needs from outside comes in `deps`. */
export function buildApp(deps: IngestDeps): FastifyInstance {
  const { settings, metrics, gate, sources = fixedSources } = deps;
  const options = { bodyLimit: settings.INGEST_MAX_BODY_BYTES, requestTimeout: 30_000, keepAliveTimeout: 65_000 };
  const app = fastify((deps.tls ? { ...options, https: deps.tls } : options) as FastifyServerOptions);
  // Bodies stay bytes until they are known to be UTF-8; the media type is judged before the body is read.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.register(cors, {
    origin: settings.INGEST_CORS_ORIGINS.includes('*') ? '*' : settings.INGEST_CORS_ORIGINS,
    methods: ['POST'],
    allowedHeaders: ['content-type', 'authorization', 'x-api-key', 'idempotency-key'],
    exposedHeaders: ['retry-after'],
    maxAge: 7_200,
  });

  function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
    metrics.rejected(refusal.reason);
    return sendRefusal(reply, refusal);
  }

  const admit = admission({ ...deps, refuse });

  const take = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const hold = request.hold as Hold;
    const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
    hold.resize(body.length);
    hold.share();
    try {
      return await takeBody(body, request, reply);
    } finally {
      hold.release();
    }
  };

  async function takeBody(body: Buffer, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { name: sourceName, source, sentAs } = request.taking as Taking;
    const refusal = refusalOfBody(body, request, deps);
    if (refusal) return refuse(reply, refusal);
    const idempotency = idempotencyKeyOf(request.headers);
    if ('refused' in idempotency) return refuse(reply, idempotency.refused);
    const read = await readBody(body, source, sentAs, settings.INGEST_MAX_EVENTS_PER_REQUEST);
    if ('refused' in read) return refuse(reply, read.refused);
    metrics.received(sourceName, read.items.length);
    const { records, eventIds, systems, agesMs, rejected, skipped } = intake(read.items, source, sentAs, {
      receivedAt: deps.now(),
      idempotencyKey: idempotency.key,
      encode: deps.encode,
      maxEventBytes: settings.INGEST_MAX_EVENT_BYTES,
    });
    const carried = request.span?.headers ?? traceOfRequest(request.headers);
    if (carried) for (const record of records) record.headers = { ...carried };
    await deps.store(records);
    metrics.accepted(systems, agesMs);
    for (const { reason } of skipped) metrics.skipped(reason);
    for (const { errors } of rejected) for (const { reason } of errors) metrics.rejected(reason);
    const accepted = { accepted: eventIds.length, event_ids: eventIds };
    if (rejected.length === 0) return reply.code(202).send(accepted);
    return reply.code(400).send({ ...accepted, rejected });
  }

  /** Meta asks once, when the webhook is set up, whether this address knows the agreed token. */
  const challenge = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { source } = request.params as { source: string };
    const answer = gate.challenge(source, request.query as Record<string, unknown>, deps.now());
    if (answer !== undefined) return reply.type('text/plain; charset=utf-8').send(answer);
    const message = 'this is no question whether the address is ours, or its token is not known here';
    return refuse(reply, { status: 403, reason: 'verify_token_wrong', message });
  };

  app.post('/v1/events', { onRequest: admit(sourceByHead, eventMediaTypes) }, take);
  app.post('/v1/sources/:source', { onRequest: admit(sourceByName(sources)) }, take);
  app.get('/v1/sources/:source', challenge);
  addHealth(app, deps.registry, deps.notReady);
  const document = apiDocument(settings, sources);
  app.get('/openapi.json', async () => document);
  serveTracker(app);

  if (deps.tracing) traceRequests(app, deps.tracing);
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    // A connection that is kept alive after its last answer would hold the stop up until it times out.
    if (closing) reply.header('connection', 'close');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    reply.headers({
      'x-content-type-options': 'nosniff',
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
      return sendUnavailable(reply, 'not_stored', error.message, unavailableRetrySeconds);
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

const namesOf = new Map([...fixedSources].map(([name, source]) => [source, name]));

const sourceByHead: SourceOf = (_request, sentAs) => {
  const source = sourceOfRequest(sentAs);
  return { name: namesOf.get(source) ?? 'events', source };
};

const sourceByName =
  (sources: ReadonlyMap<string, Source>): SourceOf =>
  (request) => {
    const { source: name } = request.params as { source: string };
    const source = sources.get(name);
    if (source) return { name, source };
    const known = [...sources.keys()].join(', ');
    return {
      status: 404,
      reason: 'unknown_source',
      message: `there is no source ${name.slice(0, 100)}; known sources: ${known}`,
    };
  };
