/**
 * What open sessions cost: `node dist/test/bench/state/main.js`. Fills the service with SESSIONS customers (1,000,000),
 * EVENTS events (3,000,000) over them, then kills it (SIGKILL) and starts it again: bytes per open session, and how long
 * until it has its state back. On a stack of its own.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultText } from '../../../infra/local/faults';
import { createKafka } from '../../../services/lib/kafka/client';
import { createLog } from '../../../services/lib/log';
import { topics } from '../../../services/lib/topics';
import { onOwnStack } from '../stack';
import { writeInput } from '../streams/input';
import { generateLoad, loadShapes } from '../streams/loads';
import { cpuSeconds, peakRssMb, stopContenders, until } from '../streams/process';
import { startSessionize } from '../streams/sessionize';
import { makeProjectTopics, topicEnd } from '../streams/topics';

const portOffset = 8_400;
const { SESSIONS = '1000000', EVENTS = '3000000', HEAP_MB = '2048', HOT = '10000' } = process.env;
const withinMs = 30 * 60_000;

async function gauges(url: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return (name) =>
    [...text.matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
}

async function main(): Promise<void> {
  await onOwnStack(
    'state',
    portOffset,
    async (stack) => {
      const { addresses, dir } = stack;
      const kafka = createKafka({ KAFKA_BROKERS: addresses.kafkaBrokers }, 'bench', createLog('bench', 'silent'));
      const admin = kafka.admin();
      await admin.connect();
      await makeProjectTopics(admin);
      console.error(`writing ${EVENTS} events of ${SESSIONS} customers`);
      const load = generateLoad(loadShapes.live, Number(EVENTS), Number(SESSIONS), 1);
      const ends = await writeInput(kafka, addresses.schemaRegistryUrl, load);
      const options = {
        groupId: 'state',
        addresses,
        heap_mb: Number(HEAP_MB),
        hotCustomers: Number(HOT),
        log: join(dir, 'sessionize.log'),
        profileDir: undefined,
      };
      const filled = await startSessionize(options);
      const startedAt = performance.now();
      await until('all input to be committed', withinMs, 1_000, async () => {
        filled.assertRunning();
        const [group] = await admin.fetchOffsets({ groupId: 'state', topics: [topics.enriched] });
        const committed = new Map(group.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
        return ends.every((end, partition) => (committed.get(partition) ?? -1) >= end);
      });
      const seconds = (performance.now() - startedAt) / 1_000;
      await sleep(2_000);
      const before = await gauges(addresses.sessionizeUrl);
      const sessions = before('sessionize_open_sessions');
      const customers = before('sessionize_open_customers');
      const log = await topicEnd(admin, topics.sessions);
      console.log({
        sessions,
        customers,
        packed_customers: before('sessionize_packed_customers'),
        packed_bytes_per_customer: Math.round(
          before('sessionize_packed_bytes') / before('sessionize_packed_customers'),
        ),
        peak_rss_mb: peakRssMb(filled.pid),
        rss_bytes_per_session: Math.round((peakRssMb(filled.pid) * 1_048_576) / sessions),
        events_per_second: Math.round(Number(EVENTS) / seconds),
        records_in_sessions: log,
      });
      process.kill(filled.pid, 'SIGKILL');
      await filled.stop();
      const again = await startSessionize({ ...options, log: join(dir, 'restored.log') });
      const restoringAt = performance.now();
      // A restore begins with the first batch: one more event for each partition.
      await writeInput(kafka, addresses.schemaRegistryUrl, {
        ...load,
        customer: load.customer.slice(-64),
        occurred_at: load.occurred_at.slice(-64),
      });
      let after = await gauges(addresses.sessionizeUrl);
      await until('the state to be restored', withinMs, 500, async () => {
        again.assertRunning();
        after = await gauges(addresses.sessionizeUrl);
        return after('sessionize_restore_seconds_count') >= 4 && after('sessionize_open_customers') >= customers;
      });
      console.log({
        restored_customers: after('sessionize_open_customers'),
        restore_seconds: (performance.now() - restoringAt) / 1_000,
        restore_seconds_per_partition: after('sessionize_restore_seconds_sum') / 4,
        cpu_seconds: cpuSeconds(again.pid),
        peak_rss_mb: peakRssMb(again.pid),
        failures: after('sessionize_partition_failures_total'),
      });
      await again.stop();
      await admin.disconnect();
      rmSync(join(dir, 'sessionize.log'), { force: true });
      await stopContenders();
    },
    ['kafka', 'registry'],
  );
}

main().catch(async (error) => {
  await stopContenders();
  console.error(`bench: ${faultText(error)}`);
  process.exit(1);
});
