import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { repairMetrics } from '../../../services/load/repair/metrics';
import type { LateEvent } from '../../../services/load/repair/questions';

const receivedAt = (...times: number[]): LateEvent[] => times.map((received_at) => ({ received_at }) as LateEvent);

describe('late events that wait for their repair', () => {
  const told = async (registry: Registry, name: string): Promise<string[]> =>
    [
      ...(await registry.metrics()).matchAll(new RegExp(`^load_repair_${name}\\{partition="(\\d)"\\} (\\S+)$`, 'gm')),
    ].map(([, partition, value]) => `${partition}: ${value}`);

  test('grow older while no round gets to look: commands are in flight, or load is behind', async () => {
    let now = 10_000;
    const registry = new Registry();
    const metrics = repairMetrics(registry, () => now);
    metrics.observeWaiting(0, receivedAt(8_000, 4_000, 9_000));
    metrics.observeWaiting(1, []);
    expect(await told(registry, 'oldest_waiting_seconds')).toEqual(['0: 6', '1: 0']);
    now += 3_600_000;
    expect(await told(registry, 'oldest_waiting_seconds')).toEqual(['0: 3606', '1: 0']);
    metrics.observeWaiting(0, []);
    expect(await told(registry, 'oldest_waiting_seconds')).toEqual(['0: 0', '1: 0']);
  });

  test('are told by the owner of their partition alone', async () => {
    const registry = new Registry();
    const metrics = repairMetrics(registry, () => 10_000);
    for (const partition of [0, 1]) metrics.observeWaiting(partition, receivedAt(1_000));
    metrics.keepOnly([1]);
    expect(await told(registry, 'oldest_waiting_seconds')).toEqual(['1: 9']);
    expect(await told(registry, 'waiting_events')).toEqual(['1: 1']);
  });
});
