/**
 * Keeps what a group has committed when the log no longer has it. Import before kafkajs.
 *
 * Where retention has passed the committed offset, kafkajs 2.2.4 commits "earliest" in its place, without metadata, before
 * anybody has seen a record. Gone is then the number that tells a task that records were lost (`LostRecords`), and with the
 * metadata the block that load may have begun. Here it goes on from the log's start and commits nothing: whoever gets
 * the first batch compares it with what is committed. `test/integration/kept-commits.test.ts` shows it on a real broker.
 */
import { replaceModule } from './replace-module';

interface TopicPartition {
  topic: string;
  partition: number;
}

interface Offsets {
  cluster: {
    fetchTopicsOffset(
      of: readonly { topic: string; partitions: readonly { partition: number }[]; fromBeginning: boolean }[],
    ): Promise<{ partitions: { partition: number; offset: string }[] }[]>;
  };
  /** The last offset that is done: the next fetch begins behind it. */
  resolveOffset(of: TopicPartition & { offset: string }): void;
}

const OffsetManager = require('kafkajs/src/consumer/offsetManager') as new (...args: unknown[]) => Offsets;

/** kafkajs' own, which commits nothing by itself. */
export class KeepingCommits extends OffsetManager {
  async setDefaultOffset({ topic, partition }: TopicPartition): Promise<void> {
    const asked = [{ topic, partitions: [{ partition }], fromBeginning: true }];
    const [{ partitions }] = await this.cluster.fetchTopicsOffset(asked);
    this.resolveOffset({ topic, partition, offset: String(BigInt(partitions[0].offset) - 1n) });
  }
}

replaceModule('kafkajs/src/consumer/offsetManager', KeepingCommits);
