import { LostRecords } from '../lib/kafka/partition-task';

/**
 * A partition that must not go on: the loop says so once, the service is not ready, and the other partitions go on.
 * It is a LostRecords to the loop, which treats these so.
 */
export class PartitionHalted extends LostRecords {
  constructor(topic: string, partition: number, offset: number, reason: string) {
    super(topic, partition, offset, offset);
    this.message = `${topic} partition ${partition} stands still at offset ${offset}: ${reason}`;
    this.name = 'PartitionHalted';
  }
}

const tryAgainAfterMs = 30_000;

/**
 * Partitions that stand still, with what was committed then: opened anew they stand still at once, without doing and
 * logging everything over again, unless somebody has moved the offset or half a minute has gone by.
 */
export class Halts {
  private readonly halts = new Map<string, { error: PartitionHalted; offset: number; metadata: string; at: number }>();

  add(key: string, committed: { offset: number; metadata: string }, error: PartitionHalted): void {
    this.halts.set(key, { error, offset: committed.offset, metadata: committed.metadata, at: Date.now() });
  }

  /** Throws when the partition stands still at what is committed. */
  check(key: string, committed: { offset: number; metadata: string }): void {
    const halt = this.halts.get(key);
    if (!halt) return;
    const same = halt.offset === committed.offset && halt.metadata === committed.metadata;
    if (same && Date.now() - halt.at < tryAgainAfterMs) throw halt.error;
    this.halts.delete(key);
  }
}
