/** What somebody plans for. */
export interface Plan {
  /** At the busiest. */
  events_per_second: number;
  /** The busiest over the mean of a week. */
  peak_over_mean: number;
  /** Customers whose sessions are open at once: those of the last 1.5 hours (5 where calls are joined). */
  open_customers: number;
  /** The busiest partition over the mean one (test/bench/skew). */
  skew: number;
  /** How old a figure may be: a block is inserted at least so often. */
  freshness_seconds: number;
  replicas: number;
  kafka_days: { raw: number; enriched: number; sessions: number };
  clickhouse_days: number;
}

export const usual: Plan = {
  events_per_second: 1_000,
  peak_over_mean: 3,
  open_customers: 100_000,
  skew: 2.2,
  freshness_seconds: 2,
  replicas: 3,
  kafka_days: { raw: 7, enriched: 7, sessions: 30 },
  clickhouse_days: 400,
};

/**
 * What one event costs. "measured" stands in a README with its command (2 cores of 2026-11); "taken" is an assumption that
 * nothing here has measured, chosen on the dear side.
 */
export const costs = {
  /** measured: batches of 100 over HTTP. One event a request: 200. */
  ingest_us: 36,
  /** taken: the aim for enrich with its models; without them it is less. */
  enrich_us: 67,
  /** measured: live traffic, each event a commit of its customer's own. */
  sessionize_us: 23.7,
  /** measured for events (5.8); taken twice, for sessions and legs. */
  load_us: 11.6,
  /** measured for events inserted directly (7); taken three times, for sessions, legs and the views. */
  clickhouse_us: 21,
  /** measured: what a block costs ClickHouse beside its rows, with its views (40 ms with three of them). */
  clickhouse_block_s: 0.05,
  /** measured for one hop (9); taken five times: three are written, and all are read. */
  kafka_us: 45,
  /** measured: bytes of a record. Nothing is compressed by the producers. */
  raw_bytes: 500,
  enriched_bytes: 360,
  sessions_bytes: 505,
  /** measured: an id of the window of repeats in memory; how many a partition holds by default. */
  repeat_bytes: 42,
  repeat_ids: 1_000_000,
  /** measured: a customer with open sessions, packed; taken: a half more for what is not packed. */
  open_customer_bytes: 802 * 1.5,
  /** taken: an event with its share of legs, sessions and roll-ups on ClickHouse's disk (20 bytes of made-up rows were seen). */
  clickhouse_bytes: 100,
  /** measured: events/s of one partition before its core is full; a partition has one. */
  partition_limit: 42_000,
  /** taken: what a broker writes, copies of others included. */
  broker_bytes_per_second: 150e6,
  /** taken: how full a core may be at the busiest. */
  utilisation: 0.6,
} as const;

export interface Capacity {
  partitions: number;
  brokers: number;
  cores: Record<'ingest' | 'enrich' | 'sessionize' | 'load' | 'clickhouse' | 'kafka', number>;
  memory_gb: Record<'enrich' | 'sessionize', number>;
  disk_tb: Record<'kafka' | 'clickhouse', number>;
  repeat_window_hours: number;
  heartbeats_per_second: number;
}

const steps = [24, 48, 96, 192, 384, 768];
const day_s = 86_400;

/** From a plan to machines. Partitions are chosen so that the busiest is half full; they cannot be changed later. */
export function capacityOf(plan: Plan): Capacity {
  const { events_per_second: peak, replicas, kafka_days: days } = plan;
  const mean = peak / plan.peak_over_mean;
  const wanted = (peak * plan.skew) / (0.5 * costs.partition_limit);
  const partitions = steps.find((step) => step >= wanted) ?? Math.ceil(wanted);
  const cores = (us: number): number => (peak * us) / 1e6 / costs.utilisation;
  // Events and sessions; a block is full, or as old as a figure may be, or begun a second after the one before.
  const blocksPerSecond = (2 * partitions) / Math.max(plan.freshness_seconds, 1);
  const bytes = costs.raw_bytes + costs.enriched_bytes + costs.sessions_bytes;
  const kept = costs.raw_bytes * days.raw + costs.enriched_bytes * days.enriched + costs.sessions_bytes * days.sessions;
  const idsPerDay = Math.min(costs.repeat_ids, (mean / partitions) * day_s);
  return {
    partitions,
    brokers: Math.max(3, Math.ceil((peak * bytes * replicas) / costs.broker_bytes_per_second)),
    cores: {
      ingest: cores(costs.ingest_us),
      enrich: cores(costs.enrich_us),
      sessionize: cores(costs.sessionize_us),
      load: cores(costs.load_us),
      clickhouse:
        cores(costs.clickhouse_us) + (Math.min(blocksPerSecond, peak) * costs.clickhouse_block_s) / costs.utilisation,
      kafka: cores(costs.kafka_us),
    },
    memory_gb: {
      enrich: (idsPerDay * costs.repeat_bytes * partitions) / 1e9,
      sessionize: (plan.open_customers * costs.open_customer_bytes) / 1e9,
    },
    disk_tb: {
      kafka: (mean * kept * day_s * replicas) / 1e12,
      clickhouse: (mean * costs.clickhouse_bytes * day_s * plan.clickhouse_days * 2) / 1e12,
    },
    repeat_window_hours: Math.min(24, (costs.repeat_ids * partitions) / peak / 3_600),
    heartbeats_per_second: partitions ** 2,
  };
}

const rounded = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)));

/** The plans of docs/capacity.md. */
export const examples: readonly Plan[] = [
  usual,
  { ...usual, events_per_second: 10_000, open_customers: 1_000_000 },
  { ...usual, events_per_second: 100_000, open_customers: 5_000_000, freshness_seconds: 5 },
  { ...usual, events_per_second: 1_000_000, open_customers: 20_000_000, freshness_seconds: 10 },
];

/** A table in Markdown: a column a plan. */
export function capacityTable(plans: readonly Plan[]): string {
  const all = plans.map(capacityOf);
  const row = (name: string, cell: (one: Capacity, at: number) => string): string =>
    `| ${name} | ${all.map(cell).join(' | ')} |`;
  const services = ['ingest', 'enrich', 'sessionize', 'load', 'clickhouse', 'kafka'] as const;
  return [
    `| events/s at the busiest | ${plans.map((plan) => plan.events_per_second.toLocaleString('en')).join(' | ')} |`,
    `|---${'|---'.repeat(plans.length)}|`,
    row('customers with open sessions', (_, at) => plans[at].open_customers.toLocaleString('en')),
    row('figures at most this old, s', (_, at) => String(plans[at].freshness_seconds)),
    row('partitions of each topic', (one) => String(one.partitions)),
    row('brokers', (one) => String(one.brokers)),
    ...services.map((name) => row(`cores: ${name}`, (one) => rounded(one.cores[name]))),
    row('cores, all', (one) => rounded(Object.values(one.cores).reduce((sum, value) => sum + value, 0))),
    row('memory of windows of repeats, GB', (one) => rounded(one.memory_gb.enrich)),
    row('memory of open sessions, GB', (one) => rounded(one.memory_gb.sessionize)),
    row('Kafka’s disk, TB', (one) => rounded(one.disk_tb.kafka)),
    row('ClickHouse’s disk, two copies, TB', (one) => rounded(one.disk_tb.clickhouse)),
    row('window of repeats at the busiest, h', (one) => rounded(one.repeat_window_hours)),
    row('heartbeats/s', (one) => one.heartbeats_per_second.toLocaleString('en')),
  ].join('\n');
}
