import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { trackerScript } from './tracker-script';

/** A browser asks again after an hour, and may use what it has for a day while it does. */
const cacheControl = 'public, max-age=3600, stale-while-revalidate=86400';

/** `GET /tracker.js`: the script that pages embed (docs/sources/web-tracker.md), plain or gzipped. */
export function serveTracker(app: FastifyInstance): void {
  const zipped = gzipSync(trackerScript, { level: 9 });
  const etag = `W/"${createHash('sha256').update(trackerScript).digest('base64url').slice(0, 22)}"`;
  app.get('/tracker.js', async (request, reply) => {
    reply.headers({
      'cache-control': cacheControl,
      etag,
      // Pages that isolate themselves (COEP) load nothing from elsewhere that does not say so.
      'cross-origin-resource-policy': 'cross-origin',
    });
    const vary = reply.getHeader('vary');
    reply.header('vary', vary ? `${vary}, accept-encoding` : 'accept-encoding');
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
    reply.type('text/javascript; charset=utf-8');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return trackerScript;
    reply.header('content-encoding', 'gzip');
    return zipped;
  });
}
