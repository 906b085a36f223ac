import { type Counter, collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of one process, with Node's own metrics (memory, CPU, event loop). What names follow: README.md. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Seconds: the pipeline's promise is about one, a backlog may be hours. */
export const ageBuckets = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3_600];

/** Of Kafka's transactions. */
export const transactionBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Records worked on at once. */
export const batchBuckets = [1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000];

/** A series for each value from the start: one that is born with its first count has not increased, to Prometheus. */
export function zeroed<Label extends string>(
  counter: Counter<Label>,
  label: Label,
  values: readonly string[],
): Counter<Label> {
  for (const value of values) counter.inc({ [label]: value } as Record<Label, string>, 0);
  return counter;
}
