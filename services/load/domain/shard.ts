/**
 * Which shard a block of a partition goes to, counted from 0: always the same, so that a repeated block meets the table
 * that knows its token, and all rows of one person are on one shard (a person's events and sessions share a partition
 * number). The Distributed tables know shards by the same rule: kafka_partition modulo their number.
 */
export const shardOf = (partition: number, shards: number): number => partition % shards;
