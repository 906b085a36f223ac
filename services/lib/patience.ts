import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log';
import { Refused } from './refusal';

/**
 * Tries until it works or `stopped`; says what is waited for once, then every ten tries. Waits at most 2 s between.
 * Throws Refused where `refusal` finds in an error that trying on is in vain (`refusalOf`, while a service starts).
 */
export async function patiently<T>(
  what: string,
  log: Log,
  work: () => Promise<T>,
  stopped: () => boolean = () => false,
  refusal: (error: unknown) => string | undefined = () => undefined,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (stopped()) throw error;
      const reason = refusal(error);
      if (reason !== undefined) throw new Refused(what, reason);
      if (attempt % 10 === 0) log.warn({ error: (error as Error).message }, `${what}: not possible yet, trying on`);
      await sleep(Math.min(100 * 2 ** Math.min(attempt, 10), 2_000));
    }
  }
}
