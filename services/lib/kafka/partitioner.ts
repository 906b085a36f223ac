import './kafkajs';

/** kafkajs' own murmur2, which Java's clients use too; its partitioner filters a metadata list for every record. */
const murmur2 = require('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer) => number;

/** Partition of a key as Kafka's own clients compute it: the same customer always meets itself. */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
