import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { loadMetrics } from '../../../services/load/metrics';

const topic = 't';
const hour = 3_600_000;

async function lag(registry: Registry): Promise<{ records: number; seconds: number }> {
  const value = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values[0]?.value as number;
  return { records: await value('load_lag_records'), seconds: await value('load_lag_seconds') };
}

describe('lag', () => {
  const observed = (steps: { loaded?: [next: number, until: number]; end: number; now: number }[]) => {
    const registry = new Registry();
    const metrics = loadMetrics(registry);
    for (const { loaded, end, now } of steps) {
      if (loaded) metrics.advanced(topic, 0, ...loaded);
      metrics.observeEnds(topic, new Map([[0, end]]), now);
    }
    return lag(registry);
  };

  test.each([
    { name: 'none', steps: [{ loaded: [10, hour] as [number, number], end: 10, now: 2 * hour }], is: [0, 0] },
    {
      name: 'since the last record loaded, while records come all the time',
      steps: [{ loaded: [10, 2 * hour - 3_000] as [number, number], end: 40, now: 2 * hour }],
      is: [30, 3],
    },
    {
      name: 'one new record after a quiet hour is no lag of an hour',
      steps: [
        { loaded: [10, hour] as [number, number], end: 10, now: 2 * hour - 5_000 },
        { end: 11, now: 2 * hour },
      ],
      is: [1, 5],
    },
    {
      name: 'grows while nothing is loaded',
      steps: [
        { loaded: [10, hour] as [number, number], end: 10, now: hour },
        { end: 11, now: hour + 5_000 },
        { end: 90, now: hour + 65_000 },
      ],
      is: [80, 65],
    },
    {
      name: 'of a partition of which nothing was ever loaded: since it is known',
      steps: [
        { loaded: [0, 0] as [number, number], end: 5, now: hour },
        { end: 5, now: hour + 7_000 },
      ],
      is: [5, 7],
    },
  ])('$name', async ({ steps, is: [records, seconds] }) => {
    expect(await observed(steps)).toEqual({ records, seconds });
  });
});

test('how many partitions stand still is asked when metrics are read', async () => {
  const registry = new Registry();
  const metrics = loadMetrics(registry);
  let count = 0;
  metrics.standingStill.set(topic, () => count);
  for (count of [2, 0]) {
    expect(await registry.metrics()).toContain(`load_standing_still_partitions{topic="t"} ${count}`);
  }
});
