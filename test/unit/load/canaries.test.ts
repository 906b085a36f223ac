import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import { type Canary, canariesOf, canaryMetrics } from '../../../services/load/canaries';

const topic = 't';

/** A partition of two raw partitions, at a time that the test sets. */
function world() {
  const registry = new Registry();
  const clock = { now: 100_000 };
  const metrics = canaryMetrics(registry, () => clock.now);
  const canary = (offset: number, raw_partition: number, sent_at: number): Canary => ({
    offset,
    raw_partition,
    raw_partitions: 2,
    sent_at,
  });
  const age = async () => (await registry.getSingleMetric('load_canary_age_seconds')?.get())?.values[0]?.value;
  const seen = async () =>
    (await registry.getSingleMetric('load_freshness_seconds')?.get())?.values.find(
      (one) => (one as { metricName?: string }).metricName === 'load_freshness_seconds_count',
    )?.value;
  return { ...metrics, clock, canary, age, seen };
}

describe('canaries', () => {
  test('are visible when the status that covers them is written, not when they are met', async () => {
    const { canariesMet, canariesVisible, canary, clock, age, seen } = world();
    canariesMet(topic, 0, [canary(4, 0, 99_000), canary(5, 1, 99_000)]);
    expect(await age()).toBeUndefined();
    canariesVisible([{ topic, partition: 0, loaded_offset: 4 }]);
    expect(await age()).toBeUndefined();
    clock.now = 101_000;
    canariesVisible([{ topic, partition: 0, loaded_offset: 6 }]);
    expect(await age()).toBe(2);
    expect(await seen()).toBe(2);
  });

  test('of the raw partition furthest behind count, and time goes on without any', async () => {
    const { canariesMet, canariesVisible, canary, clock, age } = world();
    canariesMet(topic, 0, [canary(0, 0, 90_000), canary(1, 1, 90_000), canary(2, 0, 99_000)]);
    canariesVisible([{ topic, partition: 0, loaded_offset: 3 }]);
    expect(await age()).toBe(10);
    clock.now += 60_000;
    expect(await age()).toBe(70);
  });

  test('a raw partition that has shown none counts from when another did', async () => {
    const { canariesMet, canariesVisible, canary, clock, age } = world();
    canariesMet(topic, 0, [canary(0, 0, 99_000)]);
    canariesVisible([{ topic, partition: 0, loaded_offset: 1 }]);
    clock.now = 160_000;
    canariesMet(topic, 0, [canary(1, 0, 159_000)]);
    canariesVisible([{ topic, partition: 0, loaded_offset: 2 }]);
    expect(await age()).toBe(60);
  });

  test('met again after a failure count once; a partition that goes is forgotten', async () => {
    const { canariesMet, canariesVisible, canary, age, seen, forget } = world();
    for (const _ of [1, 2]) canariesMet(topic, 0, [canary(0, 0, 99_000)]);
    canariesVisible([{ topic, partition: 0, loaded_offset: 1 }]);
    canariesVisible([{ topic, partition: 0, loaded_offset: 1 }]);
    expect(await seen()).toBe(1);
    forget(topic, 0);
    expect(await age()).toBeUndefined();
  });

  test('are told from heartbeats, data and what lacks a header', () => {
    const record = (headers: Record<string, string>, value: Buffer | null = null): KafkaMessage =>
      ({ offset: '7', timestamp: '0', key: null, value, attributes: 0, headers }) as unknown as KafkaMessage;
    const whole = { kind: 'canary', sent_at: '5', raw_partition: '1', raw_partitions: '4' };
    const { sent_at: _, ...without } = whole;
    const found = canariesOf([
      record({ ...whole, kind: 'heartbeat' }),
      record(whole, Buffer.from('x')),
      record(without),
      record({}),
      record(whole),
    ]);
    expect(found).toEqual([{ offset: 7, raw_partition: 1, raw_partitions: 4, sent_at: 5 }]);
  });
});
