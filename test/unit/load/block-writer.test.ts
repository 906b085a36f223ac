import { expect, jest, test } from '@jest/globals';
import { World } from './world';

const record = { offset: 0, kind: 'good' } as const;

/** Loads one record whose insert fails that often first; what of its body was given back. */
async function givenBackAfter(failures: number): Promise<number> {
  const world = new World([record]);
  let left = failures;
  world.beforeEffect = (effect) => {
    if (effect.startsWith('insert') && left-- > 0) throw new Error('no answer');
  };
  const giveBack = jest.spyOn(world.rooms, 'giveBack');
  await world.feed(world.open(), 1);
  expect(world.table).toEqual(new Map([[0, 1]]));
  return giveBack.mock.calls.length;
}

test('memory of a body is used again after an insert that was answered at once', async () => {
  expect(await givenBackAfter(0)).toBe(1);
});

test('memory of a body that was sent twice is not: the first sending may go on', async () => {
  expect(await givenBackAfter(1)).toBe(0);
});
