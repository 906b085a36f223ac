import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../../infra/local/stack';

const urls = ({ addresses }: Stack) => ({
  ingest: addresses.ingestUrl,
  enrich: addresses.enrichUrl,
  sessionize: addresses.sessionizeUrl,
  load: addresses.loadUrl,
});

export type ServiceName = keyof ReturnType<typeof urls>;

/** What a service tells Prometheus. */
export async function scrape(stack: Stack, service: ServiceName): Promise<string> {
  return (await fetch(`${urls(stack)[service]}/metrics`)).text();
}

/** Values of a metric, by its labels as they are written. */
export const series = (text: string, name: string): Map<string, number> =>
  new Map(
    [...text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))].map(([, labels, value]) => [
      labels ?? '',
      Number(value),
    ]),
  );

/** The greatest value of a metric, once it fulfils a condition; throws with the last one after `withinMs`. */
export async function settled(
  stack: Stack,
  service: ServiceName,
  name: string,
  holds: (most: number) => boolean,
  withinMs = 20_000,
): Promise<number> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const most = Math.max(...series(await scrape(stack, service), name).values());
    if (holds(most)) return most;
    if (Date.now() > deadline) throw new Error(`${name} is ${most} after ${withinMs} ms`);
    await sleep(200);
  }
}
