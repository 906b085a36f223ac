import { describe, expect, test } from '@jest/globals';
import { partitionOf } from '../../../services/lib/kafka/partitioner';
import { limitOf, skewOf } from '../../bench/skew/skew';

describe('partition skew', () => {
  test('three customers by hand', () => {
    const setting = { customers: 3, exponent: 1, partitions: 2, seed: 7 };
    const weights = [1, 1 / 2, 1 / 3];
    const load = [0, 0];
    weights.forEach((weight, at) => {
      load[partitionOf(`customer-7-${at + 1}`, 2)] += weight;
    });
    const skew = skewOf(setting);
    expect(skew.topPartition).toBeCloseTo(Math.max(...load) / (11 / 6), 12);
    expect(skew.topCustomer).toBeCloseTo(6 / 11, 12);
    expect(skew.overMean).toBeCloseTo(2 * skew.topPartition, 12);
  });

  test('equal customers lie as evenly as chance lets them: within five standard deviations', () => {
    const customers = 30_000;
    const partitions = 24;
    const { overMean } = skewOf({ customers, exponent: 0, partitions, seed: 1 });
    expect(overMean).toBeGreaterThanOrEqual(1);
    expect(overMean).toBeLessThan(1 + 5 * Math.sqrt(partitions / customers));
  });

  test('no partition is below its busiest customer, and more partitions do not help that one', () => {
    const limits = [24, 96, 384].map((partitions) => {
      const skew = skewOf({ customers: 5_000, exponent: 1.2, partitions, seed: 2 });
      expect(skew.topPartition).toBeGreaterThan(skew.topCustomer);
      return limitOf(skew, 1_000);
    });
    const { topCustomer } = skewOf({ customers: 5_000, exponent: 1.2, partitions: 24, seed: 2 });
    for (const limit of limits) expect(limit).toBeLessThan(1_000 / topCustomer);
  });

  test('the limit is where the busiest partition fills a core', () => {
    const skew = skewOf({ customers: 1_000, exponent: 0.8, partitions: 8, seed: 3 });
    expect(limitOf(skew, 42_000) * skew.topPartition).toBeCloseTo(42_000, 6);
  });
});
