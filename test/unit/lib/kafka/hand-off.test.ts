import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { TakingTurns } from '../../../../services/lib/kafka/fair-fetches';
import { HandOff } from '../../../../services/lib/kafka/hand-off';
import type { EachBatchPayload, Kafka } from '../../../../services/lib/kafka/kafkajs';
import { startPartitionLoop } from '../../../../services/lib/kafka/partition-loop';
import { createLog } from '../../../../services/lib/log';

const records = (count: number, bytes: number) =>
  ({ messages: Array.from({ length: count }, () => ({ value: Buffer.alloc(bytes) })) }) as never;
const settled = () => sleep(20);

describe('a batch is worked on aside', () => {
  test('when it is large; the next waits for room, in order, with heartbeats, and one alone always has it', async () => {
    const handOff = new HandOff({ minBytes: 100, maxBytes: 250 });
    expect(handOff.bytesOf(records(9, 11))).toBeUndefined();
    expect(handOff.bytesOf(records(10, 10))).toBe(100);
    expect(new HandOff(undefined).bytesOf(records(10, 10_000))).toBeUndefined();

    const order: string[] = [];
    const beat = async () => {};
    const back: Record<string, () => void> = {};
    const take = (name: string, bytes: number, heartbeat = beat) =>
      handOff.room(bytes, heartbeat).then((giveBack) => {
        order.push(name);
        back[name] = giveBack;
      });
    await take('larger than all', 400);
    const [second, third, fourth] = [take('b', 150), take('c', 150), take('d', 50)];
    await settled();
    expect(order).toEqual(['larger than all']);
    back['larger than all']();
    await second;
    await settled();
    // The last would fit beside it, but comes after the third.
    expect(order).toEqual(['larger than all', 'b']);
    back.b();
    await Promise.all([third, fourth]);
    expect(order).toEqual(['larger than all', 'b', 'c', 'd']);

    const gone = take('e', 250, async () => {
      throw new Error('the group rebalances');
    });
    const last = take('f', 200);
    await expect(gone).rejects.toThrow('the group rebalances');
    back.c();
    await last;
    expect(order.at(-1)).toBe('f');
  });
});

describe('a loop that hands off', () => {
  test('goes on fetching meanwhile; an assignment that has gone is noticed by its work', async () => {
    const world = await World.start();
    const first = world.batch(0, 0, 10);
    // Answers although the task is still at work, and the partition is not fetched until it is done.
    await world.eachBatch(first.payload);
    await settled();
    expect([world.handled, first.seen]).toEqual([['0: 0-9'], ['paused', 'heartbeat']]);
    const small = world.batch(1, 0, 1);
    const waitedFor = world.eachBatch(small.payload);
    await settled();
    expect(small.seen).toEqual([]);
    world.finish(1);
    await waitedFor;
    expect(small.seen).toEqual(['resolved 0', 'heartbeat']);
    world.finish(0);
    await settled();
    expect(first.seen).toEqual(['paused', 'heartbeat', 'resolved 9', 'heartbeat', 'resumed']);

    // Rejoined while it is at work: nothing is said of the new assignment, and what comes is opened behind the old work.
    const second = world.batch(0, 10, 10);
    await world.eachBatch(second.payload);
    await settled();
    world.join({ t: [0, 1] });
    const again = world.batch(0, 10, 10);
    await world.eachBatch(again.payload);
    await settled();
    expect(world.opened).toEqual([0, 1]);
    world.finish(0);
    await settled();
    expect(second.seen).toEqual(['paused', 'heartbeat', 'resumed']);
    expect(world.opened).toEqual([0, 1, 0]);
    expect(world.handled.slice(-2)).toEqual(['0: 10-19', '0: 10-19']);
    world.finish(0);
    await settled();
    expect(again.seen).toEqual(['paused', 'heartbeat', 'resolved 19', 'heartbeat', 'resumed']);
    await world.loop.stop();
  });

  test('a failure of work aside closes the task and gives its room back, and the partition is fetched again', async () => {
    const world = await World.start();
    const first = world.batch(0, 0, 90);
    await world.eachBatch(first.payload);
    await settled();
    world.finish(0, new Error('refused'));
    await sleep(150);
    expect(first.seen).toEqual(['paused', 'heartbeat', 'resumed']);
    expect([world.closed, world.failures]).toEqual([1, 1]);
    await world.eachBatch(world.batch(1, 0, 90).payload);
    await settled();
    expect(world.handled).toEqual(['0: 0-89', '1: 0-89']);
    world.finish(1);
    await world.loop.stop();
  });

  test('a stop waits for what is at work', async () => {
    const world = await World.start();
    await world.eachBatch(world.batch(0, 0, 10).payload);
    await settled();
    let stopped = false;
    const stopping = world.loop.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect([stopped, world.closed]).toEqual([false, 0]);
    world.finish(0);
    await stopping;
    expect(world.closed).toBe(1);
  });
});

