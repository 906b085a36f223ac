import fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

/** Why a service is not ready; empty when it is. */
export type Readiness = () => string[];

/** `/livez`, `/readyz` (503 with the reasons), `/metrics`: the outer shape of every service. */
export function addHealth(app: FastifyInstance, metrics: Registry, readiness: Readiness): void {
  app.get('/livez', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = readiness();
    return reasons.length === 0 ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reasons });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}

/** A shell for services that only consume: health, metrics and what else is added on one port. Rejects when it is taken. */
export async function startHealthServer(
  options: { host: string; port: number },
  metrics: Registry,
  readiness: Readiness,
  addRoutes?: (app: FastifyInstance) => void,
): Promise<FastifyInstance> {
  const app = fastify();
  addHealth(app, metrics, readiness);
  addRoutes?.(app);
  await app.listen(options);
  return app;
}
