import type { Admin } from '../../services/lib/kafka/kafkajs';
import topics from './topics.json';

export type Size = 'local' | 'production';

/**
 * Creates the topics that are missing and answers their names. Partition counts are fixed at creation: a topic that
 * exists with another count is reported, never changed (that is a documented stop-and-rebuild).
 */
export async function createTopics(admin: Admin, size: Size, replicationFactor = 1): Promise<string[]> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions[size],
        replicationFactor,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      })),
    });
  }
  const present = topics.filter(({ topic }) => existing.has(topic));
  if (present.length > 0) {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: present.map(({ topic }) => topic) });
    for (const { name, partitions } of found) {
      const wanted = present.find(({ topic }) => topic === name)?.partitions[size];
      if (partitions.length !== wanted) {
        throw new Error(
          `topic ${name} has ${partitions.length} partitions, not ${wanted}: counts are fixed at creation`,
        );
      }
    }
  }
  return missing.map(({ topic }) => topic);
}
