import { Gauge, Histogram, type Registry } from 'prom-client';
import { headerNumber, headerText } from '../lib/kafka/headers';
import type { KafkaMessage } from '../lib/kafka/kafkajs';
import { valueBytes } from '../lib/kafka/values';
import { ageBuckets } from '../lib/metrics';
import { canaryKind, kindHeader, rawHeaders, sentAtHeader } from '../lib/topics';

/** A canary as it arrives: from which raw partition, sent when (epoch ms), at which offset here. */
export interface Canary {
  offset: number;
  raw_partition: number;
  raw_partitions: number;
  sent_at: number;
}

/** The canaries among records. Only records without a value are looked at closely. */
export function canariesOf(records: readonly KafkaMessage[]): Canary[] {
  const found: Canary[] = [];
  for (const record of records) {
    if (valueBytes(record) > 0 || headerText(record, kindHeader) !== canaryKind) continue;
    const sent_at = headerNumber(record, sentAtHeader);
    const raw_partition = headerNumber(record, rawHeaders.partition);
    const raw_partitions = headerNumber(record, rawHeaders.partitions);
    if (sent_at === undefined || raw_partition === undefined || raw_partitions === undefined) continue;
    found.push({ offset: Number(record.offset), raw_partition, raw_partitions, sent_at });
  }
  return found;
}

export interface CanaryMetrics {
  /** Canaries whose place in the topic is loaded: not visible before `pipeline_status` says so. */
  canariesMet(topic: string, partition: number, canaries: readonly Canary[]): void;
  /** ClickHouse has been told that everything below `loaded_offset` is there. */
  canariesVisible(rows: readonly { topic: string; partition: number; loaded_offset: number }[]): void;
}

interface Known {
  topic: string;
  partition: number;
  waiting: Canary[];
  /** Above every canary seen here: the same one met again says nothing new. */
  next: number;
  /** When the first was visible, epoch ms. */
  since?: number;
  /** By raw partition: when the newest visible canary was sent. */
  newest: Map<number, number>;
  raw_partitions: number;
}

/**
 * How old ClickHouse is. A canary counts as visible when a row of `pipeline_status` that covers its place is in
 * ClickHouse: all that was sent before it is in the tables then, and anybody can see so. Times are of two machines'
 * clocks, that of ingest and this one.
 */
export function canaryMetrics(
  registry: Registry,
  now: () => number,
): CanaryMetrics & { forget(topic: string, partition: number): void } {
  const known = new Map<string, Known>();
  const freshness = new Histogram({
    name: 'load_freshness_seconds',
    help: 'Time from when ingest sent a canary to when ClickHouse showed all that was sent before it',
    labelNames: ['topic'],
    buckets: ageBuckets,
    registers: [registry],
  });
  const age = new Gauge({
    name: 'load_canary_age_seconds',
    help: 'Time since the newest visible canary was sent, of the raw partition that is furthest behind; grows while nothing passes',
    labelNames: ['topic', 'partition'],
    registers: [registry],
    collect() {
      for (const one of known.values()) {
        const sent = oldestOf(one);
        if (sent !== undefined) {
          this.set({ topic: one.topic, partition: String(one.partition) }, Math.max(0, now() - sent) / 1_000);
        }
      }
    },
  });
  const of = (topic: string, partition: number): Known => {
    const key = `${topic}/${partition}`;
    const one = known.get(key) ?? { topic, partition, waiting: [], next: 0, newest: new Map(), raw_partitions: 0 };
    known.set(key, one);
    return one;
  };
  return {
    canariesMet: (topic, partition, canaries) => {
      if (canaries.length === 0) return;
      const one = of(topic, partition);
      for (const canary of canaries) {
        if (canary.offset < one.next) continue;
        one.waiting.push(canary);
        one.next = canary.offset + 1;
      }
    },
    canariesVisible: (rows) => {
      for (const { topic, partition, loaded_offset } of rows) {
        const one = known.get(`${topic}/${partition}`);
        if (!one) continue;
        const visible = one.waiting.filter(({ offset }) => offset < loaded_offset);
        if (visible.length === 0) continue;
        one.waiting = one.waiting.filter(({ offset }) => offset >= loaded_offset);
        one.since ??= now();
        for (const { raw_partition, raw_partitions, sent_at } of visible) {
          freshness.observe({ topic }, Math.max(0, now() - sent_at) / 1_000);
          one.newest.set(raw_partition, Math.max(one.newest.get(raw_partition) ?? 0, sent_at));
          one.raw_partitions = raw_partitions;
        }
      }
    },
    forget: (topic, partition) => {
      known.delete(`${topic}/${partition}`);
      age.remove({ topic, partition: String(partition) });
    },
  };
}

/** A raw partition that has shown none counts from when others did: it may be the one that stands still. */
function oldestOf({ newest, raw_partitions, since }: Known): number | undefined {
  if (since === undefined) return undefined;
  let oldest = Number.POSITIVE_INFINITY;
  for (let raw = 0; raw < raw_partitions; raw++) oldest = Math.min(oldest, newest.get(raw) ?? since);
  return oldest;
}
