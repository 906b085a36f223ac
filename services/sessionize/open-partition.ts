import { fetchCommitted, lowWatermark } from '../lib/kafka/offsets';
import { type Control, LostRecords } from '../lib/kafka/partition-task';
import type { TransactionalProducer } from '../lib/kafka/transactional-producer';
import { topics } from '../lib/topics';
import type { SessionizeDeps } from './deps';
import { RevisionPace } from './pace';
import { restoreSessions } from './restore';
import { SessionizeTask } from './sessionize';
import { SessionStore } from './store';

/** What the offset metadata of the input says. The floor is null where an owner before 2026-11-27 wrote it. */
interface Saved {
  floor?: number | null;
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
    const saved = JSON.parse(input.metadata || '{}') as Saved;
    const { store, pace } =
      previous?.keepAsOf(positions, saved.change_seq ?? 0) ??
      (await restore(deps, partition, producer, input.committed, saved, control));
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
  isCommitted: boolean,
  { floor: savedFloor, change_seq: savedSeq = 0 }: Saved,
  control: Control,
) {
  const { client, rules, packing, hotCustomers } = deps;
  const end = deps.metrics.restoreSeconds.startTimer();
  const low = await lowWatermark(client.admin, topics.sessions, partition);
  const floor = Math.max(savedFloor ?? low, low);
  if (typeof savedFloor === 'number' && savedFloor < low && !deps.acceptLost) {
    throw new LostRecords(topics.sessions, partition, savedFloor, low);
  }
  const { store, waiting, told } = await restoreSessions({
    reader: client.reader,
    producer,
    codec: deps.codecs.changeSet,
    partition,
    floor: isCommitted ? floor : undefined,
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
        Math.max(changeSeq, savedSeq),
        nextOffset,
        undefined,
        floor,
      ),
  });
  const pace = new RevisionPace(deps.revisionEveryMs);
  for (const id of waiting) pace.wait(id, told);
  store.tidy();
  end();
  return { store, pace };
}
