import { fetchCommitted, lowWatermark } from '../lib/kafka/offsets';
import { type Control, LostRecords } from '../lib/kafka/partition-task';
import type { TransactionalProducer } from '../lib/kafka/transactional-producer';
import { topics } from '../lib/topics';
import type { SessionizeDeps } from './deps';
import { RevisionPace } from './pace';
import { restoreSessions } from './restore';
import { SessionizeTask } from './sessionize';
import { SessionStore } from './store';

/** What the offset metadata of the input says. */
interface Saved {
  floor?: number;
  change_seq?: number;
}

/** Fence, then read what is committed, then read the state: in this order nobody can change it behind our back. */
export async function openPartition(
  deps: SessionizeDeps,
  partition: number,
  control: Control,
  previous?: SessionizeTask,
): Promise<SessionizeTask> {
  const { client, groupId, acceptLost } = deps;
  const producer = await deps.openProducer(`${groupId}-${partition}`);
  try {
    await previous?.close();
    // What was erased before stays so: the topic tells it, whatever commands were taken by whom.
    await deps.erasureLog.refresh();
    const input = await fetchCommitted(client.admin, groupId, topics.enriched, partition, acceptLost);
    const commands = await fetchCommitted(client.admin, groupId, topics.commands, partition, acceptLost);
    const positions = new Map<string, number>([
      [topics.enriched, input.offset],
      [topics.commands, commands.offset],
    ]);
    const isUnchanged = previous && [...positions].every(([topic, offset]) => previous.position(topic) === offset);
    const { store, pace } =
      (isUnchanged && previous.keep()) || (await restore(deps, partition, producer, input, control));
    const deadLetterPartitions = await client.partitionsOf(topics.deadLetter);
    return new SessionizeTask(deps, partition, deadLetterPartitions, producer, positions, store, pace);
  } catch (error) {
    await producer.close().catch(() => undefined);
    throw error;
  }
}

async function restore(
  deps: SessionizeDeps,
  partition: number,
  producer: TransactionalProducer,
  input: { committed: boolean; offset: number; metadata: string },
  control: Control,
) {
  const { client, rules, packing, hotCustomers } = deps;
  const end = deps.metrics.restoreSeconds.startTimer();
  const saved = JSON.parse(input.metadata || '{}') as Saved;
  const low = await lowWatermark(client.admin, topics.sessions, partition);
  const isLost = saved.floor !== undefined && saved.floor < low;
  if (isLost && !deps.acceptLost) throw new LostRecords(topics.sessions, partition, saved.floor as number, low);
  const { store, waiting, told } = await restoreSessions({
    reader: client.reader,
    producer,
    codec: deps.codecs.changeSet,
    partition,
    floor: input.committed ? Math.max(saved.floor ?? low, low) : undefined,
    low,
    rules,
    control,
    newStore: (watermark, changeSeq, nextOffset) =>
      new SessionStore(
        rules,
        packing,
        hotCustomers,
        deps.snapshotAfterRecords,
        watermark,
        // Never below what was given: a version is not used twice.
        Math.max(changeSeq, saved.change_seq ?? 0),
        nextOffset,
        undefined,
        saved.floor === undefined ? low : Math.max(saved.floor, low),
      ),
  });
  const pace = new RevisionPace(deps.revisionEveryMs);
  for (const id of waiting) pace.wait(id, told);
  store.tidy();
  end();
  return { store, pace };
}
