/**
 * `node dist/test/bench/load/main.js [speed] [memory] [outage]` (all by default): load beside direct inserts of the same
 * bytes, its memory over millions of events, and how fast it catches up after ClickHouse was away. EVENTS and ROUNDS of
 * speed, MEMORY_EVENTS and MEMORY_BACKLOG (all of them), RATE and OUTAGE_SECONDS. Settings of load (FETCH_…, LOAD_…) are passed on; HEAP_MB is its heap,
 * CPU_PROFILE=1 profiles it. On a stack of its own; prints JSON.
 */
import { loadavg } from 'node:os';
import { connectDatabase } from '../../../infra/clickhouse/database';
import { faultText } from '../../../infra/local/faults';
import type { Stack } from '../../../infra/local/stack';
import { createKafka } from '../../../services/lib/kafka/client';
import { createLog } from '../../../services/lib/log';
import { onOwnStack } from '../stack';
import { stopContenders } from '../streams/process';
import { memory, outage } from './endurance';
import { type Round, speed } from './speed';

/** Of the first; the others follow, so that they may run side by side. */
const portOffset = 8_900;
const {
  EVENTS = '4000000',
  ROUNDS = '3',
  MEMORY_EVENTS = '5000000',
  MEMORY_BACKLOG = MEMORY_EVENTS,
  RATE = '2000',
  OUTAGE_SECONDS = '300',
} = process.env;

const settingsOfLoad = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (/^(FETCH|LOAD)_/.test(name) && value ? [[name, value]] : [])),
);

const measurements = {
  speed: async (...[stack, kafka, clickhouse]: Context) => {
    const rounds = await speed(stack, kafka, clickhouse, +EVENTS, +ROUNDS, settingsOfLoad);
    const median = (pick: (round: Round) => number): number =>
      rounds.map(pick).sort((a, b) => a - b)[rounds.length >> 1];
    const share = (of: (round: Round) => number) =>
      Math.round(100 * median((round) => round.load.events_per_second / of(round)));
    return {
      load_events_per_second: median(({ load }) => load.events_per_second),
      direct_events_per_second: median(({ direct }) => direct.events_per_second),
      load_percent_of_direct: share(({ direct }) => direct.events_per_second),
      load_percent_of_direct_in_blocks_as_large_as_its_own: share(({ direct_small }) => direct_small.events_per_second),
      rounds,
    };
  },
  memory: (...context: Context) => memory(...context, +MEMORY_EVENTS, +MEMORY_BACKLOG, settingsOfLoad),
  outage: (...context: Context) => outage(...context, +RATE, +OUTAGE_SECONDS * 1_000, settingsOfLoad),
};
type Context = [
  stack: Stack,
  kafka: ReturnType<typeof createKafka>,
  clickhouse: Awaited<ReturnType<typeof connectDatabase>>,
];

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  for (const [index, [name, measure]] of Object.entries(measurements).entries()) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const result = await onOwnStack(
      `bench-load-${name}`,
      portOffset + 300 * index,
      async (stack) => {
        const { kafkaBrokers, clickhouseUrl } = stack.addresses;
        const kafka = createKafka({ KAFKA_BROKERS: kafkaBrokers }, 'bench', createLog('bench', 'silent'));
        const address = { url: clickhouseUrl, database: 'customer_dynamics', username: 'default', password: '' };
        const clickhouse = await connectDatabase(address);
        try {
          return await measure(stack, kafka, clickhouse);
        } finally {
          await clickhouse.close();
          await stopContenders();
        }
      },
      ['kafka', 'registry', 'clickhouse'],
    );
    console.log(JSON.stringify({ [name]: result, load_average: loadavg()[0] }, null, 2));
  }
}

main().catch(async (error) => {
  await stopContenders();
  console.error(`bench: ${faultText(error)}`);
  process.exit(1);
});
