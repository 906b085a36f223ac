import type { Message } from '../lib/kafka/kafkajs';
import type { TaskInput } from '../lib/kafka/partition-task';
import { topics } from '../lib/topics';
import { BatchSpans, batchAttributes, type TraceHeaders, type Tracing } from '../lib/tracing';
import type { Customer } from './domain/customer';
import type { Changes } from './domain/revision';
import type { SessionizeMetrics } from './metrics';
import type { Renewed } from './renewed';

/** What one batch comes to: nothing of it counts before its transaction is committed. */
export interface Draft {
  records: Message[];
  /** The customer of each record that restoring needs. */
  customers: Customer[];
  renewed: Renewed;
  refused: Message[];
  canaries: Message[];
  /** By customer: the trace of the last event taken in, where there is one. */
  traces: Map<string, TraceHeaders | undefined>;
  spans: BatchSpans;
  /** Offsets once it is committed. */
  positions: Map<string, number>;
  now: number;
}

export const newDraft = (
  positions: Map<string, number>,
  now: number,
  tracing: Tracing | undefined,
  partition: number,
): Draft => ({
  records: [],
  customers: [],
  renewed: new Map(),
  refused: [],
  canaries: [],
  traces: new Map(),
  spans: new BatchSpans(tracing, 'sessionize event', batchAttributes(topics.enriched, partition)),
  positions,
  now,
});

/** Counts the rows of a change set. */
export function countRows({ revisions, rows }: SessionizeMetrics, { sessions, legs }: Changes): void {
  rows.inc({ table: 'sessions' }, sessions.length);
  rows.inc({ table: 'legs' }, legs.length);
  let back = 0;
  for (const { sign } of sessions) if (sign < 0) back += 1;
  revisions.inc(back);
}

/** Counts what has been taken in, once it is committed. */
export function countBatch(metrics: SessionizeMetrics, { topic, messages }: TaskInput, now: number): void {
  metrics.batchRecords.observe({ topic }, messages.length);
  if (messages.length > 0) {
    metrics.recordAge.observe({ topic }, Math.max(0, now - Number(messages[0].timestamp)) / 1_000);
  }
}
