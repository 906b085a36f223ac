import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { Registry } from 'prom-client';
import { canaries, startCanaries } from '../../../services/ingest/canary';
import type { OutgoingRecord } from '../../../services/lib/kafka/batching-producer';

const log = pino({ level: 'silent' });
let stop = (): void => undefined;
afterEach(() => stop());

/** Until `isEnough`, however long a busy machine takes. */
async function run(
  everyMs: number,
  send: (records: readonly OutgoingRecord[]) => Promise<void>,
  isEnough: () => boolean | Promise<boolean>,
) {
  const registry = new Registry();
  stop = startCanaries({ everyMs, partitions: async () => 3, send, now: () => 42, registry, log });
  do await sleep(everyMs);
  while (!(await isEnough()));
  stop();
  return registry.metrics();
}

describe('the canary of ingest', () => {
  test('is one record a partition, without content, that names its kind and its moment', async () => {
    expect(canaries(2, 42)).toEqual(
      [0, 1].map((partition) => ({
        key: 'canary',
        value: Buffer.alloc(0),
        partition,
        headers: { kind: 'canary', sent_at: '42' },
      })),
    );
  });

  test('goes out at the start and again and again, and no more after the stop', async () => {
    let sent = 0;
    const count = async (records: readonly OutgoingRecord[]): Promise<void> => {
      sent += records.length;
    };
    const text = await run(20, count, () => sent >= 6);
    const before = sent;
    await sleep(60);
    expect(sent).toBe(before);
    expect(text).toContain('ingest_canary_interval_seconds 0.02');
    expect(text).toMatch(/ingest_canaries_total\{result="sent"\} \d/);
  });

  test('is counted when it cannot be sent, and tried again', async () => {
    let tried = 0;
    const send = async (): Promise<void> => {
      tried += 1;
      throw new Error('away');
    };
    const text = await run(20, send, () => tried >= 3);
    // The last one may still be under way.
    expect(Number(/ingest_canaries_total\{result="failed"\} (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(2);
  });

  test('does not go out where it is turned off', async () => {
    const send = async (): Promise<void> => Promise.reject(new Error('nobody asked'));
    const text = await run(0, send, () => sleep(50, true));
    expect(text).toContain('ingest_canary_interval_seconds 0');
    expect(text).not.toContain('ingest_canaries_total{');
  });
});
