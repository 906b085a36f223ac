import './aborted-transactions';
import { Partitioners } from 'kafkajs';

const partitioner = Partitioners.DefaultPartitioner();

/** Partition of a key as Kafka's own clients compute it (murmur2): the same customer always meets itself. */
export const partitionOf = (key: string, partitions: number): number =>
  partitioner({
    topic: '',
    partitionMetadata: { length: partitions } as never,
    message: { key, value: null },
  });
