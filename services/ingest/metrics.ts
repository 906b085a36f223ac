import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { ageBuckets, batchBuckets } from '../lib/metrics';

/** Names of sending systems come from outside: the first ones get a label of their own, the rest share `other`. */
const namedSystems = 50;

export interface IngestMetrics {
  /** Items of a request to one source that were read, whatever becomes of them. */
  received(source: string, items: number): void;
  request(route: string, status: number, seconds: number): void;
  /** Events that are stored: whose they are, and how old each was when it came. */
  accepted(systems: readonly string[], agesMs: readonly number[]): void;
  rejected(reason: string): void;
  /** An item that rightly made no event. */
  skipped(reason: string): void;
  /** A request let in by an entry of the access file. */
  sender(id: string): void;
  stored(batch: { records: number; latency_ms: number }): void;
  sendFailed(): void;
  spooled(records: number): void;
  replayed(records: number): void;
}

/** What is asked when the figures are read. */
export interface IngestGauges {
  inFlightBytes(): number;
  /** On the disk and not in Kafka yet. */
  spoolBytes(): number;
}

/** The figures of ingest. */
export function createIngestMetrics(registry: Registry, gauges: IngestGauges): IngestMetrics {
  const registers = [registry];
  const requests = new Histogram({
    name: 'ingest_request_seconds',
    help: 'Time from the arrival of a request to its answer, and how many there were',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const accepted = new Counter({
    name: 'ingest_accepted_events_total',
    help: 'Events that Kafka has acknowledged; repeats count',
    labelNames: ['source_system'],
    registers,
  });
  const received = new Counter({
    name: 'ingest_received_items_total',
    help: 'Items of requests let in: most make one event, some none or several, some are refused',
    labelNames: ['source'],
    registers,
  });
  const eventAge = new Histogram({
    name: 'ingest_event_age_seconds',
    help: 'How old an event was when it was stored: the time since it happened, as its sender says',
    buckets: [...ageBuckets, 86_400],
    registers,
  });
  const rejected = new Counter({
    name: 'ingest_rejections_total',
    help: 'Faults of refused events, and refused requests',
    labelNames: ['reason'],
    registers,
  });
  const skipped = new Counter({
    name: 'ingest_skipped_items_total',
    help: 'Items that rightly made no event, such as heart-beats',
    labelNames: ['reason'],
    registers,
  });
  const senders = new Counter({
    name: 'ingest_sender_requests_total',
    help: 'Requests let in by each entry of the access file',
    labelNames: ['sender'],
    registers,
  });
  const latency = new Histogram({
    name: 'ingest_produce_latency_seconds',
    help: 'Time until Kafka acknowledged one send, which holds the records of many requests',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const sendRecords = new Histogram({
    name: 'ingest_send_records',
    help: 'Records of one acknowledged send to Kafka, which holds those of many requests',
    buckets: batchBuckets,
    registers,
  });
  const sendFailures = new Counter({
    name: 'ingest_send_failures_total',
    help: 'Times Kafka did not acknowledge a send, or did not answer: a new connection is made',
    registers,
  });
  const records = new Counter({
    name: 'ingest_stored_records_total',
    help: 'Records in acknowledged sends',
    registers,
  });
  new Gauge({
    name: 'ingest_in_flight_bytes',
    help: 'Bodies of requests that are not answered yet',
    registers,
    collect() {
      this.set(gauges.inFlightBytes());
    },
  });
  new Gauge({
    name: 'ingest_spool_bytes',
    help: 'Records on the disk that wait for Kafka',
    registers,
    collect() {
      this.set(gauges.spoolBytes());
    },
  });
  const spooled = new Counter({
    name: 'ingest_spool_records_total',
    help: 'Records written to the disk while Kafka was away, and sent from there',
    labelNames: ['step'],
    registers,
  });
  const named = new Set<string>();
  const label = (system: string): string => {
    if (named.size < namedSystems) named.add(system);
    return named.has(system) ? system : 'other';
  };
  return {
    request: (route, status, seconds) => requests.observe({ route, status }, seconds),
    received: (source, items) => received.inc({ source }, items),
    accepted: (systems, agesMs) => {
      for (const system of systems) accepted.inc({ source_system: label(system) });
      for (const age of agesMs) eventAge.observe(Math.max(0, age) / 1_000);
    },
    sender: (id) => senders.inc({ sender: id }),
    rejected: (reason) => rejected.inc({ reason }),
    skipped: (reason) => skipped.inc({ reason }),
    stored: (batch) => {
      latency.observe(batch.latency_ms / 1_000);
      records.inc(batch.records);
      sendRecords.observe(batch.records);
    },
    sendFailed: () => sendFailures.inc(),
    spooled: (count) => spooled.inc({ step: 'written' }, count),
    replayed: (count) => spooled.inc({ step: 'replayed' }, count),
  };
}
