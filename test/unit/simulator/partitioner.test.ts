import { describe, expect, test } from '@jest/globals';
import { Partitioners } from 'kafkajs';
import { murmur2, partitionOf } from '../../simulator/core/partitioner';

/** From the tests of Apache Kafka's own client. */
const vectors = [
  { key: '21', hash: -973932308 },
  { key: 'foobar', hash: -790332482 },
  { key: 'a-little-bit-long-string', hash: -985981536 },
  { key: 'a-little-bit-longer-string', hash: -1486304829 },
  { key: 'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', hash: -58897971 },
  { key: 'abc', hash: 479470107 },
];

describe('the partitioner', () => {
  test.each(vectors)('murmur2 of $key', ({ key, hash }) => {
    expect(murmur2(key)).toBe(hash);
  });

  test('goes where kafkajs sends a key', () => {
    const kafkajs = Partitioners.DefaultPartitioner();
    for (let n = 0; n < 500; n++) {
      const key = `clé-${n}-${'é'.repeat(n % 7)}`;
      for (const partitions of [1, 4, 24]) {
        const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
          partitionErrorCode: 0,
          partitionId,
          leader: 0,
          replicas: [],
          isr: [],
        }));
        const chosen = kafkajs({ topic: 'interactions.raw', partitionMetadata, message: { key, value: null } });
        expect(partitionOf(key, partitions)).toBe(chosen);
      }
    }
  });
});
