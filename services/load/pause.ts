import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Log } from '../lib/log';
import { sameSecret } from '../lib/secrets';

/** A tool's right to find a table left alone, until it ends or is given back. */
interface Lease {
  topic: string;
  holder: string;
  /** Epoch ms. */
  until: number;
}

/** What is told of one table. */
export interface PauseState {
  table: string;
  topic: string;
  holder: string;
  /** Epoch ms; the pause ends by itself then, unless it is asked for again. */
  paused_until: number;
  /** No block is under way here and none is open: nothing changes in the table. */
  quiet: boolean;
  /** Partitions whose block has not ended yet. */
  waiting: string[];
}

/** A task as far as a pause is concerned. */
export interface Pausable {
  readonly topic: string;
  readonly partition: number;
  /** Nothing is under way and no intent is open. */
  readonly quiet: boolean;
}

/** Another tool has paused the table. */
export class PauseConflict extends Error {
  constructor(table: string, lease: Lease) {
    super(`${table} is paused by ${lease.holder} until ${new Date(lease.until).toISOString()}`);
    this.name = 'PauseConflict';
  }
}

const longestLeaseSeconds = 600;

/**
 * Which topics are not to be loaded for the moment. A table is paused by holding up the whole topic that fills it.
 *
 * What is under way ends, is committed as done, and nothing is begun until the lease ends: no intent stays open, and
 * records wait in Kafka. A lease that is not renewed ends by itself, so a tool that died stops nothing for long.
 */
export class Pauses {
  private readonly leases = new Map<string, Lease>();

  constructor(private readonly now: () => number) {}

  /** Takes or renews a lease. Throws PauseConflict while another holds one of the same table. */
  take(table: string, topic: string, holder: string, lease_ms: number): void {
    const standing = this.leases.get(table);
    if (standing && standing.holder !== holder && standing.until > this.now()) throw new PauseConflict(table, standing);
    this.leases.set(table, { topic, holder, until: this.now() + lease_ms });
  }

  /** Gives a lease back; another holder's stays. */
  giveBack(table: string, holder: string): void {
    if (this.leases.get(table)?.holder === holder) this.leases.delete(table);
  }

  isPaused(topic: string): boolean {
    if (this.leases.size === 0) return false;
    const now = this.now();
    for (const [table, lease] of this.leases) {
      if (lease.until <= now) this.leases.delete(table);
      else if (lease.topic === topic) return true;
    }
    return false;
  }

  states(tasks: Iterable<Pausable>): PauseState[] {
    const all = [...tasks];
    return [...this.leases]
      .filter(([, { until }]) => until > this.now())
      .map(([table, { topic, holder, until }]) => {
        const waiting = all
          .filter((task) => task.topic === topic && !task.quiet)
          .map(({ partition }) => `${topic}/${partition}`)
          .sort();
        return { table, topic, holder, paused_until: until, quiet: waiting.length === 0, waiting };
      });
  }
}

const request = z.object({
  holder: z.string().min(1).max(200),
  lease_seconds: z.number().int().min(1).max(longestLeaseSeconds),
});

/**
 * `GET /admin/pauses`, `POST /admin/pauses/{table}` with `{holder, lease_seconds}`, `DELETE /admin/pauses/{table}?holder=`.
 * 401 without `Authorization: Bearer <token>` where a token is set, 404 for a table that nothing loaded here fills, 409
 * while another holds it, 503 while ClickHouse cannot say.
 */
export function addPauses(
  app: FastifyInstance,
  pauses: Pauses,
  tasks: Iterable<Pausable>,
  topicOf: (table: string) => Promise<string | undefined>,
  log: Log,
  { token, consumers = 1 }: { token?: string; consumers?: number } = {},
): void {
  app.addHook('onRequest', async ({ routeOptions: { url }, headers: { authorization } }, reply) => {
    if (token === undefined || !url?.startsWith('/admin/') || sameSecret(authorization ?? '', `Bearer ${token}`))
      return;
    return reply.code(401).send({ error: 'Authorization must be "Bearer <LOAD_ADMIN_TOKEN>"' });
  });
  app.get('/admin/pauses', async () => pauses.states(tasks));
  app.post<{ Params: { table: string } }>('/admin/pauses/:table', async ({ params: { table }, body }, reply) => {
    const asked = request.safeParse(body);
    if (!asked.success) {
      const error = asked.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
      return reply.code(400).send({ error });
    }
    let topic: string | undefined;
    try {
      topic = await topicOf(table);
    } catch (error) {
      return reply.code(503).send({ error: `which topic fills ${table} cannot be found: ${(error as Error).message}` });
    }
    if (topic === undefined) return reply.code(404).send({ error: `no topic loaded here fills ${table}` });
    const isNew = !pauses.states([]).some((state) => state.table === table);
    try {
      pauses.take(table, topic, asked.data.holder, asked.data.lease_seconds * 1_000);
    } catch (error) {
      if (!(error instanceof PauseConflict)) throw error;
      return reply.code(409).send({ error: error.message });
    }
    if (isNew) log.info({ table, topic, holder: asked.data.holder }, 'loading is paused');
    // So many members of the topic's group this process is: who pauses counts them, to know that none is missing.
    return { ...pauses.states(tasks).find((state) => state.table === table), consumers };
  });
  app.delete<{ Params: { table: string }; Querystring: { holder?: string } }>(
    '/admin/pauses/:table',
    async ({ params: { table }, query: { holder = '' } }) => {
      pauses.giveBack(table, holder);
      log.info({ table, holder }, 'loading goes on');
      return pauses.states(tasks);
    },
  );
}
