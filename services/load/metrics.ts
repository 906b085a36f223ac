import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface LoadMetrics {
  insertLatency: Histogram<'topic'>;
  retries: Counter<'topic'>;
  repeats: Counter<'topic'>;
  leftOut: Counter<'topic'>;
  erased: Counter;
  failures: Counter<'topic' | 'partition'>;
  /** By topic: how many partitions stand still, asked when metrics are read. */
  standingStill: Map<string, () => number>;
  inserted(topic: string, rows: number, bytes: number): void;
  /** Everything below `next` is loaded; `loaded_until` is the Kafka time of the last record, epoch ms. */
  advanced(topic: string, partition: number, next: number, loaded_until: number): void;
  /** The partition has another owner, or none. */
  forget(topic: string, partition: number): void;
  /** Ends of the log, by partition: what is behind them is the lag of the partitions that are here. */
  observeEnds(topic: string, ends: ReadonlyMap<number, number>, now: number): void;
}

interface Position {
  topic: string;
  partition: number;
  next: number;
  /** Kafka time of the last record loaded, epoch ms; 0 when none was. */
  loaded_until: number;
  /** When nothing was behind `next` for the last time that was looked, epoch ms. */
  caught_up_at?: number;
  /** When it was looked for the first time, epoch ms: what is known of a partition that nothing was ever loaded of. */
  seen_at?: number;
}

/**
 * The oldest record not loaded is younger than the last one loaded, and than the last look that found none: after a
 * quiet hour one new record is no lag of an hour.
 */
function waitedMs({ loaded_until, caught_up_at = 0, seen_at = 0 }: Position, now: number): number {
  return Math.max(0, now - (Math.max(loaded_until, caught_up_at) || seen_at));
}

export function loadMetrics(registry: Registry): LoadMetrics {
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
  const standingStill = new Map<string, () => number>();
  new Gauge({
    name: 'load_partitions_standing_still',
    help: 'Partitions here that must not go on before somebody has decided: /readyz says why, the runbook what to do',
    ...perTopic,
    collect() {
      for (const [topic, count] of standingStill) this.set({ topic }, count());
    },
  });
  const lagRecords = new Gauge({ name: 'load_lag_records', help: 'Records not loaded yet', ...perPartition });
  const lagSeconds = new Gauge({
    name: 'load_lag_seconds',
    help: 'At most so long the oldest record that is not loaded has waited; 0 when there is none',
    ...perPartition,
  });
  const positions = new Map<string, Position>();
  return {
    insertLatency: new Histogram({
      name: 'load_insert_latency_seconds',
      help: 'Time of one request that inserts a block, failed ones included',
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
      ...perTopic,
    }),
    retries: new Counter({
      name: 'load_insert_retries_total',
      help: 'Inserts tried again after an error',
      ...perTopic,
    }),
    repeats: new Counter({
      name: 'load_repeated_blocks_total',
      help: 'Blocks found unfinished after a restart or rebalance and inserted again under the same token',
      ...perTopic,
    }),
    leftOut: new Counter({
      name: 'load_left_out_records_total',
      help: 'Records that cannot be loaded, written to the dead letters',
      ...perTopic,
    }),
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
    standingStill,
    inserted: (topic, count, size) => {
      rows.inc({ topic }, count);
      bytes.inc({ topic }, size);
      blockRows.observe({ topic }, count);
      blockBytes.observe({ topic }, size);
    },
    advanced: (topic, partition, next, loaded_until) => {
      const key = `${topic}/${partition}`;
      positions.set(key, { ...positions.get(key), topic, partition, next, loaded_until });
    },
    forget: (topic, partition) => {
      positions.delete(`${topic}/${partition}`);
      lagRecords.remove({ topic, partition: String(partition) });
      lagSeconds.remove({ topic, partition: String(partition) });
    },
    observeEnds: (topic, ends, now) => {
      for (const position of positions.values()) {
        if (position.topic !== topic) continue;
        const labels = { topic, partition: String(position.partition) };
        const behind = Math.max(0, (ends.get(position.partition) ?? 0) - position.next);
        position.seen_at ??= now;
        if (behind === 0) position.caught_up_at = now;
        lagRecords.set(labels, behind);
        lagSeconds.set(labels, behind > 0 ? waitedMs(position, now) / 1_000 : 0);
      }
    },
  };
}
