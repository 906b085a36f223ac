import type { Message, PartitionMetadata } from '../kafkajs';

interface Grouping {
  topic: string;
  partitionMetadata: PartitionMetadata[];
  messages: Message[];
  partitioner(choice: { topic: string; partitionMetadata: PartitionMetadata[]; message: Message }): number;
}

/**
 * Stands for kafkajs' `producer/groupMessagesPerPartition`, which copies all earlier messages of the partition for each
 * further one: the cost of a send grows with the square of its size.
 */
export function groupMessages({
  topic,
  partitionMetadata,
  messages,
  partitioner,
}: Grouping): Record<string, Message[]> {
  const groups: Record<string, Message[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message });
    const group = groups[partition];
    if (group) group.push(message);
    else groups[partition] = [message];
  }
  return groups;
}
