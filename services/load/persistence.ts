import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from '../lib/kafka/partition-task';
import { StaleAssignment } from '../lib/kafka/partition-task';

const heartbeatEveryMs = 1_000;
const longestPauseMs = 2_000;

/**
 * Does work over again until it succeeds, as a member of the group all the while: heartbeats go on during the work and
 * the pauses, and when the group says that the assignment is over, the work is aborted and its error let through.
 * What is being tried in vain stands in `troubles`, for readiness.
 */
export class Persistence {
  private readonly troubles = new Map<string, string>();

  constructor(private readonly stopping: () => boolean) {}

  notReady(): string[] {
    return [...this.troubles].map(([what, trouble]) => `${what}: ${trouble}`);
  }

  /** `final` tells errors that another try cannot change: they are thrown at once. */
  async until<T>(
    what: string,
    control: Control,
    work: (signal: AbortSignal) => Promise<T>,
    options: { final?(error: unknown): boolean; onRetry?(): void } = {},
  ): Promise<T> {
    try {
      for (let attempt = 0; ; attempt++) {
        // What is begun is tried once: a block whose intent is committed must not stay open because the service ends.
        if (attempt > 0 && this.stopping()) throw new StaleAssignment();
        control.assertCurrent();
        const result = await withHeartbeats(control, work);
        if ('value' in result) return result.value;
        if (result.lostMembership) throw result.lostMembership;
        if (options.final?.(result.error)) throw result.error;
        options.onRetry?.();
        this.troubles.set(what, (result.error as Error).message.slice(0, 300));
        await sleep(Math.min(100 * 2 ** Math.min(attempt, 10), longestPauseMs));
        await control.heartbeat();
      }
    } finally {
      this.troubles.delete(what);
    }
  }
}

type Outcome<T> = { value: T } | { error: unknown; lostMembership?: Error };

async function withHeartbeats<T>(control: Control, work: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  const abort = new AbortController();
  let lostMembership: Error | undefined;
  const timer = setInterval(() => {
    control.heartbeat().catch((error: Error) => {
      lostMembership ??= error;
      abort.abort();
    });
  }, heartbeatEveryMs);
  try {
    return { value: await work(abort.signal) };
  } catch (error) {
    return { error, lostMembership };
  } finally {
    clearInterval(timer);
  }
}
