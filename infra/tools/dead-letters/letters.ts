import type { DeadLetter } from '../../../schemas/types';
import { AvroCodec, UndecodableValue } from '../../../services/lib/avro';
import { createKafka, type KafkaSettings } from '../../../services/lib/kafka/client';
import type { Kafka, KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { createLog } from '../../../services/lib/log';
import { topics } from '../../../services/lib/topics';

/** A dead letter and its place in the topic. */
export interface Letter {
  partition: number;
  offset: number;
  letter: DeadLetter;
}

export interface Connection {
  kafka: Kafka;
  codec: AvroCodec<DeadLetter>;
}

export async function connect(settings: KafkaSettings, registryUrl: string): Promise<Connection> {
  const kafka = createKafka(settings, 'dead-letters', createLog('dead-letters', 'silent'));
  const codec = await AvroCodec.register<DeadLetter>(registryUrl, `${topics.deadLetter}-value`, 'dead-letter.v1');
  return { kafka, codec };
}

/** Letters looked at in one go: their values may be large. */
const together = 500;

/**
 * Everything in the dead-letter topic when it is called, in the order of each partition, some at a time; what is written
 * meanwhile is not read. `onUnreadable` hears of records that are no dead letters.
 */
export async function* readLetters(
  { kafka, codec }: Connection,
  onUnreadable: (place: string) => void,
): AsyncGenerator<Letter[]> {
  const admin = kafka.admin();
  await admin.connect();
  const reader = await PartitionReader.connect(kafka);
  try {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topics.deadLetter)) {
      let at = Number(low);
      while (at < Number(high)) {
        const messages: KafkaMessage[] = [];
        at = await reader.read(topics.deadLetter, partition, at, (it) => messages.push(it) < together, {
          to: Number(high),
        });
        await codec.prepare(messages.map(({ value }) => value));
        yield messages.flatMap((message) => {
          const letter = decoded(codec, message);
          if (letter) return [{ partition, offset: Number(message.offset), letter }];
          onUnreadable(`${partition}-${message.offset}`);
          return [];
        });
      }
    }
  } finally {
    await Promise.all([admin.disconnect(), reader.disconnect()]);
  }
}

function decoded(codec: AvroCodec<DeadLetter>, { value }: KafkaMessage): DeadLetter | undefined {
  try {
    return value ? codec.decode(value) : undefined;
  } catch (error) {
    if (error instanceof UndecodableValue) return undefined;
    throw error;
  }
}
