import { clusterOf } from './cluster-of';
import type { Kafka } from './kafkajs';
import { type DescribedTopic, metadataV12 } from './protocol/metadata-v12';

/** The internals of kafkajs 2.2.4 used here. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  findControllerBroker(): Promise<{ connectionPool: { send<T>(request: object): Promise<T> } }>;
}

/**
 * The id that Kafka gave each topic at its creation, by name; hexadecimal. An offset means something only together with
 * it. Rejects when a topic is not there, or the broker is older than 3.1, which tells none.
 */
export async function topicIds(kafka: Kafka, topics: readonly string[]): Promise<Map<string, string>> {
  const cluster = clusterOf<Cluster>(kafka);
  await cluster.connect();
  try {
    // Who the controller is, it learns with this.
    await cluster.refreshMetadata();
    const { connectionPool } = await cluster.findControllerBroker();
    const answer = await connectionPool.send<{ topics: DescribedTopic[] }>(metadataV12(topics));
    const found = new Map(answer.topics.filter(({ error_code }) => error_code === 0).map(({ name, id }) => [name, id]));
    const missing = topics.filter((topic) => !found.has(topic));
    if (missing.length > 0) throw new Error(`Kafka knows no topic ${missing.join(', ')}`);
    return found;
  } finally {
    await cluster.disconnect();
  }
}
