import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log';

/** Tries until it works or `stopped`; says what is waited for once, then every ten tries. Waits at most 2 s between. */
export async function patiently<T>(
  what: string,
  log: Log,
  work: () => Promise<T>,
  stopped: () => boolean = () => false,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (stopped()) throw error;
      if (attempt % 10 === 0) log.warn({ error: (error as Error).message }, `${what}: not possible yet, trying on`);
      await sleep(Math.min(100 * 2 ** Math.min(attempt, 10), 2_000));
    }
  }
}
