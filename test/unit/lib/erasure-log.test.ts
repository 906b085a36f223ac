import { describe, expect, jest, test } from '@jest/globals';
import { ErasureLog, erasuresFreshMs } from '../../../services/lib/erasure-log';
import { customerHash, keyCheck } from '../../../services/lib/erasures';
import type { Admin, KafkaMessage } from '../../../services/lib/kafka/kafkajs';

const key = 'a key for tests only';

const codec = { prepare: async () => undefined, decode: (value: Buffer) => JSON.parse(value.toString()) };

/** The topic in memory; `asked` counts looks at its end. */
function topic() {
  const values: object[] = [];
  const state = { asked: 0, isAway: false, values };
  const admin = {
    fetchTopicOffsets: async () => {
      state.asked += 1;
      if (state.isAway) throw new Error('away');
      return [{ partition: 0, offset: '0', low: '0', high: String(values.length) }];
    },
  } as unknown as Admin;
  const reader = {
    read: async (_topic: string, _partition: number, from: number, visit: (message: KafkaMessage) => boolean) => {
      for (const value of values.slice(from)) visit({ value: Buffer.from(JSON.stringify(value)) } as KafkaMessage);
      return values.length;
    },
  };
  const erase = (customer_id: string, erased_at: number): void => {
    values.push({
      customer_hash: customerHash(key, customer_id),
      key_check: keyCheck(key),
      erased_at,
      erased_through: erased_at,
    });
  };
  return { state, client: { admin, reader }, erase };
}

describe('the topic of erasures as a process knows it', () => {
  test('all there is at the start; what is new with the next look that is due, and not before', async () => {
    const { state, client, erase } = topic();
    erase('ana', 100);
    const log = await ErasureLog.read(client, codec, key);
    expect(log.erasures.covers('ana', { occurred_at: 1 })).toBe(true);
    erase('bea', 200);
    const { asked } = state;
    await log.fresh();
    expect(state.asked).toBe(asked);
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(now + erasuresFreshMs + 1);
    await log.fresh();
    clock.mockRestore();
    expect(log.erasures.covers('bea', { occurred_at: 1 })).toBe(true);
  });

  test('while the topic cannot be looked at nothing is let through', async () => {
    const { state, client } = topic();
    const log = await ErasureLog.read(client, codec, key);
    state.isAway = true;
    await expect(log.refresh()).rejects.toThrow('away');
    state.isAway = false;
    await log.refresh();
  });

  test('a look that began before the call is not enough', async () => {
    const { client, erase } = topic();
    const log = await ErasureLog.read(client, codec, key);
    const earlier = log.refresh();
    erase('ana', 100);
    await log.refresh();
    expect(log.erasures.has('ana')).toBe(true);
    await earlier;
  });

  test('another key is refused at the start', async () => {
    const { client, erase } = topic();
    erase('ana', 100);
    await expect(ErasureLog.read(client, codec, 'another key for tests')).rejects.toThrow(/ERASURE_KEY/);
  });
});
