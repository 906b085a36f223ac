import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PartitionHalted } from '../../../services/load/halt';
import { Crash, logOf, World } from './world';

const dies = () => {
  throw new Crash();
};

describe('what load does, in order', () => {
  test('a block: its intent, then its insert; done only when the partition is quiet', async () => {
    const world = new World(logOf(['good', 'heartbeat', 'good', 'gap', 'good']));
    const task = world.open();
    await world.feed(task, 10);
    await task.tick(Date.now(), world.control);
    expect(world.effects).toEqual(['intent 0-4', 'insert 0-4: 0,2,4']);
    await task.tick(Date.now() + 2_000, world.control);
    await task.tick(Date.now() + 4_000, world.control);
    expect(world.effects).toEqual(['intent 0-4', 'insert 0-4: 0,2,4', 'done 5']);
    expect(world.book.take()).toEqual([expect.objectContaining({ loaded_offset: 5, loaded_until: 1_004 })]);
  });

  test('blocks are cut at the limit, and each intent says that the one before is loaded', async () => {
    const world = new World(logOf(['good', 'good', 'good', 'good', 'good']), 2);
    await world.feed(world.open(), 10);
    expect(world.effects).toEqual([
      'intent 0-1',
      'insert 0-1: 0,1',
      'intent 2-3',
      'insert 2-3: 2,3',
      'intent 4-4',
      'insert 4-4: 4',
    ]);
  });

  test('heartbeats alone are no block: nothing is inserted, and they are committed once in a while', async () => {
    const world = new World(logOf(['good', 'heartbeat', 'heartbeat', 'heartbeat']));
    const task = world.open();
    while (await world.feed(task, 1));
    expect(world.effects).toEqual(['intent 0-0', 'insert 0-0: 0']);
    expect(world.book.take()).toEqual([expect.objectContaining({ loaded_offset: 4 })]);
    await task.tick(Date.now() + 2_000, world.control);
    expect(world.effects.at(-1)).toBe('done 4');
  });

  // As the loop does it: no tick comes by a task that has thrown.
  test('at its end it takes no more and commits what is loaded as done at once', async () => {
    const world = new World(logOf(['good', 'good']));
    const task = world.open();
    await world.feed(task, 1);
    expect(task.settled).toBe(false);
    world.stopping = true;
    await expect(world.feed(task, 1)).rejects.toThrow('the assignment has changed');
    expect(world.effects).toEqual(['intent 0-0', 'insert 0-0: 0', 'done 1']);
    expect(task.settled).toBe(true);
  });

  test('an end between two blocks of a fetch: the first is done, the second not begun', async () => {
    const world = new World(logOf(['good', 'good', 'good']), 2);
    world.afterEffect = (effect) => {
      world.stopping = effect.startsWith('insert');
    };
    await expect(world.feed(world.open(), 3)).rejects.toThrow('the assignment has changed');
    expect(world.effects).toEqual(['intent 0-1', 'insert 0-1: 0,1', 'done 2']);
  });

  test('an end with nothing fetched since: drained, what is loaded is done', async () => {
    const world = new World(logOf(['good']));
    const task = world.open();
    await world.feed(task, 1);
    world.stopping = true;
    await task.drain(world.control);
    await task.drain(world.control);
    expect(world.effects).toEqual(['intent 0-0', 'insert 0-0: 0', 'done 1']);
  });

  test('the group has an offset before pipeline_status names the partition', async () => {
    const world = new World(logOf(['heartbeat']));
    await world.feed(world.open(), 1);
    expect(world.effects).toEqual(['done 1']);
  });
});

