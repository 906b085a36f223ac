import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { murmur2, partitionOf } from '../../../services/lib/kafka/partitioner';

const kafkajs = require('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer) => number;

describe('the partition of a key', () => {
  test('is hashed as kafkajs does, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 70 });
    fc.assert(
      fc.property(bytes, (key) => murmur2(Buffer.from(key)) === kafkajs(Buffer.from(key))),
      { numRuns: 3_000 },
    );
  });

  test('of any text lies among the partitions', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 1_000 }), (key, partitions) => {
        const partition = partitionOf(key, partitions);
        return partition === (kafkajs(Buffer.from(key)) & 0x7fffffff) % partitions;
      }),
    );
  });

  // The values that Kafka's own test of its Java client holds (UtilsTest.testMurmur2).
  test.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('%s', (text, hash) => expect(murmur2(Buffer.from(text))).toBe(hash));
});
