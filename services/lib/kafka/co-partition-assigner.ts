import type { Cluster, PartitionAssigner } from './kafkajs';
import { AssignerProtocol } from './kafkajs';

const name = 'CoPartitionAssigner';
const version = 1;

/** Members in order of their ids; partition p of every topic goes to member p modulo their number. */
export function coPartitions(
  members: string[],
  partitionsByTopic: Map<string, number[]>,
): Map<string, Map<string, number[]>> {
  const ordered = [...members].sort();
  const assignment = new Map(ordered.map((member) => [member, new Map<string, number[]>()]));
  for (const [topic, partitions] of partitionsByTopic) {
    for (const partition of partitions) {
      const mine = assignment.get(ordered[partition % ordered.length]) as Map<string, number[]>;
      mine.set(topic, [...(mine.get(topic) ?? []), partition]);
    }
  }
  return assignment;
}

/**
 * Gives partition p of all subscribed topics to the same member: they share one state. kafkajs' round robin deals out
 * the topics' partitions one by one and splits them.
 */
export const coPartitionAssigner: PartitionAssigner = ({ cluster }: { cluster: Cluster }) => ({
  name,
  version,
  assign: async ({ members, topics }) => {
    const partitionsByTopic = new Map(
      topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)]),
    );
    const assignment = coPartitions(
      members.map(({ memberId }) => memberId),
      partitionsByTopic,
    );
    return [...assignment].map(([memberId, topicPartitions]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version,
        assignment: Object.fromEntries(topicPartitions),
        userData: Buffer.alloc(0),
      }),
    }));
  },
  protocol: ({ topics }) => ({
    name,
    metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
  }),
});
