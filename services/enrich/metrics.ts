import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface EnrichMetrics {
  events: Counter<'result'>;
  transactionSeconds: Histogram;
  failures: Counter<'partition'>;
  /** Texts by who read them: `embedded`, `server` or `cache`. */
  textsRead: Counter<'by'>;
  redactions: Counter<'kind'>;
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
    textsRead: new Counter({
      name: 'enrich_texts_read_total',
      help: 'Texts of customers by who read them: embedded (the model in the service), server (a model server), cache (its answer to the same text), nobody (the embedded model failed: a bug)',
      labelNames: ['by'],
      registers,
    }),
    redactions: new Counter({
      name: 'enrich_redactions_total',
      help: 'What was replaced by a tag in texts and free-text attributes that go on, by kind',
      labelNames: ['kind'],
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

/** Of a model server outside; only where there is one. */
export interface ModelServerMetrics extends Pick<EnrichMetrics, 'textsRead'> {
  calls: Counter<'result'>;
  latency: Histogram;
  cacheHits: Counter;
  fallBacks: Counter<'reason'>;
  open: Gauge;
}

export function modelServerMetrics(
  registry: Registry,
  { textsRead }: Pick<EnrichMetrics, 'textsRead'>,
): ModelServerMetrics {
  const registers = [registry];
  return {
    textsRead,
    calls: new Counter({
      name: 'enrich_model_server_calls_total',
      help: 'Calls of the model server by result: ok, timeout, connection, throttled (429), status (another one that is no success), invalid (not understood)',
      labelNames: ['result'],
      registers,
    }),
    latency: new Histogram({
      name: 'enrich_model_server_latency_seconds',
      help: 'Time of one call of the model server, failed ones included',
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    }),
    cacheHits: new Counter({
      name: 'enrich_model_server_cache_hits_total',
      help: 'Texts that the model server had read before',
      registers,
    }),
    fallBacks: new Counter({
      name: 'enrich_model_server_fallbacks_total',
      help: 'Texts that the embedded model read in place of the model server: failed (the call), open (it had failed too often), budget (of calls or characters a minute), deadline (of the batch)',
      labelNames: ['reason'],
      registers,
    }),
    open: new Gauge({
      name: 'enrich_model_server_open',
      help: '1 while the model server is left alone because it failed too often',
      registers,
    }),
  };
}
