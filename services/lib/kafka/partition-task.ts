import type { Batch, KafkaMessage } from './kafkajs';

/** What a task may do to the group while it works on a partition. */
export interface Control {
  /** Keeps the membership alive; call it in every long wait. Throws when the group rebalances: let it through. */
  heartbeat(): Promise<void>;
  /** Throws StaleAssignment when the group has rebalanced since this task was opened. */
  assertCurrent(): void;
  /**
   * Commits one offset with metadata by a plain OffsetCommit: one try, carrying member and generation, so that the
   * broker refuses a zombie's.
   */
  commit(topic: string, partition: number, offset: number, metadata: string): Promise<void>;
}

/**
 * One partition's work between an assignment and the next. It owns its position: the loop seeks back to it whenever
 * kafkajs has gone ahead, and never calls two methods of a task at the same time.
 */
export interface PartitionTask {
  /** Next offset wanted of a topic. */
  position(topic: string): number;
  /** Works on records at or above the position, in order, and moves it to `nextOffset`; throws to begin again. */
  handle(input: TaskInput, control: Control): Promise<void>;
  /** Called a few times a second while the task is current, so that it can act when nothing arrives. */
  tick?(now: number, control: Control): Promise<void>;
  /** Called once before an orderly stop: what would have waited for a tick is done now. */
  drain?(control: Control): Promise<void>;
  /** Releases producers and the like; the state is given up. */
  close(): Promise<void>;
}

/** Records of one fetched batch that the task has not seen, and the offset that follows them. */
export interface TaskInput {
  topic: string;
  partition: number;
  messages: KafkaMessage[];
  /** Offset after the batch, control records included. */
  nextOffset: number;
}

/** The assignment that a piece of work belonged to is gone: drop the work, it is done again by the new owner. */
export class StaleAssignment extends Error {
  constructor() {
    super('the assignment has changed');
    this.name = 'StaleAssignment';
  }
}

/** Retention has deleted records between the committed position and the start of the log. */
export class LostRecords extends Error {
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly from: number,
    readonly to: number,
  ) {
    super(
      `${topic} partition ${partition}: offsets ${from} to ${to - 1} were deleted before they were read; ` +
        'ACCEPT_LOST_RECORDS=true goes on at what is left',
    );
    this.name = 'LostRecords';
  }
}

/** The part of a batch at or above a position. */
export function unseen(batch: Batch, position: number): TaskInput {
  const [first] = batch.messages;
  const messages =
    first && Number(first.offset) >= position
      ? batch.messages
      : batch.messages.filter((message) => Number(message.offset) >= position);
  return { topic: batch.topic, partition: batch.partition, messages, nextOffset: Number(batch.lastOffset()) + 1 };
}
