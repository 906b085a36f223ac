import type { Admin, Kafka } from './kafkajs';
import { LostRecords } from './partition-task';

export interface CommittedOffset {
  /** Committed offset, or the log's start when nothing is committed. */
  offset: number;
  metadata: string;
  /** Whether the group has ever committed this partition. */
  committed: boolean;
}

const queues = new WeakMap<Admin, Promise<unknown>>();

/** One at a time: asking for one topic's metadata makes kafkajs' admin forget, for a moment, the leaders of others. */
function serially<T>(admin: Admin, work: () => Promise<T>): Promise<T> {
  const result = (queues.get(admin) ?? Promise.resolve()).then(work, work);
  queues.set(
    admin,
    result.catch(() => undefined),
  );
  return result;
}

/** How many partitions a topic has; rejects when there is no such topic. */
export async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  const { topics } = await serially(admin, () => admin.fetchTopicMetadata({ topics: [topic] }));
  return topics[0].partitions.length;
}

/** The same over a connection of its own, which is closed again. */
export async function countPartitions(kafka: Kafka, topic: string): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await partitionsOf(admin, topic);
  } finally {
    await admin.disconnect();
  }
}

/** First offset a partition still has. */
export async function lowWatermark(admin: Admin, topic: string, partition: number): Promise<number> {
  const bounds = await serially(admin, () => admin.fetchTopicOffsets(topic));
  return Number(bounds.find((entry) => entry.partition === partition)?.low ?? 0);
}

/** Offset behind the last record that a partition has. */
export async function highWatermark(admin: Admin, topic: string, partition: number): Promise<number> {
  const bounds = await serially(admin, () => admin.fetchTopicOffsets(topic));
  return Number(bounds.find((entry) => entry.partition === partition)?.high ?? 0);
}

/** Offsets behind the last record of every partition of a topic. */
export async function endsOf(admin: Admin, topic: string): Promise<Map<number, number>> {
  const bounds = await serially(admin, () => admin.fetchTopicOffsets(topic));
  return new Map(bounds.map(({ partition, high }) => [partition, Number(high)]));
}

/** First offset appended at or after a time (ms); undefined when there is none. */
export async function offsetAt(
  admin: Admin,
  topic: string,
  partition: number,
  time: number,
): Promise<number | undefined> {
  const offsets = await serially(admin, () => admin.fetchTopicOffsetsByTimestamp(topic, time));
  const found = offsets.find((entry) => entry.partition === partition)?.offset;
  return found === undefined || Number(found) < 0 ? undefined : Number(found);
}

/**
 * Reads what a group has committed for one partition: call it after fencing, what the consumer was told at assignment
 * may be older. Throws LostRecords when retention has passed the position, unless `acceptLost`.
 */
export async function fetchCommitted(
  admin: Admin,
  groupId: string,
  topic: string,
  partition: number,
  acceptLost = false,
): Promise<CommittedOffset> {
  const group = await serially(admin, () => admin.fetchOffsets({ groupId, topics: [topic] }));
  const low = await lowWatermark(admin, topic, partition);
  const found = group[0]?.partitions.find((entry) => entry.partition === partition);
  const committed = found !== undefined && Number(found.offset) >= 0;
  const offset = committed ? Number(found.offset) : low;
  if (offset < low) {
    if (!acceptLost) throw new LostRecords(topic, partition, offset, low);
    return { offset: low, metadata: '', committed };
  }
  return { offset, metadata: found?.metadata ?? '', committed };
}
