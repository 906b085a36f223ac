import { partitionOf } from '../../../services/lib/kafka/partitioner';

export interface SkewSetting {
  customers: number;
  /** Exponent of Zipf's law: the k-th busiest customer makes k^-exponent as many events as the busiest. 0: all alike. */
  exponent: number;
  partitions: number;
  /** Which customers these are: other ids, other partitions. */
  seed: number;
}

export interface Skew {
  /** Share of all events that the busiest customer makes, 0 to 1. */
  topCustomer: number;
  /** Share of the busiest partition, 0 to 1, and how many times the mean that is. */
  topPartition: number;
  overMean: number;
  /** The same for the partition that 95 % of the others do not pass. */
  p95OverMean: number;
}

/**
 * How unevenly events lie over partitions when customers are unequal: every customer's share goes to the partition that
 * Kafka's own partitioner gives its id. Exact for the given ids, no sampling of events.
 */
export function skewOf({ customers, exponent, partitions, seed }: SkewSetting): Skew {
  const load = new Float64Array(partitions);
  let total = 0;
  for (let rank = 1; rank <= customers; rank++) {
    const weight = rank ** -exponent;
    total += weight;
    load[partitionOf(`customer-${seed}-${rank}`, partitions)] += weight;
  }
  const shares = [...load].map((weight) => weight / total).sort((a, b) => a - b);
  const top = shares[partitions - 1];
  return {
    topCustomer: 1 / total,
    topPartition: top,
    overMean: top * partitions,
    p95OverMean: shares[Math.ceil(0.95 * partitions) - 1] * partitions,
  };
}

/** Events/s of the whole at which the busiest partition takes all that one core gives (events/s a core). */
export const limitOf = (skew: Skew, perCore: number): number => perCore / skew.topPartition;
