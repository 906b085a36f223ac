import { describe, expect, test } from '@jest/globals';
import { limits } from '../../../tracker/delivery';
import { FakeTab, ids, names } from './fake-browser';

function tabWith(change: Partial<FakeTab> = {}) {
  const tab = Object.assign(new FakeTab(), change);
  const delivery = tab.open();
  const add = (...some: string[]): void => {
    for (const id of some) delivery.add({ id, at: tab.now });
  };
  return { tab, delivery, add };
}

describe('batches', () => {
  test('what comes within two seconds goes together, in order', async () => {
    const { tab, add } = tabWith();
    add('e1');
    await tab.pass(1_999);
    add('e2');
    expect(tab.posted).toEqual([]);
    await tab.pass(1);
    expect(ids(tab.posted)).toEqual([['e1', 'e2']]);
    expect(tab.kept).toBe('[]');
    await tab.pass(60_000);
    expect(tab.posted).toHaveLength(1);
  });

  test('ten go at once; one request at a time', async () => {
    const { tab, add } = tabWith({ holding: true });
    add(...names(1, 25));
    await tab.pass(10_000);
    expect(ids(tab.posted)).toEqual([names(1, 10)]);
    await tab.settle();
    await tab.pass(0);
    expect(ids(tab.posted)).toEqual([names(1, 10), names(11, 20), names(21, 25)]);
  });
});

