import type { Admin } from 'kafkajs';
import { LostRecords } from './partition-task';

export interface CommittedOffset {
  /** Committed offset, or the log's start when nothing is committed. */
  offset: number;
  metadata: string;
  /** Whether the group has ever committed this partition. */
  committed: boolean;
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
  const [group, bounds] = await Promise.all([
    admin.fetchOffsets({ groupId, topics: [topic] }),
    admin.fetchTopicOffsets(topic),
  ]);
  const found = group[0]?.partitions.find((entry) => entry.partition === partition);
  const low = Number(bounds.find((entry) => entry.partition === partition)?.low ?? 0);
  const committed = found !== undefined && Number(found.offset) >= 0;
  const offset = committed ? Number(found.offset) : low;
  if (offset < low) {
    if (!acceptLost) throw new LostRecords(topic, partition, offset, low);
    return { offset: low, metadata: '', committed };
  }
  return { offset, metadata: found?.metadata ?? '', committed };
}
