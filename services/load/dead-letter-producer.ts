import type { DeadLetter } from '../../schemas/types';
import type { AvroCodec } from '../lib/avro';
import { deadLetterOf } from '../lib/dead-letter';
import type { Kafka, KafkaMessage, Producer } from '../lib/kafka/kafkajs';
import { topics } from '../lib/topics';
import type { Faults } from './domain/leaving-out';

/**
 * Puts records that cannot be loaded on the dead-letter topic, whole.
 *
 * At least once: a crash between this and the commit that leaves them out writes them again; `dead_letters` shows one.
 */
export class DeadLetterProducer {
  private constructor(
    private readonly producer: Producer,
    private readonly codec: AvroCodec<DeadLetter>,
    private readonly partitions: number,
  ) {}

  static async connect(kafka: Kafka, codec: AvroCodec<DeadLetter>, partitions: number): Promise<DeadLetterProducer> {
    const producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 5 } });
    await producer.connect();
    return new DeadLetterProducer(producer, codec, partitions);
  }

  /** Resolves when all are stored by all replicas. One by one: each may be as large as the topic allows. */
  async send(topic: string, partition: number, records: readonly KafkaMessage[], faults: Faults): Promise<void> {
    for (const record of records) {
      const refusal = { reason: 'undecodable', error: faults.get(Number(record.offset)) as string };
      const value = this.codec.encode(deadLetterOf(record, { topic, partition }, 'load', refusal));
      const target = partition % this.partitions;
      const messages = [{ key: record.key, value, partition: target }];
      const stored = await this.producer.send({ topic: topics.deadLetter, messages, acks: -1 });
      // kafkajs can resolve without an answer when leadership moves during a retry.
      if (!stored.some((answer) => answer.partition === target)) throw new Error('a dead letter was not acknowledged');
    }
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }
}