describe('records that cannot be loaded', () => {
  test('a bad frame is known before: one intent', async () => {
    const world = new World(logOf(['good', 'frame', 'good']));
    await world.feed(world.open(), 10);
    expect(world.effects).toEqual(['dead letter 1', 'intent 0-2 without 1', 'insert 0-2-without-1: 0,2']);
  });

  test.each(['body', 'engine'] as const)(
    'a bad %s is left out under a second intent, its neighbours kept',
    async (kind) => {
      const world = new World(logOf(['good', kind, 'good']));
      await world.feed(world.open(), 10);
      expect(world.effects).toEqual([
        'intent 0-2',
        'dead letter 1',
        'intent 0-2 without 1',
        'insert 0-2-without-1: 0,2',
      ]);
    },
  );

  test('a block of nothing else is not inserted', async () => {
    const world = new World(logOf(['body', 'frame']));
    await world.feed(world.open(), 10);
    expect(world.effects).toEqual(['dead letter 1', 'intent 0-1 without 1', 'dead letter 0', 'intent 0-1 without 0,1']);
    expect(world.table.size).toBe(0);
  });

  test('more than one block can leave out: it ends earlier', async () => {
    const world = new World(logOf([...Array(250).fill('frame'), 'good']), 1_000);
    await world.feed(world.open(), 1_000);
    expect(world.effects.filter((effect) => effect.startsWith('insert'))).toEqual([
      expect.stringMatching(/^insert 200-250-without-200,.*,249: 250$/),
    ]);
    expect(world.deadLetters).toHaveLength(250);
  });

  test('when ClickHouse refuses every record alike, none is given up and the partition stands still', async () => {
    const world = new World(logOf(['engine', 'engine', 'engine']));
    const task = world.open();
    await expect(world.feed(task, 10)).rejects.toThrow(/stands still at offset 0: ClickHouse refuses/);
    expect(world.effects).toEqual(['intent 0-2']);
    expect(() => world.open()).toThrow(PartitionHalted);
  });
});

describe('an unfinished block', () => {
  let world: World;
  beforeEach(async () => {
    world = new World(logOf(['good', 'good', 'gap', 'good', 'good', 'good']), 3);
    world.beforeEffect = (effect) => effect.startsWith('insert') && dies();
    await expect(world.feed(world.open(), 10)).rejects.toThrow(Crash);
    world.beforeEffect = () => {};
  });

  test('is collected over several fetches and inserted to exactly its end', async () => {
    const task = world.open();
    while (await world.feed(task, 2));
    expect(world.effects).toEqual([
      'intent 0-3',
      'insert 0-3: 0,1,3',
      'intent 4-4',
      'insert 4-4: 4',
      'intent 5-5',
      'insert 5-5: 5',
    ]);
  });

  test('is repeated under the same token when the insert was only not answered', async () => {
    world.afterEffect = (effect) => effect.startsWith('insert') && dies();
    await expect(world.feed(world.open(), 10)).rejects.toThrow(Crash);
    world.afterEffect = () => {};
    await world.feed(world.open(), 10);
    expect(world.effects.filter((effect) => effect === 'insert 0-3: 0,1,3')).toHaveLength(2);
    expect([...world.table.values()]).toEqual([1, 1, 1, 1, 1]);
  });

  test('does not count as loaded while it is collected', async () => {
    const task = world.open();
    await world.feed(task, 1);
    await task.tick(Date.now() + 10_000, world.control);
    expect(world.effects).toEqual(['intent 0-3']);
    expect(world.book.hasChanges).toBe(false);
  });

  test('stops loudly when its end is not in the topic', async () => {
    const shorter = new World(world.log.filter(({ offset }) => offset !== 3));
    shorter.committed = world.committed;
    await expect(shorter.feed(shorter.open(), 10)).rejects.toThrow(/ends at offset 3, which the topic lacks/);
    expect(shorter.effects).toEqual([]);
  });

  test('stops loudly when it was begun by a version unknown here, or the metadata is another program’s', () => {
    const { offset, metadata } = world.committed as { offset: number; metadata: string };
    world.committed = { offset, metadata: metadata.replace(/"v":\d+/, '"v":99') };
    expect(() => world.open()).toThrow(/version 99/);
    world.committed = { offset, metadata: 'mine' };
    expect(() => world.open()).toThrow(/metadata that load has not written/);
  });
});

test('a partition that stands still is tried again after half a minute', async () => {
  jest.useFakeTimers({ now: 0 });
  try {
    const world = new World(logOf(['engine']));
    await expect(world.feed(world.open(), 1)).rejects.toThrow(PartitionHalted);
    jest.setSystemTime(29_000);
    expect(() => world.open()).toThrow(PartitionHalted);
    jest.setSystemTime(31_000);
    expect(() => world.open()).not.toThrow();
  } finally {
    jest.useRealTimers();
  }
});