describe('an outage', () => {
  test('the same events with the same ids, after pauses that double up to a minute', async () => {
    const { tab, add } = tabWith();
    tab.answers.push(...Array.from({ length: 9 }, () => 'no network' as const));
    add('e1');
    const triedAt: number[] = [];
    for (let second = 0; second < 400; second++) {
      const before = tab.posted.length;
      await tab.pass(1_000);
      if (tab.posted.length > before) triedAt.push(second + 1);
    }
    expect(triedAt.map((at, index) => at - (triedAt[index - 1] ?? 0))).toEqual([2, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(new Set(ids(tab.posted).flat())).toEqual(new Set(['e1']));
  });

  test('half of a pause is chance', async () => {
    const { tab, add } = tabWith({ chance: 0 });
    tab.answers.push('no network');
    add('e1');
    await tab.pass(2_499);
    expect(tab.posted).toHaveLength(1);
    await tab.pass(1);
    expect(tab.posted).toHaveLength(2);
  });

  test.each([
    [408, 0, 1],
    [429, 7, 7],
    [500, 0, 1],
    [503, 5, 5],
    [503, 86_400, 300],
  ])('%i with Retry-After %i: comes again after %i s', async (status, retryAfterSeconds, seconds) => {
    const { tab, add } = tabWith();
    tab.answers.push({ status, retryAfterSeconds });
    add('e1');
    await tab.pass(2_000 + seconds * 1_000 - 1);
    expect(tab.posted).toHaveLength(1);
    await tab.pass(1);
    expect(ids(tab.posted)).toEqual([['e1'], ['e1']]);
    expect(tab.warnings).toEqual([]);
  });

  test.each([400, 401, 403, 404, 413, 415])('%i: no retry mends it; a developer is told', async (status) => {
    const { tab, add } = tabWith();
    tab.answers.push({ status });
    add('e1');
    await tab.pass(600_000);
    expect(ids(tab.posted)).toEqual([['e1']]);
    expect([tab.warnings, tab.kept]).toEqual([[status], '[]']);
  });

  test('the queue is bounded: the oldest go, and the next event tells how many', async () => {
    const { tab, add } = tabWith();
    tab.answers.push({ status: 503, retryAfterSeconds: 300 });
    add('e0');
    await tab.pass(2_000);
    add(...names(1, limits.queue + 1));
    expect(tab.keptIds).toEqual(names(2, limits.queue + 1));
    add('e102', 'e103');
    await tab.pass(300_000);
    const sent = tab.posted.slice(1).flat();
    expect(sent.map(({ id }) => id)).toEqual(names(4, 103));
    // e0 was given up at e100, e1 at e101, e2 at e102; e3, at e103, waits for the next event to tell of it.
    expect(sent.filter(({ lost }) => lost).map(({ id, lost }) => [id, lost])).toEqual([
      ['e101', 1],
      ['e102', 1],
      ['e103', 1],
    ]);
  });

  test('a day old: given up', async () => {
    const { tab, add, delivery } = tabWith();
    tab.answers.push('no network');
    add('e1');
    await tab.pass(2_000);
    tab.end();
    tab.now += limits.oldestMs;
    add('e2');
    delivery.hurry();
    await tab.pass(0);
    expect(ids(tab.posted)).toEqual([['e1'], ['e2']]);
  });

  test('the network is back: at once', async () => {
    const { tab, add, delivery } = tabWith();
    tab.answers.push('no network', 'no network', 'no network', 'no network');
    add('e1');
    await tab.pass(10_000);
    const tries = tab.posted.length;
    delivery.hurry();
    await tab.pass(0);
    expect(tab.posted).toHaveLength(tries + 1);
    expect(tab.kept).toBe('[]');
  });
});

describe('leaving', () => {
  test('all that waits goes by beacons of ten, once, however often the browser says so', () => {
    const { tab, add, delivery } = tabWith({ holding: true });
    add(...names(1, 35));
    delivery.leave();
    delivery.leave();
    expect(ids(tab.beacons)).toEqual([names(11, 20), names(21, 30), names(31, 35)]);
    expect(tab.kept).toBe('[]');
  });

  test('what the browser does not take is kept for the next page', async () => {
    const { tab, add, delivery } = tabWith({ beaconTakes: false });
    add('e1', 'e2');
    delivery.leave();
    tab.end();
    tab.open().resume();
    await tab.pass(0);
    expect(ids(tab.posted)).toEqual([['e1', 'e2']]);
  });

  test('when the last try failed: by beacon, and kept, with the same ids', async () => {
    const { tab, add, delivery } = tabWith();
    tab.answers.push('no network');
    add('e1');
    await tab.pass(2_000);
    delivery.leave();
    delivery.leave();
    expect(ids(tab.beacons)).toEqual([['e1']]);
    tab.end();
    tab.open().resume();
    await tab.pass(0);
    expect(ids(tab.posted)).toEqual([['e1'], ['e1']]);
    expect(tab.kept).toBe('[]');
  });

  test('each failed try is followed by another beacon, should the page be left again', async () => {
    const { tab, add, delivery } = tabWith();
    tab.answers.push('no network', 'no network');
    add('e1');
    await tab.pass(2_000);
    delivery.leave();
    await tab.pass(1_000);
    delivery.leave();
    expect(ids(tab.beacons)).toEqual([['e1'], ['e1']]);
  });

  test('a retry under way is kept for the next page too', async () => {
    const { tab, add, delivery } = tabWith();
    tab.answers.push('no network');
    add('e1');
    await tab.pass(2_500);
    tab.holding = true;
    await tab.pass(500);
    add('e2');
    delivery.leave();
    expect([ids(tab.posted), ids(tab.beacons), tab.keptIds]).toEqual([[['e1'], ['e1']], [['e2']], ['e1', 'e2']]);
  });

  test('a request under way that fails after all, in a page that was only hidden, comes again', async () => {
    const { tab, add, delivery } = tabWith({ holding: true });
    tab.answers.push('no network');
    add('e1');
    await tab.pass(2_000);
    delivery.leave();
    expect([tab.beacons, tab.kept]).toEqual([[], '[]']);
    await tab.settle();
    await tab.pass(1_000);
    expect(ids(tab.posted)).toEqual([['e1'], ['e1']]);
  });

  test('back from the page cache: what another page of the tab has sent meanwhile is not sent again', async () => {
    const { tab, add, delivery } = tabWith({ beaconTakes: false });
    add('e1');
    delivery.leave();
    tab.end();
    tab.open().resume();
    await tab.pass(0);
    delivery.resume();
    await tab.pass(60_000);
    expect(ids(tab.posted)).toEqual([['e1']]);
  });

  test('where nothing can be kept memory does', async () => {
    const { tab, add, delivery } = tabWith({ kept: undefined, beaconTakes: false });
    add('e1');
    delivery.leave();
    delivery.resume();
    await tab.pass(2_000);
    expect(ids(tab.posted)).toEqual([['e1']]);
  });
});

describe('consent withdrawn', () => {
  test('what waits is forgotten, what is under way broken off, and its answer changes nothing', async () => {
    const { tab, add, delivery } = tabWith({ holding: true });
    tab.answers.push('no network');
    add(...names(1, 12));
    await tab.pass(0);
    delivery.drop();
    await tab.settle();
    await tab.pass(600_000);
    delivery.leave();
    expect([ids(tab.posted), tab.beacons, tab.aborted]).toEqual([[names(1, 10)], [], 1]);
    add('e13');
    await tab.pass(2_000);
    expect(ids(tab.posted)[1]).toEqual(['e13']);
    expect(tab.posted[1][0].lost).toBeUndefined();
  });

  test('and given again: the answer to what was sent before says nothing of what is sent now', async () => {
    const { tab, add, delivery } = tabWith({ holding: true });
    tab.answers.push({ status: 202 }, 'no network');
    add('e1');
    await tab.pass(2_000);
    delivery.drop();
    add('e2');
    await tab.pass(2_000);
    await tab.settle(1);
    await tab.settle(1);
    await tab.pass(1_000);
    expect(ids(tab.posted)).toEqual([['e1'], ['e2'], ['e2']]);
  });
});
