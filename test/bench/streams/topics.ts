import { createTopics } from '../../../infra/kafka/create-topics';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import { until } from './process';

/** Deletes those of the named topics that are there, and waits until they are gone. */
export async function removeTopics(admin: Admin, names: readonly string[]): Promise<void> {
  const present = async (): Promise<string[]> => (await admin.listTopics()).filter((topic) => names.includes(topic));
  const found = await present();
  if (found.length === 0) return;
  await admin.deleteTopics({ topics: found });
  await until(`topics ${found.join(', ')} to be gone`, 30_000, 100, async () => (await present()).length === 0);
}

/** Makes those of the project's topics that are not there. */
export const makeProjectTopics = (admin: Admin): Promise<void> =>
  untilKnown('the topics', () => createTopics(admin, 'local'));

/** Makes a topic whose records never expire, whatever time they carry. */
export function makeTopic(admin: Admin, topic: string, partitions: number): Promise<void> {
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  const topics = [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }];
  return untilKnown(topic, () => admin.createTopics({ waitForLeaders: true, topics }));
}

/** Made is not yet known: a busy broker answers for a moment that there is no such topic, and kafkajs gives up on it. */
const untilKnown = (what: string, make: () => Promise<unknown>): Promise<void> =>
  until(`${what} to be made`, 30_000, 200, async () => {
    try {
      await make();
      return true;
    } catch (error) {
      if ((error as { type?: string }).type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      return false;
    }
  });

/** How many records a topic has ever been given, markers of transactions included. */
export async function topicEnd(admin: Admin, topic: string): Promise<number> {
  return (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
}
