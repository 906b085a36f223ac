import { expect, test } from '@jest/globals';
import { quietFence } from '../../../../infra/tools/rebuild/fence';

type Committed = readonly [offset: number, end?: number];

/** A group's offsets, one answer after the other; the last for ever. */
const adminOf = (...answers: Committed[][]) => {
  let asked = 0;
  return {
    fetchOffsets: async () => {
      const partitions = answers[Math.min(asked++, answers.length - 1)].map(([offset, end], partition) => ({
        partition,
        offset: String(offset),
        metadata: JSON.stringify({ ...(end !== undefined && { v: 1, end }), p: [0, 0, 0] }),
      }));
      return [{ topic: 't', partitions }];
    },
  };
};
const fence = (admin: ReturnType<typeof adminOf>, loadIsStopped: boolean, withinMs = 20) =>
  quietFence(admin, 'load-t', 't', () => undefined, { loadIsStopped, withinMs, pollMs: 1 });

test('an open block is waited for', async () => {
  const admin = adminOf([[5], [7, 9]], [[5], [7, 8]], [[5], [10]]);
  expect(await fence(admin, false, 10_000)).toEqual({ committed: '0:5 1:10', open: new Map() });
});

test.each([
  ['blocks begun one after the other', true, [[[1, 2]], [[3, 4]]], /^t has open blocks in partitions 0: LOAD=stopped/],
  ['blocks begun by a load not asked', false, [[[1, 2]], [[3, 4]]], /not asked to pause: is each one in LOAD_URLS/],
  ['a block left by a killed load', true, [[[1], [1, 2]]], /partitions 1, which a killed load has left: start one/],
  ['a block that is not ended', false, [[[1], [1, 2]]], /partitions 1, which nobody ends/],
] as [string, boolean, Committed[][], RegExp][])(
  '%s: the reason is told',
  async (_what, isStopped, answers, reason) => {
    await expect(fence(adminOf(...answers), isStopped)).rejects.toThrow(reason);
  },
);
