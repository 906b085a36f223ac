import { clusterOf } from './cluster-of';
import type { Kafka, KafkaMessage } from './kafkajs';

/** The few internals of kafkajs 2.2.4 used here: it has no public way to read a partition without a group. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<{ fetch(request: object): Promise<FetchResponse> }>;
}
interface PartitionData {
  partition: number;
  errorCode?: number;
  highWatermark: string;
  messages: { offset: string }[];
}
interface FetchResponse {
  responses: { topicName: string; partitions: PartitionData[] }[];
}
type BatchClass = new (topic: string, fetchedOffset: string, data: PartitionData) => { messages: KafkaMessage[] };

const Batch = require('kafkajs/src/consumer/batch') as BatchClass;
const readCommitted = 1;
const fetchBytes = 8 * 1024 * 1024;

/** Reads ranges of single partitions, committed records only, outside any consumer group: for rebuilding state. */
export class PartitionReader {
  private constructor(private readonly cluster: Cluster) {}

  static async connect(kafka: Kafka): Promise<PartitionReader> {
    const cluster = clusterOf<Cluster>(kafka);
    await cluster.connect();
    return new PartitionReader(cluster);
  }

  /**
   * Hands every committed record of [from, …) to `visit`, in order, until it answers false or `to` is reached.
   * `deadlineMs` bounds how long it waits without anything new. Returns the next offset not visited.
   */
  async read(
    topic: string,
    partition: number,
    from: number,
    visit: (message: KafkaMessage) => boolean,
    options: { to?: number; deadlineMs?: number; heartbeat?: () => Promise<void> } = {},
  ): Promise<number> {
    await this.cluster.addTargetTopic(topic);
    const { to = Number.POSITIVE_INFINITY, deadlineMs = 30_000 } = options;
    let position = from;
    let lastNews = Date.now();
    while (position < to) {
      const data = await this.fetch(topic, partition, position);
      const batch = new Batch(topic, String(position), data);
      for (const message of batch.messages) {
        if (Number(message.offset) >= to) return to;
        if (!visit(message)) return Number(message.offset) + 1;
      }
      const last = data.messages.at(-1);
      if (last) {
        position = Math.max(position, Number(last.offset) + 1);
        lastNews = Date.now();
      } else if (Date.now() - lastNews > deadlineMs) {
        throw new Error(`${topic} partition ${partition}: nothing more to read at offset ${position}, wanted ${to}`);
      }
      await options.heartbeat?.();
    }
    return position;
  }

  private async fetch(topic: string, partition: number, position: number): Promise<PartitionData> {
    for (let attempt = 0; ; attempt++) {
      const nodeId = Object.keys(this.cluster.findLeaderForPartitions(topic, [partition]))[0];
      try {
        const broker = await this.cluster.findBroker({ nodeId });
        const { responses } = await broker.fetch({
          isolationLevel: readCommitted,
          maxWaitTime: 100,
          minBytes: 1,
          maxBytes: fetchBytes,
          topics: [{ topic, partitions: [{ partition, fetchOffset: String(position), maxBytes: fetchBytes }] }],
        });
        return responses[0].partitions[0];
      } catch (error) {
        if (attempt >= 10) throw error;
        await this.cluster.refreshMetadata();
      }
    }
  }

  async disconnect(): Promise<void> {
    await this.cluster.disconnect();
  }
}
