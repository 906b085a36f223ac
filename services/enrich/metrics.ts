import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface EnrichMetrics {
  events: Counter<'result'>;
  transactionSeconds: Histogram;
  failures: Counter<'partition'>;
  observePartition(partition: number, rawTime: number | undefined, window: { records: number; age_ms: number }): void;
}

export function enrichMetrics(registry: Registry): EnrichMetrics {
  const registers = [registry];
  const rawTime = new Gauge({
    name: 'enrich_raw_time_seconds',
    help: 'Highest event time seen in a raw partition, as Unix time',
    labelNames: ['partition'],
    registers,
  });
  const windowRecords = new Gauge({
    name: 'enrich_repeat_window_records',
    help: 'Records of a raw partition within which a repeat is recognised',
    labelNames: ['partition'],
    registers,
  });
  const windowAge = new Gauge({
    name: 'enrich_repeat_window_seconds',
    help: 'Append time of a raw partition within which a repeat is recognised',
    labelNames: ['partition'],
    registers,
  });
  return {
    events: new Counter({
      name: 'enrich_events_total',
      help: 'Raw records by what became of them: enriched, late (enriched too), repeat, erased (of a person and time forgotten), refused',
      labelNames: ['result'],
      registers,
    }),
    transactionSeconds: new Histogram({
      name: 'enrich_transaction_seconds',
      help: 'Time of one Kafka transaction',
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    }),
    failures: new Counter({
      name: 'enrich_partition_failures_total',
      help: 'Times work on a partition began again from what is committed',
      labelNames: ['partition'],
      registers,
    }),
    observePartition: (partition, time, window) => {
      const labels = { partition: String(partition) };
      if (time !== undefined) rawTime.set(labels, time / 1_000);
      windowRecords.set(labels, window.records);
      windowAge.set(labels, window.age_ms / 1_000);
    },
  };
}
