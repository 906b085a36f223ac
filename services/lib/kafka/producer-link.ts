import type { Link, OutgoingRecord } from './batching-producer';
import type { ICustomPartitioner, Kafka, Message, RecordMetadata } from './kafkajs';
import { Partitioners } from './kafkajs';
import { partitionOf } from './partitioner';

/**
 * Opens an idempotent producer for one topic, partitioned by key as Java's clients do (murmur2). Rejects when no
 * broker answers or the topic does not exist. acks=all.
 */
export async function openProducerLink(kafka: Kafka, topic: string): Promise<Link> {
  const chosen = new Set<number>();
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: () => remembering(chosen),
    // Long enough for a new leader or a restarted broker; the caller's deadline comes first.
    retry: { initialRetryTime: 50, multiplier: 1.5, maxRetryTime: 500, retries: 14 },
  });
  const admin = kafka.admin();
  let sending: Promise<unknown> = Promise.resolve();
  const close = async (): Promise<void> => {
    // kafkajs connects again for a send that is still retrying: closed before that, its socket would stay for ever.
    await sending.catch(() => undefined);
    await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
  };
  const probe = async (): Promise<void> => {
    await admin.fetchTopicMetadata({ topics: [topic] });
  };
  const send = async (records: readonly OutgoingRecord[]): Promise<void> => {
    chosen.clear();
    const messages = records as Message[];
    const stored = await producer.send({ topic, messages, acks: -1, timeout: acknowledgeWithinMs });
    assertAllStored(chosen, stored);
  };
  try {
    await Promise.all([producer.connect(), admin.connect()]);
    await probe();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    probe,
    close,
    send: (records) => {
      const result = send(records);
      sending = result;
      return result;
    },
  };
}

/** How long the broker waits for its replicas before it answers with an error. */
const acknowledgeWithinMs = 3_000;

/** The default partitioner, by a leaner hash, which also notes where it sent things. */
function remembering(chosen: Set<number>): ReturnType<ICustomPartitioner> {
  const byDefault = Partitioners.DefaultPartitioner();
  return (args) => {
    const { key, partition: own } = args.message;
    const hashes = typeof key === 'string' && own === undefined;
    const partition = hashes ? partitionOf(key, args.partitionMetadata.length) : byDefault(args);
    chosen.add(partition);
    return partition;
  };
}

/**
 * kafkajs retries a send only at brokers that have not answered yet. When leadership of a partition moves, during the
 * retry, to a broker that has answered for others, its records are never sent, and the send resolves all the same.
 */
export function assertAllStored(chosen: ReadonlySet<number>, stored: readonly RecordMetadata[]): void {
  const answered = new Set(stored.map(({ partition }) => partition));
  const silent = [...chosen].filter((partition) => !answered.has(partition));
  if (silent.length > 0) throw new Error(`no acknowledgement for partitions ${silent.join(', ')}`);
}
