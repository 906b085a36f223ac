import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { joinCounter } from '../lib/consumer-metrics';
import { type LagMetrics, lagMetrics } from '../lib/lag';
import { ageBuckets, zeroed } from '../lib/metrics';
import { topics } from '../lib/topics';
import { type CanaryMetrics, canaryMetrics } from './canaries';

export interface LoadMetrics extends LagMetrics, CanaryMetrics {
  insertLatency: Histogram<'topic'>;
  retries: Counter<'topic'>;
  repeats: Counter<'topic'>;
  leftOut: Counter<'topic'>;
  erased: Counter;
  failures: Counter<'topic' | 'partition'>;
  joins: Counter<'group'>;
  /** By topic: how many partitions stand still, asked when metrics are read. */
  standingStill: Map<string, () => number>;
  /** `oldestAt`: Kafka time of the oldest record of the block, epoch ms. */
  inserted(topic: string, rows: number, bytes: number, oldestAt: number): void;
  /** Active parts of the partition that has the most, of any table. */
  mostParts: Gauge;
}

const topicsLoaded = [topics.enriched, topics.sessions, topics.deadLetter];

/** `now`: epoch ms, for ages that are worked out when figures are read. */
export function loadMetrics(registry: Registry, now: () => number = Date.now): LoadMetrics {
  const registers = [registry];
  const perTopic = { labelNames: ['topic'] as const, registers };
  const perPartition = { labelNames: ['topic', 'partition'] as const, registers };
  const rows = new Counter({
    name: 'load_rows_total',
    help: 'Rows inserted, after expansion of change sets',
    ...perTopic,
  });
  const bytes = new Counter({ name: 'load_bytes_total', help: 'Bytes inserted, as they came', ...perTopic });
  const blockRows = new Histogram({
    name: 'load_block_rows',
    help: 'Rows of one inserted block',
    buckets: [1, 10, 100, 1_000, 5_000, 10_000, 20_000, 50_000, 100_000],
    ...perTopic,
  });
  const blockBytes = new Histogram({
    name: 'load_block_bytes',
    help: 'Bytes of one inserted block, as it is sent',
    buckets: [1_024, 16_384, 131_072, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
    ...perTopic,
  });
  const recordAge = new Histogram({
    name: 'load_record_age_seconds',
    help: 'Time from when Kafka had a record to when it was in the tables, of the oldest record of each block',
    buckets: ageBuckets,
    ...perTopic,
  });
  const standingStill = new Map<string, () => number>();
  new Gauge({
    name: 'load_standing_still_partitions',
    help: 'Partitions here that must not go on before somebody has decided: /readyz says why, the runbook what to do',
    ...perTopic,
    collect() {
      for (const [topic, count] of standingStill) this.set({ topic }, count());
    },
  });
  const lag = lagMetrics(registry, 'load');
  const canaries = canaryMetrics(registry, now);
  return {
    ...lag,
    ...canaries,
    forget: (topic, partition) => {
      lag.forget(topic, partition);
      canaries.forget(topic, partition);
    },
    mostParts: new Gauge({
      name: 'load_clickhouse_partition_parts',
      help: 'Active parts of the partition that has the most, of any table; ClickHouse slows inserts down at 1,000 and refuses them at 3,000',
      registers,
    }),
    insertLatency: new Histogram({
      name: 'load_insert_latency_seconds',
      help: 'Time of one request that inserts a block, failed ones included',
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
      ...perTopic,
    }),
    retries: zeroed(
      new Counter({
        name: 'load_insert_retries_total',
        help: 'Inserts tried again after an error',
        ...perTopic,
      }),
      'topic',
      topicsLoaded,
    ),
    repeats: new Counter({
      name: 'load_repeated_blocks_total',
      help: 'Blocks found unfinished after a restart or rebalance and inserted again under the same token',
      ...perTopic,
    }),
    leftOut: zeroed(
      new Counter({
        name: 'load_left_out_records_total',
        help: 'Records that cannot be loaded, written to the dead letters',
        ...perTopic,
      }),
      'topic',
      topicsLoaded,
    ),
    erased: new Counter({
      name: 'load_erased_events_total',
      help: 'Events of persons erased since they were written, not loaded',
      registers,
    }),
    failures: new Counter({
      name: 'load_partition_failures_total',
      help: 'Times work on a partition began again from what is committed',
      ...perPartition,
    }),
    joins: joinCounter(registry, 'load'),
    standingStill,
    inserted: (topic, count, size, oldestAt) => {
      rows.inc({ topic }, count);
      bytes.inc({ topic }, size);
      blockRows.observe({ topic }, count);
      blockBytes.observe({ topic }, size);
      recordAge.observe({ topic }, Math.max(0, now() - oldestAt) / 1_000);
    },
  };
}
