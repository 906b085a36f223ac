import { describe, expect, test } from '@jest/globals';
import type { RecordMetadata } from '../../../../services/lib/kafka/kafkajs';
import { assertAllStored } from '../../../../services/lib/kafka/producer-link';

const answers = (...partitions: number[]): RecordMetadata[] =>
  partitions.map((partition) => ({ topicName: 't', partition, errorCode: 0 }));

describe('a send counts as stored', () => {
  test('when every partition that got records has answered', () => {
    expect(() => assertAllStored(new Set([0, 3]), answers(3, 0))).not.toThrow();
  });

  test('not when kafkajs left a partition out of its retry', () => {
    expect(() => assertAllStored(new Set([0, 1, 3]), answers(0))).toThrow('no acknowledgement for partitions 1, 3');
  });
});
