import { afterEach, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import {
  type BatchingOptions,
  BatchingProducer,
  type Link,
  NotStored,
  type OutgoingRecord,
} from '../../../../services/lib/kafka/batching-producer';

/** A connection whose sends end when the test says so. */
class FakeLink implements Link {
  readonly sends: { keys: string[]; acknowledge(): void; fail(message: string): void }[] = [];
  closed = false;
  alive = true;

  send(records: readonly OutgoingRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.sends.push({
        keys: records.map(({ key }) => key),
        acknowledge: resolve,
        fail: (message) => reject(new Error(message)),
      });
    });
  }

  async probe(): Promise<void> {
    if (!this.alive) throw new Error('silent');
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

const producers: BatchingProducer[] = [];
afterEach(async () => {
  await Promise.all(producers.splice(0).map((it) => it.stop()));
});

function start(options: Partial<BatchingOptions> = {}, faults: string[] = []) {
  const links: FakeLink[] = [];
  const open = async (): Promise<Link> => {
    const fault = faults.shift();
    if (fault) throw new Error(fault);
    links.push(new FakeLink());
    return links.at(-1) as FakeLink;
  };
  const producer = new BatchingProducer(
    open,
    { maxBatchBytes: 100, sendDeadlineMs: 2_000, probeEveryMs: 10_000, probeDeadlineMs: 100, ...options },
    pino({ level: 'silent' }),
  );
  producers.push(producer);
  return { producer, links };
}

const record = (key: string, bytes = 9): OutgoingRecord => ({ key, value: Buffer.alloc(bytes) });
const soon = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));
const fate = (work: Promise<void>) =>
  work.then(
    () => 'stored',
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe('batching', () => {
  test('sends at once when idle, gathers while a send is under way, keeps the order', async () => {
    const { producer, links } = start();
    await soon();
    const first = fate(producer.send([record('a')]));
    const second = fate(producer.send([record('b'), record('c')]));
    const third = fate(producer.send([record('d')]));
    expect(links[0].sends.map(({ keys }) => keys)).toEqual([['a']]);
    links[0].sends[0].acknowledge();
    expect(await first).toBe('stored');
    await soon();
    expect(links[0].sends.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c', 'd']]);
    links[0].sends[1].acknowledge();
    expect(await Promise.all([second, third])).toEqual(['stored', 'stored']);
  });

  test('splits what is larger than a batch, and a caller waits for its last record', async () => {
    const { producer, links } = start();
    await soon();
    const big = fate(producer.send(Array.from({ length: 15 }, (_, index) => record(String(index)))));
    const next = fate(producer.send([record('z', 500)]));
    links[0].sends[0].acknowledge();
    await soon();
    expect(await Promise.race([big, Promise.resolve('waits')])).toBe('waits');
    links[0].sends[1].acknowledge();
    await soon();
    links[0].sends[2].acknowledge();
    expect(await Promise.all([big, next])).toEqual(['stored', 'stored']);
    expect(links[0].sends.map(({ keys }) => keys.length)).toEqual([10, 5, 1]);
    expect(links[0].sends[2].keys).toEqual(['z']);
  });

  test('a caller who sends again in the very moment of the answer is served', async () => {
    const { producer, links } = start();
    await soon();
    const again = producer.send([record('a')]).then(() => producer.send([record('b')]));
    links[0].sends[0].acknowledge();
    await soon();
    links[0].sends[1].acknowledge();
    expect(await fate(again)).toBe('stored');
  });

  test('nothing to send is stored', async () => {
    const { producer } = start({}, ['down']);
    expect(await fate(producer.send([]))).toBe('stored');
  });

  test('reports sends', async () => {
    const batches: number[] = [];
    const { producer, links } = start({ onBatch: ({ records }) => void batches.push(records) });
    await soon();
    const sent = producer.send([record('a'), record('b')]);
    links[0].sends[0].acknowledge();
    await sent;
    expect(batches).toEqual([2]);
  });
});

describe('failure', () => {
  test('rejects all of the batch and all who wait, and never uses the connection again', async () => {
    const { producer, links } = start();
    await soon();
    const fates = ['a', 'b', 'c'].map((key) => fate(producer.send([record(key)])));
    links[0].sends[0].fail('broker gone');
    expect(await Promise.all(fates)).toEqual(Array(3).fill('NotStored: Kafka: broker gone'));
    await soon();
    expect([links.length, links[0].closed, links[0].sends.length]).toEqual([2, true, 1]);
    const after = fate(producer.send([record('d')]));
    links[1].sends[0].acknowledge();
    expect(await after).toBe('stored');
  });

  test('a caller whose first batch was stored is rejected when its second fails', async () => {
    const { producer, links } = start();
    await soon();
    const big = fate(producer.send(Array.from({ length: 15 }, (_, index) => record(String(index)))));
    links[0].sends[0].acknowledge();
    await soon();
    links[0].sends[1].fail('broker gone');
    expect(await big).toBe('NotStored: Kafka: broker gone');
    await soon();
    expect(links[1].sends).toEqual([]);
  });

  test('no answer within the deadline is a failure, and an answer after it changes nothing', async () => {
    const { producer, links } = start({ sendDeadlineMs: 50 });
    await soon();
    const late = fate(producer.send([record('a')]));
    // One second is the least that a send is given.
    expect(await late).toBe('NotStored: Kafka: no answer within 1000 ms');
    links[0].sends[0].acknowledge();
    await soon();
    expect(producer.notReady()).toEqual([]);
    expect(links).toHaveLength(2);
  });

  test('while there is no connection senders are told at once, and it connects by itself', async () => {
    const { producer, links } = start({}, ['refused', 'refused']);
    expect(producer.notReady()).toEqual(['Kafka: not connected yet']);
    await soon();
    expect(producer.notReady()).toEqual(['Kafka: refused']);
    expect(await fate(producer.send([record('a')]))).toBe('NotStored: Kafka: refused');
    await soon(400);
    expect([producer.notReady(), links.length]).toEqual([[], 1]);
  });

  test('a quiet connection that does not answer is replaced', async () => {
    const { producer, links } = start({ probeEveryMs: 30 });
    await soon(100);
    expect(links).toHaveLength(1);
    links[0].alive = false;
    await soon(100);
    expect([links.length, links[0].closed, producer.notReady()]).toEqual([2, true, []]);
  });

  test('rejections are NotStored, so that callers can tell them from faults of their own', async () => {
    const { producer } = start({}, ['refused']);
    await expect(producer.send([record('a')])).rejects.toBeInstanceOf(NotStored);
  });
});

test('stopping sends what was given, then closes', async () => {
  const { producer, links } = start();
  await soon();
  const fates = ['a', 'b'].map((key) => fate(producer.send([record(key)])));
  const stopped = producer.stop();
  links[0].sends[0].acknowledge();
  await soon();
  expect(links[0].closed).toBe(false);
  links[0].sends[1].acknowledge();
  await stopped;
  expect(await Promise.all(fates)).toEqual(['stored', 'stored']);
  expect(links[0].closed).toBe(true);
  expect(producer.notReady()).toEqual(['Kafka: disconnected, the service is stopping']);
});
