import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { ageBuckets, batchBuckets, transactionBuckets, zeroed } from '../lib/metrics';
import type { StoreSize } from './store';

export interface SessionizeMetrics {
  events: Counter<'result'>;
  changeSets: Counter;
  transactionSeconds: Histogram;
  restoreSeconds: Histogram;
  deadLetters: Counter<'reason'>;
  batchRecords: Histogram<'topic'>;
  recordAge: Histogram<'topic'>;
  revisions: Counter;
  rows: Counter<'table'>;
  commands: Counter<'result'>;
  observePartition(
    partition: number,
    state: StoreSize,
    waitingCustomers: number,
    holdback: { partition: number; time: number } | undefined,
  ): void;
}

export function sessionizeMetrics(registry: Registry): SessionizeMetrics {
  const registers = [registry];
  const open = new Gauge({
    name: 'sessionize_open_sessions',
    help: 'Sessions in memory, which events in time may still join',
    labelNames: ['partition'],
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ['partition'], registers });
  const customers = gauge('sessionize_open_customers', 'Customers with sessions in memory');
  const largestEvents = gauge(
    'sessionize_largest_customer_events',
    'Events of the open sessions of the largest customer in use, as of the last walk: at CUSTOMER_MAX_EVENTS more are left out',
  );
  const largest = gauge(
    'sessionize_largest_session_legs',
    'Legs of the largest session in use: over 200 it is oversized',
  );
  const packed = gauge('sessionize_packed_customers', 'Customers kept as bytes, since they were not used of late');
  const packedBytes = gauge('sessionize_packed_bytes', 'Bytes of the packed customers, outside the heap');
  const waiting = gauge('sessionize_waiting_customers', 'Customers whose next revision waits for REVISION_EVERY_MS');
  const watermark = new Gauge({
    name: 'sessionize_watermark_timestamp_seconds',
    help: 'Event time below which nothing in time can arrive, as Unix time',
    labelNames: ['partition'],
    registers,
  });
  const heldBackBy = new Gauge({
    name: 'sessionize_watermark_raw_partition',
    help: 'The raw partition that holds the watermark back',
    labelNames: ['partition'],
    registers,
  });
  return {
    events: new Counter({
      name: 'sessionize_events_total',
      help: 'Enriched events: sessionised, late (left to the repair), outside (take no part in sessions), known (sessionised, and there already by a repair), erased (of a time that was forgotten), over_cap (left out: the customer has CUSTOMER_MAX_EVENTS open)',
      labelNames: ['result'],
      registers,
    }),
    changeSets: new Counter({ name: 'sessionize_change_sets_total', help: 'Change sets emitted', registers }),
    transactionSeconds: new Histogram({
      name: 'sessionize_transaction_seconds',
      help: 'Time of one Kafka transaction',
      buckets: transactionBuckets,
      registers,
    }),
    restoreSeconds: new Histogram({
      name: 'sessionize_restore_seconds',
      help: 'Time to rebuild the state of a partition',
      buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
      registers,
    }),
    deadLetters: zeroed(
      new Counter({
        name: 'sessionize_dead_letters_total',
        help: 'Records written to the dead letters',
        labelNames: ['reason'],
        registers,
      }),
      'reason',
      ['undecodable', 'command_unknown'],
    ),
    batchRecords: new Histogram({
      name: 'sessionize_batch_records',
      help: 'Records taken in at once, which one transaction answers for',
      labelNames: ['topic'],
      buckets: batchBuckets,
      registers,
    }),
    recordAge: new Histogram({
      name: 'sessionize_record_age_seconds',
      help: 'Time from when Kafka had a record to when what it led to was committed here, of the oldest record of each batch',
      labelNames: ['topic'],
      buckets: ageBuckets,
      registers,
    }),
    revisions: new Counter({
      name: 'sessionize_revisions_total',
      help: 'Session rows taken back, since the session has changed, or is no more after a merge or an erasure',
      registers,
    }),
    rows: new Counter({
      name: 'sessionize_rows_total',
      help: 'Rows emitted, those that take back included',
      labelNames: ['table'],
      registers,
    }),
    commands: new Counter({
      name: 'sessionize_commands_total',
      help: 'Commands: applied, unchanged (all was so already), stale (computed before the last change), erased, partly (erased but for rows read too early), nothing (nobody to erase), unknown',
      labelNames: ['result'],
      registers,
    }),
    observePartition: (partition, state, waitingCustomers, holdback) => {
      const labels = { partition: String(partition) };
      open.set(labels, state.sessions);
      customers.set(labels, state.customers);
      largest.set(labels, state.largest_session_legs);
      largestEvents.set(labels, state.largest_customer_events);
      packed.set(labels, state.packed_customers);
      packedBytes.set(labels, state.packed_bytes);
      waiting.set(labels, waitingCustomers);
      if (!holdback) return;
      watermark.set(labels, holdback.time / 1_000);
      heldBackBy.set(labels, holdback.partition);
    },
  };
}
