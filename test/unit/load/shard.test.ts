import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shardOf } from '../../../services/load/domain/shard';

test('every partition has one shard, and shards get partitions alike', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 256 }), (shards, partitions) => {
      const counts = new Array<number>(shards).fill(0);
      for (let partition = 0; partition < partitions; partition++) counts[shardOf(partition, shards)] += 1;
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('is what a Distributed table makes of kafka_partition with shards of equal weight', () => {
  expect([0, 1, 2, 3, 4, 5].map((partition) => shardOf(partition, 4))).toEqual([0, 1, 2, 3, 0, 1]);
});
