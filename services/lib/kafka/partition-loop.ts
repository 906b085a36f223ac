import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log';
import { patiently } from '../patience';
import { HandOff, type HandOffLimits } from './hand-off';
import type { Batch, ConsumerConfig, EachBatchPayload, Kafka } from './kafkajs';
import { KafkaJSError } from './kafkajs';
import { closeSlot as close, exclusively, newSlot, positionsOf, type Slot, type WorkPosition } from './partition-slot';
import { type Control, LostRecords, type PartitionTask, StaleAssignment, unseen } from './partition-task';

export interface PartitionLoopOptions {
  kafka: Kafka;
  groupId: string;
  /** Topics consumed; partition p of all of them belongs to one task. */
  topics: string[];
  /** Opens partition p for the current assignment; `previous` is the task it had before a rebalance, if any. */
  open(partition: number, control: Control, previous: PartitionTask | undefined): Promise<PartitionTask>;
  consumer: Omit<ConsumerConfig, 'groupId'>;
  /** Large batches are worked on while other partitions are fetched; without it a fetch waits for all of the last one. */
  handOff?: HandOffLimits;
  log: Log;
  /** Called after each join of the group, for a metric. */
  onJoin?(): void;
  /** Counts failures by partition, for a metric. */
  onFailure?(partition: number, error: Error): void;
}

export interface PartitionLoop {
  /** Reasons why the loop is not ready: not joined yet, or records lost to retention. */
  notReady(): string[];
  /** How many partitions have lost records or must not go on. */
  standingStill(): number;
  /** Where work stands on each partition of each topic that has been opened since it was assigned. */
  positions(): WorkPosition[];
  /** Partitions of a topic that are assigned here, whether or not anything has come by them. */
  assigned(topic: string): number[];
  stop(): Promise<void>;
}

const tickEveryMs = 250;
/** Where retention has overtaken the position, kafkajs resets to what is left: opening anew finds and tells it. */
const maxSeeksBack = 20;
/** The group's own signals: kafkajs must see them unchanged to rejoin. */
const groupSignals = /REBALANCE_IN_PROGRESS|UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION/;

/**
 * Runs one task per assigned partition over a consumer group.
 *
 * After any rebalance every partition is opened anew (or handed its previous task, to be checked) before it works on;
 * after any error the task is closed and opened again from what is committed. kafkajs resumes from the offset it last
 * resolved, which may be ahead of that: the loop compares and seeks back.
 *
 * Guarantee: at least once, in order, per partition; exactly once is what a task makes of it by committing its effects
 * and its position together.
 */
