import type { EachBatchPayload } from './kafkajs';
import type { LostRecords, PartitionTask } from './partition-task';

/** Everything below `next` is done; `done_until` is the Kafka time of the last record of it, epoch ms (0: none yet). */
export interface WorkPosition {
  topic: string;
  partition: number;
  next: number;
  done_until: number;
}

/** One partition's place in the loop, over all its assignments here. */
export interface Slot {
  task?: PartitionTask;
  generation: number;
  /** Commits through the batch last seen: kafkajs gives no commit of one try elsewhere. */
  payload?: EachBatchPayload;
  lost?: LostRecords;
  /** By topic: Kafka time of the last record done. */
  doneUntil: Map<string, number>;
  /** In a row, without reading on. */
  seeksBack: number;
  /** Tail of the chain of work: whatever touches the partition queues here. */
  lock: Promise<unknown>;
}

export const newSlot = (): Slot => ({ generation: 0, seeksBack: 0, doneUntil: new Map(), lock: Promise.resolve() });

/** Where work stands on each assigned partition that has been opened. */
export function positionsOf(
  slots: ReadonlyMap<number, Slot>,
  isAssigned: (topic: string, partition: number) => boolean,
  topics: readonly string[],
): WorkPosition[] {
  const positions: WorkPosition[] = [];
  for (const [partition, { task, doneUntil }] of slots) {
    for (const topic of topics) {
      if (!task || !isAssigned(topic, partition)) continue;
      positions.push({ topic, partition, next: task.position(topic), done_until: doneUntil.get(topic) ?? 0 });
    }
  }
  return positions;
}

/** Queues work behind whatever else touches the slot; a rejection is the caller's alone. */
export function exclusively<T>(slot: Slot, work: () => Promise<T>): Promise<T> {
  const result = slot.lock.then(work, work);
  slot.lock = result.catch(() => undefined);
  return result;
}

/** Ends the task; what it had not committed is given up. */
export async function closeSlot(slot: Slot): Promise<void> {
  const task = slot.task;
  slot.task = undefined;
  await task?.close().catch(() => undefined);
}
