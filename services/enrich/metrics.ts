import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { ageBuckets, batchBuckets, transactionBuckets, zeroed } from '../lib/metrics';

export interface EnrichMetrics {
  events: Counter<'result'>;
  deadLetters: Counter<'reason'>;
  batchRecords: Histogram;
  eventAge: Histogram;
  transactionSeconds: Histogram;
  /** Texts by who read them: `embedded`, `server`, `cache` or `nobody`. */
  texts: Counter<'result'>;
  redactions: Counter<'kind'>;
  observePartition(partition: number, rawTime: number | undefined, window: { records: number; age_ms: number }): void;
}

/** Of dead letters: those of `domain/refusal.ts`, and what only the log and the window know. */
const refusalReasons = [
  'undecodable',
  'conflicting_duplicate',
  'event_id_missing',
  'event_too_old',
  'event_in_future',
  'actor_missing',
  'identity_missing',
  'identity_reserved',
];

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
    events: zeroed(
      new Counter({
        name: 'enrich_events_total',
        help: 'Raw records by what became of them: enriched, late (enriched too), repeat, erased (of a person and time forgotten), refused',
        labelNames: ['result'],
        registers,
      }),
      'result',
      ['enriched', 'late', 'repeat', 'erased', 'refused'],
    ),
    transactionSeconds: new Histogram({
      name: 'enrich_transaction_seconds',
      help: 'Time of one Kafka transaction',
      buckets: transactionBuckets,
      registers,
    }),
    deadLetters: zeroed(
      new Counter({
        name: 'enrich_dead_letters_total',
        help: 'Raw records written to the dead letters',
        labelNames: ['reason'],
        registers,
      }),
      'reason',
      refusalReasons,
    ),
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
    texts: new Counter({
      name: 'enrich_texts_total',
      help: 'Texts of customers by who read them: embedded (the model in the service), server (a model server), cache (its answer to the same text before), nobody (the embedded model failed: a bug)',
      labelNames: ['result'],
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
export interface ModelServerMetrics extends Pick<EnrichMetrics, 'texts'> {
  requests: Counter<'result'>;
  latency: Histogram;
  fallBacks: Counter<'reason'>;
  failures: Gauge;
}

export function modelServerMetrics(registry: Registry, { texts }: Pick<EnrichMetrics, 'texts'>): ModelServerMetrics {
  const registers = [registry];
  return {
    texts,
    requests: new Counter({
      name: 'enrich_model_server_requests_total',
      help: 'Requests to the model server by result: ok, timeout, connection, throttled (429), status (another one that is no success), invalid (not understood)',
      labelNames: ['result'],
      registers,
    }),
    latency: new Histogram({
      name: 'enrich_model_server_latency_seconds',
      help: 'Time of one request to the model server, failed ones included',
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    }),
    fallBacks: new Counter({
      name: 'enrich_model_server_fallbacks_total',
      help: 'Texts that the embedded model read in place of the model server, by reason: failed (the request), open (it had failed too often), budget (of requests or characters a minute), deadline (of the batch)',
      labelNames: ['reason'],
      registers,
    }),
    failures: new Gauge({
      name: 'enrich_model_server_failures',
      help: 'Requests to the model server that failed in a row; from MODEL_SERVER_FAILURES on it is left alone for a while',
      registers,
    }),
  };
}
