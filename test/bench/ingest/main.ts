/**
 * `node dist/test/bench/ingest/main.js` (RATE, BATCH, SECONDS, CONNECTIONS): autocannon sends batches to a real ingest on a
 * stack of its own. What counts is Kafka: every event answered 202 must be there.
 */
import { resolve } from 'node:path';
import autocannon from 'autocannon';
import { eventLine } from '../bulk/events';
import { cpuSeconds, load, pidOf, rawCount } from '../bulk/measure';
import { onOwnStack } from '../stack';

const portOffset = Number(process.env.STACK_PORT_OFFSET || 6_600);
const rate = Number(process.env.RATE || 10_000);
const batch = Number(process.env.BATCH || 100);
const seconds = Number(process.env.SECONDS || 60);
const connections = Number(process.env.CONNECTIONS || 10);

/** Bodies are made beforehand: what sends must not cost what is measured. Ids repeat every so many batches. */
const bodies = Array.from({ length: 200 }, (_, at) =>
  Array.from({ length: batch }, (_item, index) => eventLine(at * batch + index, Date.now() - 600_000)).join('\n'),
);

async function run(url: string, duration: number): Promise<autocannon.Result> {
  let next = 0;
  return autocannon({
    url: `${url}/v1/events`,
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    connections,
    overallRate: Math.round(rate / batch),
    duration,
    requests: [{ setupRequest: (request) => ({ ...request, body: bodies[next++ % bodies.length] }) }],
  });
}

async function main(): Promise<void> {
  // What arrives in the topic is counted.
  process.env.INGEST_CANARY_EVERY_MS = '0';
  await onOwnStack(
    'bench-ingest',
    portOffset,
    async ({ addresses: { ingestUrl, kafkaBrokers } }) => {
      const dir = resolve('.local/bench-ingest');
      await run(ingestUrl, 5);
      const before = await rawCount(kafkaBrokers);
      const pids = { ingest: pidOf(dir, 'ingest'), kafka: pidOf(dir, 'kafka') };
      const used = { ingest: cpuSeconds(pids.ingest), kafka: cpuSeconds(pids.kafka) };
      const loadBefore = load();
      const result = await run(ingestUrl, seconds);
      const acknowledged = result['2xx'] * batch;
      const arrived = (await rawCount(kafkaBrokers)) - before;
      const { p50, p90, p99, max } = result.latency as unknown as Record<string, number>;
      console.log(
        JSON.stringify({
          asked_events_per_second: rate,
          events_per_second: Math.round(acknowledged / result.duration),
          latency_ms: { p50, p90, p99, max },
          not_2xx: result.non2xx,
          errors: result.errors,
          acknowledged,
          arrived,
          // A request under way when autocannon ends is stored, and its answer heard by nobody.
          lost: Math.max(0, acknowledged - arrived),
          ingest_cores: Number(((cpuSeconds(pids.ingest) - used.ingest) / result.duration).toFixed(2)),
          kafka_cores: Number(((cpuSeconds(pids.kafka) - used.kafka) / result.duration).toFixed(2)),
          load_average: `${loadBefore} before, ${load()} after`,
        }),
      );
    },
    ['kafka', 'registry', 'ingest'],
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