describe('partitions of a fetch', () => {
  test('take turns to be the first', () => {
    const state = new TakingTurns() as TakingTurns & { assign(assignment: object[]): void };
    state.assign([{ topic: 't', partitions: [2, 0, 1] }]);
    const asked = [1, 2, 3].map(() => state.assigned()[0].partitions);
    expect(asked.map(([first]) => first).sort()).toEqual([0, 1, 2]);
    for (const partitions of asked) expect([...partitions].sort()).toEqual([0, 1, 2]);
    state.assign([]);
    expect(state.assigned()).toEqual([]);
  });
});

/** A consumer that is driven by hand, and tasks that end when they are told to. */
class World {
  readonly handled: string[] = [];
  readonly opened: number[] = [];
  closed = 0;
  failures = 0;
  eachBatch: (payload: EachBatchPayload) => Promise<void> = async () => {};
  join: (memberAssignment: Record<string, number[]>) => void = () => {};
  loop!: Awaited<ReturnType<typeof startPartitionLoop>>;
  private readonly ends = new Map<number, (error?: Error) => void>();

  static async start(): Promise<World> {
    const world = new World();
    const consumer = {
      events: { GROUP_JOIN: 'join' },
      on: (_event: string, listener: (event: object) => void) => {
        world.join = (memberAssignment) => listener({ payload: { memberAssignment } });
      },
      connect: async () => {},
      subscribe: async () => {},
      run: async ({ eachBatch }: { eachBatch: World['eachBatch'] }) => {
        world.eachBatch = eachBatch;
      },
      disconnect: async () => {},
    };
    world.loop = await startPartitionLoop({
      kafka: { consumer: () => consumer } as unknown as Kafka,
      groupId: 'g',
      topics: ['t'],
      consumer: {},
      log: createLog('test', 'silent'),
      handOff: { minBytes: 10, maxBytes: 100 },
      onFailure: () => {
        world.failures += 1;
      },
      open: async (partition) => world.open(partition),
    });
    await settled();
    world.join({ t: [0, 1] });
    return world;
  }

  finish(partition: number, error?: Error): void {
    this.ends.get(partition)?.(error);
  }

  /** Records of one byte each, and what kafkajs was told of them. */
  batch(partition: number, from: number, count: number) {
    const seen: string[] = [];
    const payload = {
      batch: {
        topic: 't',
        partition,
        fetchedOffset: String(from),
        messages: Array.from({ length: count }, (_, i) => ({ offset: String(from + i), value: Buffer.from('x') })),
        lastOffset: () => String(from + count - 1),
      },
      pause: () => {
        seen.push('paused');
        return () => seen.push('resumed');
      },
      heartbeat: async () => {
        seen.push('heartbeat');
      },
      resolveOffset: (offset: string) => seen.push(`resolved ${offset}`),
    };
    return { seen, payload: payload as unknown as EachBatchPayload };
  }

  private open(partition: number) {
    let position = this.handled.filter((text) => text.startsWith(`${partition}: `)).length > 0 ? 10 : 0;
    this.opened.push(partition);
    return {
      position: () => position,
      handle: ({ messages, nextOffset }: { messages: { offset: string }[]; nextOffset: number }) => {
        this.handled.push(`${partition}: ${messages[0].offset}-${messages.at(-1)?.offset}`);
        return new Promise<void>((resolve, reject) => {
          this.ends.set(partition, (error) => {
            position = nextOffset;
            if (error) reject(error);
            else resolve();
          });
        });
      },
      close: async () => {
        this.closed += 1;
      },
    };
  }
}
