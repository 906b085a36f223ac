import type { FastifyInstance } from 'fastify';
import { type Span, type Tracing, traceOfRequest } from '../lib/tracing';

declare module 'fastify' {
  interface FastifyRequest {
    span?: Span;
  }
}

/** A span for each request that may bring events, from its head to its answer. Call it only where traces are wanted. */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.url;
    if (!route?.startsWith('/v1/')) return;
    request.span = tracing.start(`${request.method} ${route}`, 'server', traceOfRequest(request.headers), {
      'http.request.method': request.method,
      'http.route': route,
      'url.scheme': request.protocol,
    });
  });
  app.addHook('onResponse', async (request, reply) => request.span?.end({ status: reply.statusCode }));
}
