import { describe, expect, test } from '@jest/globals';
import { Pool } from '../../../../infra/local/clickhouse/pool';

const never = new AbortController().signal;
const options = { places: { write: 1, read: 2 }, queueLimit: 2, queueWaitMs: 10_000 };

describe('the pool', () => {
  test('gives each place once, and the lanes apart', async () => {
    const pool = new Pool(options);
    const [first, second] = [await pool.take('read', never), await pool.take('read', never)];
    expect([first.number, second.number]).toEqual([0, 1]);
    expect((await pool.take('write', never)).number).toBe(0);
    expect(pool.running()).toBe(3);
  });

  test('serves those that wait in their order, with the place that became free', async () => {
    const pool = new Pool({ ...options, places: { write: 1, read: 1 } });
    const held = await pool.take('read', never);
    const order: string[] = [];
    const waiting = ['a', 'b'].map(async (name) => {
      const place = await pool.take('read', never);
      order.push(name);
      return place;
    });
    held.giveBack();
    (await waiting[0])?.giveBack();
    expect((await waiting[1])?.number).toBe(0);
    expect(order).toEqual(['a', 'b']);
  });

  test('refuses with 202 who finds too many waiting, and who has waited too long', async () => {
    const pool = new Pool({ ...options, queueWaitMs: 20 });
    await pool.take('write', never);
    const waiting = [pool.take('write', never), pool.take('write', never)];
    await expect(pool.take('write', never)).rejects.toMatchObject({ code: 202, type: 'TOO_MANY_SIMULTANEOUS_QUERIES' });
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 202 });
  });

  test('a client that goes leaves the queue', async () => {
    const pool = new Pool({ ...options, queueLimit: 1 });
    const held = await pool.take('write', never);
    const gone = new AbortController();
    const waiting = pool.take('write', gone.signal);
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    held.giveBack();
    expect((await pool.take('write', never)).number).toBe(0);
    await expect(pool.take('write', gone.signal)).rejects.toThrow('gone');
  });

  test('tells when all is done', async () => {
    const pool = new Pool(options);
    const held = await pool.take('read', never);
    expect(await pool.whenIdle(10)).toBe(false);
    held.giveBack();
    expect(await pool.whenIdle(10)).toBe(true);
  });
});
