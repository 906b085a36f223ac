import { beforeEach, describe, expect, test } from '@jest/globals';
import { Rooms } from '../../../services/load/rooms';

const mb = 1_048_576;

describe('Rooms', () => {
  let now = 0;
  let rooms: Rooms;
  beforeEach(() => {
    now = 0;
    rooms = new Rooms(() => now);
  });
  const memoryOf = (room: Buffer) => room.buffer;

  test('gives memory that was given back to the next body', () => {
    const first = rooms.take(30 * mb);
    rooms.giveBack(first);
    const second = rooms.take(31 * mb);
    expect(memoryOf(second)).toBe(memoryOf(first));
    expect(second).toHaveLength(31 * mb);
  });

  test('never gives what was not given back, nor the same to two', () => {
    const first = rooms.take(8 * mb);
    rooms.giveBack(first);
    rooms.giveBack(first);
    const taken = [rooms.take(8 * mb), rooms.take(8 * mb), rooms.take(8 * mb)];
    expect(new Set(taken.map(memoryOf)).size).toBe(3);
  });

  test('takes nothing that is not its own', () => {
    const foreign = Buffer.alloc(8 * mb);
    rooms.giveBack(foreign);
    expect(memoryOf(rooms.take(8 * mb))).not.toBe(memoryOf(foreign));
    const small = rooms.take(10);
    rooms.giveBack(small);
    expect(memoryOf(rooms.take(8 * mb))).not.toBe(memoryOf(small));
  });

  test('keeps the two largest', () => {
    const lent = [4, 20, 12].map((size) => rooms.take(size * mb));
    for (const room of lent) rooms.giveBack(room);
    const again = [rooms.take(4 * mb), rooms.take(4 * mb), rooms.take(4 * mb)].map(memoryOf);
    expect(again).toContain(memoryOf(lent[1]));
    expect(again).toContain(memoryOf(lent[2]));
    expect(again).not.toContain(memoryOf(lent[0]));
  });

  test('gives the memory up when no large body comes any more', () => {
    const first = rooms.take(8 * mb);
    rooms.giveBack(first);
    now = 30_001;
    rooms.take(100);
    expect(memoryOf(rooms.take(8 * mb))).not.toBe(memoryOf(first));
  });
});
