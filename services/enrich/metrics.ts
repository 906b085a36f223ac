import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { ageBuckets, batchBuckets, transactionBuckets } from '../lib/metrics';

export interface EnrichMetrics {
  events: Counter<'result'>;
  deadLetters: Counter<'reason'>;
  batchRecords: Histogram;
  eventAge: Histogram;
  transactionSeconds: Histogram;
  observePartition(partition: number, rawTime: number | undefined, window: { records: number; age_ms: number }): void;
}

export function enrichMetrics(registry: Registry): EnrichMetrics {
  const registers = [registry];
  const rawTime = new Gauge({
    name: 'enrich_raw_timestamp_seconds',
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
      buckets: transactionBuckets,
      registers,
    }),
    deadLetters: new Counter({
      name: 'enrich_dead_letters_total',
      help: 'Raw records written to the dead letters',
      labelNames: ['reason'],
      registers,
    }),
    batchRecords: new Histogram({
      name: 'enrich_batch_records',
      help: 'Raw records taken in at once, which one transaction answers for',
      buckets: batchBuckets,
      registers,
    }),
    eventAge: new Histogram({
      name: 'enrich_event_age_seconds',
      help: 'Time from when ingest received an event to when it was committed here, of the oldest event of each batch',
      buckets: ageBuckets,
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
