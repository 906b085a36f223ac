import type { Admin, KafkaMessage } from '../../services/lib/kafka/kafkajs';
import type { PartitionReader } from '../../services/lib/kafka/partition-reader';

/** Hands on every committed record that a topic holds now, partition after partition, each in order. */
export async function readTopic(
  admin: Admin,
  reader: PartitionReader,
  topic: string,
  visit: (message: KafkaMessage, partition: number) => void,
): Promise<void> {
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
    const take = (message: KafkaMessage): true => {
      visit(message, partition);
      return true;
    };
    await reader.read(topic, partition, Number(low), take, { to: Number(high) });
  }
}
