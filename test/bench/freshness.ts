import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';

export interface Freshness {
  events_per_second: number;
  seconds: number;
  events: number;
  p50_ms: number;
  p90_ms: number;
  p99_ms: number;
  max_ms: number;
}

const sliceMs = 100;
/** Left out: caches fill, the JIT warms up. */
const warmUpMs = 8_000;

/**
 * Time from POST to visible in `volume_trends`, at a steady rate. Each 100 ms of events carries an intent of its own; a
 * poller counts events per intent, and what is new in a count has become visible since the last poll. So a latency is too
 * high by up to one poll and never too low; the poller runs on the same cores.
 */
export async function freshness(
  ingestUrl: string,
  clickhouse: ClickHouseClient,
  ratePerSecond: number,
  durationMs: number,
): Promise<Freshness> {
  const postedAt = new Map<string, number>();
  const latencies: number[] = [];
  const perSlice = Math.round((ratePerSecond * sliceMs) / 1_000);
  const startedAt = Date.now();
  const posts: Promise<void>[] = [];
  let sending = true;
  const polling = poll();
  for (let slice = 0; slice * sliceMs < durationMs; slice++) {
    const wait = startedAt + slice * sliceMs - Date.now();
    if (wait > 0) await sleep(wait);
    posts.push(post(`bench-${startedAt}-${slice}`, slice));
  }
  await Promise.all(posts);
  sending = false;
  await polling;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))];
  return {
    events_per_second: ratePerSecond,
    seconds: durationMs / 1_000,
    events: latencies.length,
    p50_ms: at(0.5),
    p90_ms: at(0.9),
    p99_ms: at(0.99),
    max_ms: at(1),
  };

  async function post(intent: string, slice: number): Promise<void> {
    const at = Date.now();
    const events = Array.from({ length: perSlice }, (_, i) => {
      const customer = (slice * perSlice + i) % 50_000;
      return {
        event_id: `${intent}-${i}`,
        event_type: 'web.page_viewed',
        occurred_at: at,
        channel: 'WEB',
        interaction_id: `visit-${customer}`,
        identities: [{ type: 'customer_id', value: `bench-${customer}`, verified: true }],
        intents: [{ label: intent, confidence: 0.9, kind: 'INTENT' }],
        page: { path: `/help/${i}` },
      };
    });
    postedAt.set(intent, at);
    const response = await fetch(`${ingestUrl}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    if (response.status !== 202) throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  }

  async function poll(): Promise<void> {
    const seen = new Map<string, number>();
    for (let quietSince = Date.now(); sending || Date.now() - quietSince < 5_000; ) {
      const result = await clickhouse.query({
        query: `SELECT intent, sum(events) AS n FROM volume_trends WHERE intent LIKE 'bench-${startedAt}-%' GROUP BY intent`,
        format: 'JSONEachRow',
      });
      const rows = await result.json<{ intent: string; n: string }>();
      const now = Date.now();
      for (const { intent, n } of rows) {
        const fresh = Number(n) - (seen.get(intent) ?? 0);
        if (fresh === 0) continue;
        quietSince = now;
        seen.set(intent, Number(n));
        const posted = postedAt.get(intent) as number;
        if (posted - startedAt >= warmUpMs) for (let i = 0; i < fresh; i++) latencies.push(now - posted);
      }
      await sleep(100);
    }
  }
}
