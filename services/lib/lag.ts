import { Gauge, type Registry } from 'prom-client';
import type { Admin } from './kafka/kafkajs';
import { endsOf } from './kafka/offsets';

const everyMs = 5_000;

/** How far a service is behind the ends of its topics, by partition. */
export interface LagMetrics {
  /** Everything below `next` is done; `doneUntil` is the Kafka time of the last record of it, epoch ms (0: none yet). */
  advanced(topic: string, partition: number, next: number, doneUntil: number): void;
  /** The partition has another owner, or none. */
  forget(topic: string, partition: number): void;
  /** Ends of the log, by partition: what is behind them is the lag of the partitions that are here. */
  observeEnds(topic: string, ends: ReadonlyMap<number, number>, now: number): void;
}

interface Position {
  topic: string;
  partition: number;
  next: number;
  /** Kafka time of the last record done, epoch ms; 0 when none was. */
  done_until: number;
  /** When nothing was behind `next` for the last time that was looked, epoch ms. */
  caught_up_at?: number;
  /** When it was looked for the first time, epoch ms: what is known of a partition of which nothing was ever done. */
  seen_at?: number;
}

/**
 * The oldest record not done is younger than the last one done, and than the last look that found none: after a quiet
 * hour one new record is no lag of an hour.
 */
function waitedMs({ done_until, caught_up_at = 0, seen_at = 0 }: Position, now: number): number {
  return Math.max(0, now - (Math.max(done_until, caught_up_at) || seen_at));
}

/** `<service>_lag_records` and `<service>_lag_seconds`. */
export function lagMetrics(registry: Registry, service: string): LagMetrics {
  const perPartition = { labelNames: ['topic', 'partition'] as const, registers: [registry] };
  const records = new Gauge({
    name: `${service}_lag_records`,
    help: 'Records of the topic that are not done yet, markers and heartbeats included; looked at every 5 s',
    ...perPartition,
  });
  const seconds = new Gauge({
    name: `${service}_lag_seconds`,
    help: 'At most so long the oldest record that is not done has waited; 0 when there is none',
    ...perPartition,
  });
  const positions = new Map<string, Position>();
  return {
    advanced: (topic, partition, next, done_until) => {
      const key = `${topic}/${partition}`;
      positions.set(key, { ...positions.get(key), topic, partition, next, done_until });
    },
    forget: (topic, partition) => {
      positions.delete(`${topic}/${partition}`);
      records.remove({ topic, partition: String(partition) });
      seconds.remove({ topic, partition: String(partition) });
    },
    observeEnds: (topic, ends, now) => {
      for (const position of positions.values()) {
        if (position.topic !== topic) continue;
        const labels = { topic, partition: String(position.partition) };
        const behind = Math.max(0, (ends.get(position.partition) ?? 0) - position.next);
        position.seen_at ??= now;
        if (behind === 0) position.caught_up_at = now;
        records.set(labels, behind);
        seconds.set(labels, behind > 0 ? waitedMs(position, now) / 1_000 : 0);
      }
    },
  };
}

/** Asks every 5 s for the ends of the topics; returns what ends it. A broker that does not answer is asked again. */
export function watchLag(
  admin: Admin,
  topics: readonly string[],
  metrics: Pick<LagMetrics, 'observeEnds'>,
  /** Called before each look, by who learns of positions only then. */
  before: () => void = () => undefined,
): () => void {
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      before();
      for (const topic of topics) metrics.observeEnds(topic, await endsOf(admin, topic), Date.now());
    } catch {
      // The loops say when Kafka cannot be reached.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void ask(), everyMs);
  return () => clearInterval(timer);
}