export async function startPartitionLoop(options: PartitionLoopOptions): Promise<PartitionLoop> {
  const { kafka, groupId, topics, log } = options;
  const consumer = kafka.consumer({
    groupId,
    heartbeatInterval: 1_000,
    allowAutoTopicCreation: false,
    ...options.consumer,
    retry: { initialRetryTime: 50, maxRetryTime: 2_000, retries: 1_000, restartOnFailure: async () => true },
  });
  const slots = new Map<number, Slot>();
  let generation = 0;
  let joined = false;
  let stopping = false;
  let assigned = new Set<string>();
  const isAssigned = (partition: number): boolean => topics.some((topic) => assigned.has(`${topic}/${partition}`));
  const handOff = new HandOff(options.handOff);

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    generation += 1;
    joined = true;
    options.onJoin?.();
    assigned = new Set(
      Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) => partitions.map((p) => `${topic}/${p}`)),
    );
    log.info({ generation, assigned: [...assigned].join(' ') }, 'joined the group');
    for (const [partition, slot] of slots) {
      if (isAssigned(partition)) continue;
      slot.lost = undefined;
      // What was handed off may still be at work; should the partition come back, it is opened behind that.
      void exclusively(slot, async () => {
        await close(slot);
        if (!isAssigned(partition)) slots.delete(partition);
      });
    }
  });

  const run = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    const { topic, partition } = batch;
    if (stopping || !assigned.has(`${topic}/${partition}`)) return;
    const slot = slots.get(partition) ?? newSlot();
    slots.set(partition, slot);
    const bytes = assigned.size > 1 ? handOff.bytesOf(batch) : undefined;
    if (bytes === undefined) return exclusively(slot, () => work(payload, slot));
    const handedOffIn = generation;
    const giveBack = await handOff.room(bytes, payload.heartbeat);
    const resume = payload.pause();
    void exclusively(slot, async () => {
      if (handedOffIn === generation && !stopping) await work(payload, slot);
    })
      // Told in the log; what kafkajs must know of the group it learns by its next heartbeat.
      .catch(() => undefined)
      .finally(() => {
        giveBack();
        resume();
      });
    await payload.heartbeat();
  };

  async function work(payload: EachBatchPayload, slot: Slot): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    slot.payload = payload;
    try {
      const control = controlOf(slot, generation);
      const task = await current(partition, slot, control);
      const position = task.position(topic);
      if (fetchedOffset(batch) > position) {
        slot.seeksBack += 1;
        if (slot.seeksBack > maxSeeksBack) throw new Error(`${topic} cannot be read at offset ${position}`);
        consumer.seek({ topic, partition, offset: String(position) });
        return;
      }
      slot.seeksBack = 0;
      const input = unseen(batch, position);
      if (input.nextOffset > position) await task.handle(input, control);
      slot.doneUntil.set(topic, Number(batch.messages[batch.messages.length - 1].timestamp));
      control.assertCurrent();
      payload.resolveOffset(batch.messages[batch.messages.length - 1].offset);
      await payload.heartbeat();
    } catch (error) {
      await fail(partition, slot, error as Error);
    }
  }

  async function current(partition: number, slot: Slot, control: Control): Promise<PartitionTask> {
    if (slot.task && slot.generation === generation) return slot.task;
    const previous = slot.task;
    slot.task = undefined;
    const wanted = generation;
    slot.seeksBack = 0;
    slot.task = await options.open(partition, control, previous);
    slot.generation = wanted;
    slot.lost = undefined;
    control.assertCurrent();
    return slot.task;
  }

  async function fail(partition: number, slot: Slot, error: Error): Promise<void> {
    await close(slot);
    if (error instanceof StaleAssignment || stopping) return;
    const type = (error as { type?: string }).type ?? '';
    if (groupSignals.test(type)) throw error;
    options.onFailure?.(partition, error);
    if (error instanceof LostRecords) {
      if (!slot.lost) log.error(error.message);
      slot.lost = error;
      await sleep(1_000);
    } else {
      log.warn(
        { partition, error: error.message, type },
        'work on a partition failed, beginning again from what is committed',
      );
      await sleep(100);
    }
    throw new KafkaJSError(error, { retriable: true });
  }

  function controlOf(slot: Slot, opened: number): Control {
    const assertCurrent = (): void => {
      if (generation !== opened || stopping) throw new StaleAssignment();
    };
    return {
      assertCurrent,
      // Work that was handed off may outlast its assignment: kafkajs rejoins without waiting for it.
      heartbeat: async () => {
        assertCurrent();
        await slot.payload!.heartbeat();
      },
      commit: async (topic, partition, offset, metadata) => {
        // In a macrotask of its own nothing of kafkajs' rejoin can come between the check and the request, which
        // carries the generation of the moment.
        await macrotask();
        assertCurrent();
        await slot.payload!.commitOffsetsIfNecessary({
          topics: [{ topic, partitions: [{ partition, offset: String(offset), metadata } as never] }],
        });
      },
    };
  }

  const tick = async (): Promise<void> => {
    for (const [partition, slot] of slots) {
      await exclusively(slot, async () => {
        if (!slot.task?.tick || slot.generation !== generation || stopping) return;
        try {
          await slot.task.tick(Date.now(), controlOf(slot, generation));
        } catch (error) {
          // Not in a batch: closing the task is enough, the next batch opens it again.
          await close(slot);
          if (!(error instanceof StaleAssignment)) {
            log.warn({ partition, error: (error as Error).message }, 'work between batches failed');
          }
        }
      });
    }
  };

  const started = (async () => {
    const stopped = () => stopping;
    await patiently('connecting to Kafka', log, () => consumer.connect(), stopped);
    // Topics may be made after the service starts: until then it waits and is not ready.
    await patiently('subscribing', log, () => consumer.subscribe({ topics, fromBeginning: true }), stopped);
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch: run,
    });
  })();
  started.catch((error) => {
    if (!stopping) log.error({ err: error }, 'the consumer could not start');
  });
  let ticking = false;
  const timer = setInterval(async () => {
    if (ticking) return;
    ticking = true;
    await tick();
    ticking = false;
  }, tickEveryMs);

  return {
    notReady: () => [
      ...(joined ? [] : ['has not joined its consumer group']),
      ...[...slots.values()].flatMap((slot) => (slot.lost ? [slot.lost.message] : [])),
    ],
    standingStill: () => [...slots.values()].filter(({ lost }) => lost).length,
    positions: () => positionsOf(slots, (topic, partition) => assigned.has(`${topic}/${partition}`), topics),
    assigned: (topic) =>
      [...assigned].flatMap((name) => (name.startsWith(`${topic}/`) ? [Number(name.slice(topic.length + 1))] : [])),
    stop: async () => {
      clearInterval(timer);
      // Work in hand ends first: handlers finish, their commits count.
      await Promise.all(
        [...slots.values()].map((slot) =>
          exclusively(slot, async () => {
            if (slot.generation === generation) await slot.task?.drain?.(controlOf(slot, generation));
          }).catch((error: Error) => log.warn({ error: error.message }, 'what waited could not be done at the stop')),
        ),
      );
      stopping = true;
      await consumer.disconnect();
      await Promise.all([...slots.values()].map((slot) => exclusively(slot, () => close(slot))));
    },
  };
}

/** Where the fetch began: in kafkajs' batch, though not in its types. */
const fetchedOffset = (batch: Batch): number => Number((batch as Batch & { fetchedOffset: string }).fetchedOffset);
