import type { Admin, Kafka } from '../../../services/lib/kafka/kafkajs';
import { topicIds } from '../../../services/lib/kafka/topic-ids';
import { topics } from '../../../services/lib/topics';
import { parseMetadata } from '../../../services/load/domain/intent';

/** What load reads; each by a group of its own. */
export const loadedTopics = [topics.enriched, topics.sessions, topics.deadLetter] as const;

export const loadGroup = (prefix: string, topic: string): string => `${prefix}-${topic}`;

/** One partition as Kafka has it now. */
export interface Place {
  topic: string;
  topic_id: string;
  partition: number;
  /** First offset that the topic still holds, and the one behind its last. */
  low: number;
  high: number;
  /** What load's group has committed; -1 when it has committed nothing. */
  committed_offset: number;
  metadata: string;
}

/** Every partition of the topics that load reads, with what its groups have committed there. */
export async function placesOf(kafka: Kafka, admin: Admin, prefix: string): Promise<Place[]> {
  const ids = await topicIds(kafka, loadedTopics);
  const places: Place[] = [];
  for (const topic of loadedTopics) {
    const bounds = await admin.fetchTopicOffsets(topic);
    const [group] = await admin.fetchOffsets({ groupId: loadGroup(prefix, topic), topics: [topic] });
    for (const { partition, low, high } of bounds.sort((a, b) => a.partition - b.partition)) {
      const committed = group?.partitions.find((entry) => entry.partition === partition);
      places.push({
        topic,
        topic_id: ids.get(topic) ?? '',
        partition,
        low: Number(low),
        high: Number(high),
        committed_offset: Number(committed?.offset ?? -1),
        metadata: committed?.metadata ?? '',
      });
    }
  }
  return places;
}

/** Which of load's groups have members: nobody else may set their offsets. */
export async function runningGroups(admin: Admin, prefix: string): Promise<string[]> {
  const { groups } = await admin.describeGroups(loadedTopics.map((topic) => loadGroup(prefix, topic)));
  return groups.filter(({ members }) => members.length > 0).map(({ groupId }) => groupId);
}

/** Whether a block has been begun there and is not known to be loaded. */
export const isOpen = ({ committed_offset, metadata }: Pick<Place, 'committed_offset' | 'metadata'>): boolean =>
  committed_offset >= 0 && parseMetadata(committed_offset, metadata).intent !== undefined;

/** Whether nothing was loaded between two looks: load commits before each block and after it. */
export const sameCommitted = (before: readonly Place[], after: readonly Place[]): boolean =>
  JSON.stringify(before.map(committedOf)) === JSON.stringify(after.map(committedOf));

const committedOf = ({ topic, partition, committed_offset, metadata }: Place) => [
  topic,
  partition,
  committed_offset,
  metadata,
];
