import type { FastifyInstance } from 'fastify';
import type { FollowUps } from './follow-ups';

/**
 * `POST /admin/follow-ups`: one round now, answered when it has ended with `{result, written_days, waiting_days}`; any load may be
 * asked. 503 while load is starting, or with the reason when the round fails. Who may ask is checked as for pauses.
 */
export function addFollowUps(app: FastifyInstance, followUps: () => FollowUps | undefined): void {
  app.post('/admin/follow-ups', async (_request, reply) => {
    const running = followUps();
    if (!running) return reply.code(503).send({ error: 'load is still starting' });
    try {
      return await running.round();
    } catch (error) {
      return reply.code(503).send({ error: (error as Error).message });
    }
  });
}
