import { Counter, type Registry } from 'prom-client';
import { type LagMetrics, lagMetrics } from './lag';

export interface ConsumerMetrics extends LagMetrics {
  /** The consumer has joined its group, for the first time or after a rebalance. */
  joined(groupId: string): void;
  failed(partition: number): void;
}

/** What enrich and sessionize have in common as consumers. */
export function consumerMetrics(registry: Registry, service: string): ConsumerMetrics {
  const joins = joinCounter(registry, service);
  const failures = new Counter({
    name: `${service}_partition_failures_total`,
    help: 'Times work on a partition began again from what is committed',
    labelNames: ['partition'],
    registers: [registry],
  });
  return {
    ...lagMetrics(registry, service),
    joined: (group) => joins.inc({ group }),
    failed: (partition) => failures.inc({ partition: String(partition) }),
  };
}

export const joinCounter = (registry: Registry, service: string): Counter<'group'> =>
  new Counter({
    name: `${service}_group_joins_total`,
    help: 'Times this member joined its consumer group: once at the start, then once a rebalance',
    labelNames: ['group'],
    registers: [registry],
  });
