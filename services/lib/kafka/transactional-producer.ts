import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka, Message, Producer, TopicMessages, Transaction } from './kafkajs';

export interface OffsetToCommit {
  topic: string;
  partition: number;
  offset: number;
  metadata?: string;
}

/** Where the records of a transaction begin in each partition they went to. */
export type BaseOffsets = Map<string, number>;

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/**
 * One transactional producer per input partition. kafkajs' `sendOffsets` carries no group generation, so it is the
 * transactional id that fences a zombie: opening one aborts whatever the former owner had open.
 *
 * A failed transaction leaves the producer unusable: `commit` rejects, and the owner must close it and open a new one.
 */
export class TransactionalProducer {
  private constructor(
    private readonly producer: Producer,
    private readonly groupId: string,
  ) {}

  /** Opens and fences. `transactionTimeout` is short: an open transaction of a dead owner hides what is behind it. */
  static async open(kafka: Kafka, transactionalId: string, groupId: string): Promise<TransactionalProducer> {
    const producer = kafka.producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: 10_000,
      allowAutoTopicCreation: false,
      createPartitioner: () => requirePartition,
      retry: { initialRetryTime: 5, multiplier: 1.3, maxRetryTime: 500, retries: 60 },
    });
    await producer.connect();
    try {
      // kafkajs' connect only gets an id for idempotence: it is the first transaction that fences, which without this
      // came after our caller had read what is committed. An empty one is given up without a word to the broker.
      await (await producer.transaction()).abort();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    return new TransactionalProducer(producer, groupId);
  }

  /** Writes records and offsets in one transaction. Every message names its partition. */
  async commit(records: TopicMessages[], offsets: OffsetToCommit[]): Promise<BaseOffsets> {
    const filled = records.filter(({ messages }) => messages.length > 0);
    const transaction = await this.producer.transaction();
    const bases: BaseOffsets = new Map();
    if (filled.length > 0) {
      for (const sent of await transaction.sendBatch({ topicMessages: filled, acks: -1 })) {
        bases.set(partitionKey(sent.topicName, sent.partition), Number(sent.baseOffset));
      }
      // kafkajs resolves without an answer when a partition's leader moves, in its retry, to a broker that has answered.
      for (const { topic, messages } of filled) {
        const silent = messages.find(({ partition }) => !bases.has(partitionKey(topic, partition as number)));
        if (silent) throw new Error(`no acknowledgement for ${topic} partition ${silent.partition}`);
      }
    }
    if (offsets.length > 0) await sendOffsets(transaction, this.groupId, offsets);
    await transaction.commit();
    return bases;
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }
}

/** As a transaction's first operation `sendOffsets` throws CONCURRENT_TRANSACTIONS while the last one still ends. */
async function sendOffsets(transaction: Transaction, groupId: string, offsets: OffsetToCommit[]): Promise<void> {
  const topics = [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: offsets
      .filter((entry) => entry.topic === topic)
      .map(({ partition, offset, metadata = '' }) => ({ partition, offset: String(offset), metadata })),
  }));
  for (let attempt = 0; ; attempt++) {
    try {
      return await transaction.sendOffsets({ consumerGroupId: groupId, topics });
    } catch (error) {
      if ((error as { type?: string }).type !== 'CONCURRENT_TRANSACTIONS' || attempt > 1_000) throw error;
      await sleep(3);
    }
  }
}

function requirePartition({ topic, message }: { topic: string; message: Message }): number {
  // kafkajs drops a record whose partition is NaN without a word.
  if (!Number.isInteger(message.partition)) throw new Error(`a record for ${topic} names no partition`);
  return message.partition as number;
}
