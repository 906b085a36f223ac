import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PartitionHalted } from '../../../services/load/halt';
import { Crash, type Kind, logOf, World } from './world';

const kinds = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Kind | 'gap'>('good') },
    { weight: 2, arbitrary: fc.constant<Kind | 'gap'>('heartbeat') },
    { weight: 2, arbitrary: fc.constant<Kind | 'gap'>('gap') },
    { weight: 1, arbitrary: fc.constantFrom<Kind | 'gap'>('frame', 'body', 'engine') },
  ),
  { minLength: 1, maxLength: 40 },
);

/** What becomes of one effect: it happens, the process dies before or after it, or a zombie does it much later. */
const fates = fc.array(fc.constantFrom('happens', 'happens', 'happens', 'dies before', 'dies after', 'zombie'), {
  maxLength: 30,
});

/** Runs until all is loaded, restarting after every crash; zombies' inserts come at the end of all. */
async function run(world: World, fate: string[], fetches: number[]): Promise<void> {
  const zombies: (() => void)[] = [];
  let step = 0;
  let current = 'happens';
  world.beforeEffect = (effect, perform) => {
    current = fate[step++] ?? 'happens';
    // A zombie's commit is refused by the broker, so only its inserts can come late.
    if (current === 'zombie' && effect.startsWith('insert')) zombies.push(perform);
    if (current === 'dies before' || current === 'zombie') throw new Crash();
  };
  world.afterEffect = () => {
    if (current === 'dies after') throw new Crash();
  };
  let task = world.open();
  for (let round = 0; ; round++) {
    try {
      if (!(await world.feed(task, fetches[round % fetches.length]))) break;
      await task.tick(Date.now() + (round % 3) * 2_000, world.control);
    } catch (error) {
      // Nothing of its block could be taken: somebody migrates ClickHouse, which then takes them all.
      if (error instanceof PartitionHalted) migrate(world, zombies);
      else if (!(error instanceof Crash)) throw error;
      task = world.open();
    }
  }
  for (const late of zombies) {
    try {
      late();
    } catch {
      // Refused: it holds a record that cannot be read.
    }
  }
}

/** What is refused from here on is none that only ClickHouse refused; requests of before have passed their deadline. */
function migrate(world: World, zombies: (() => void)[]): void {
  for (const [offset, kind] of world.kinds) if (kind === 'engine') world.kinds.set(offset, 'good');
  zombies.length = 0;
  world.forgetHalts();
}

describe('whatever dies when', () => {
  test('every good record is in the table once, every bad one in the dead letters, nothing else anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        kinds,
        fates,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 6 }),
        async (log, fate, fetches, maxRows) => {
          const world = new World(logOf(log), maxRows);
          await run(world, fate, fetches);
          const offsets = (wanted: (kind: Kind) => boolean) =>
            world.log.filter(({ kind }) => wanted(kind)).map(({ offset }) => offset);
          const letters = new Set(world.deadLetters);
          const givenUp = offsets((kind) => kind === 'engine').filter((offset) => letters.has(offset));
          expect([...letters].sort((a, b) => a - b)).toEqual(
            [...offsets((kind) => kind === 'frame' || kind === 'body'), ...givenUp].sort((a, b) => a - b),
          );
          expect([...world.table].sort(([a], [b]) => a - b)).toEqual(
            offsets((kind) => kind === 'good' || kind === 'engine')
              .filter((offset) => !givenUp.includes(offset))
              .map((offset) => [offset, 1]),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('pipeline_status never names more than is in the tables', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, fates, async (log, fate) => {
        const world = new World(logOf(log), 3);
        const checked = world.book.note.bind(world.book);
        world.book.note = (status) => {
          for (const { offset, kind } of world.log) {
            if (offset < status.loaded_offset && kind === 'good') expect(world.table.get(offset)).toBe(1);
          }
          checked(status);
        };
        await run(world, fate, [2, 5]);
      }),
      { numRuns: 200 },
    );
  });
});
