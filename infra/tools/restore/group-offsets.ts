import type { Kafka } from '../../../services/lib/kafka/kafkajs';

export interface GroupOffset {
  partition: number;
  offset: number;
  metadata: string;
}

const joinWithinMs = 60_000;

/**
 * Sets what a group has committed of a topic, metadata included, which kafkajs' admin would drop. As a member of the
 * group, alone in it: whoever joins meanwhile makes it fail.
 */
export async function setGroupOffsets(
  kafka: Kafka,
  groupId: string,
  topic: string,
  offsets: readonly GroupOffset[],
): Promise<void> {
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, sessionTimeout: 10_000 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic] });
    let timer: NodeJS.Timeout | undefined;
    const joined = new Promise<number[]>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`could not join ${groupId} within a minute`)), joinWithinMs);
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => resolve(payload.memberAssignment[topic] ?? []));
    });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} });
    const assigned = await joined.finally(() => clearTimeout(timer));
    consumer.pause([{ topic }]);
    const missing = offsets.filter(({ partition }) => !assigned.includes(partition));
    if (missing.length > 0) throw new Error(`${groupId} has other members: stop every load first`);
    await consumer.commitOffsets(
      offsets.map(({ partition, offset, metadata }) => ({ topic, partition, offset: String(offset), metadata })),
    );
  } finally {
    await consumer.disconnect();
  }
}
