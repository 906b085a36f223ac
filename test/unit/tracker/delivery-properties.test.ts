import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { limits } from '../../../tracker/delivery';
import { FakeTab, ids, names } from './fake-browser';

/** A tab's life: events, time, failing tries, a hidden page, the next page, a network that comes back. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 90_000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), tries: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('hide' as const, 'navigate' as const, 'hurry' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays it, lets the network be well at last, and tells how many events there were. */
async function play(tab: FakeTab, steps: readonly Step[], most: number): Promise<number> {
  let page = tab.open();
  let added = 0;
  for (const it of steps) {
    if (it.do === 'add') {
      for (let n = 0; n < it.count && added < most; n++) page.add({ id: `e${added++}`, at: tab.now });
    } else if (it.do === 'pass') await tab.pass(it.ms);
    else if (it.do === 'fail') tab.answers.splice(0, tab.answers.length, ...Array(it.tries).fill('no network'));
    else if (it.do === 'hurry') page.hurry();
    // A request under way when the page goes is nobody's to answer for: let it be answered.
    await tab.pass(0);
    if (it.do === 'hide' || it.do === 'navigate') page.leave();
    if (it.do !== 'navigate') continue;
    tab.end();
    page = tab.open();
    page.resume();
  }
  tab.answers.length = 0;
  await tab.pass(600_000);
  page.add({ id: `e${added++}`, at: tab.now });
  await tab.pass(2_000);
  return added;
}

describe('whatever happens in whatever order', () => {
  test('as many as the queue holds: all arrive, and nothing is left behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, beaconTakes) => {
        const tab = Object.assign(new FakeTab(), { beaconTakes });
        const added = await play(tab, steps, limits.queue);
        expect(new Set(ids([...tab.taken, ...tab.beacons]).flat())).toEqual(new Set(names(0, added - 1)));
        expect(tab.kept).toBe('[]');
      }),
      { numRuns: 300 },
    );
  });

  test('more of them, on one page: each arrives or is counted as lost', async () => {
    const onOnePage = fc.oneof(
      fc.record({ do: fc.constant('add' as const), count: fc.integer({ min: 1, max: 150 }) }),
      fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
      fc.record({ do: fc.constant('fail' as const), tries: fc.integer({ min: 1, max: 20 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(onOnePage, { minLength: 5, maxLength: 30 }), async (steps) => {
        const tab = new FakeTab();
        const added = await play(tab, steps, 10_000);
        const taken = tab.taken.flat();
        expect(taken.length + taken.reduce((sum, { lost = 0 }) => sum + lost, 0)).toBe(added);
        expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
      }),
      { numRuns: 60 },
    );
  });
});
