import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import pino from 'pino';
import { diskFiles, type OpenSegment, type SpoolFiles } from '../../../services/ingest/spool/files';
import { lockFolder } from '../../../services/ingest/spool/folder-lock';
import { frameOf, readFrame, wholeBytes } from '../../../services/ingest/spool/frame';
import { Spool } from '../../../services/ingest/spool/spool';
import { SpoolingStore } from '../../../services/ingest/spool/spooling-store';
import { NotStored, type OutgoingRecord } from '../../../services/lib/kafka/batching-producer';

jest.setTimeout(60_000);

const log = pino({ level: 'silent' });
const root = mkdtempSync(join(tmpdir(), 'spool-'));
let folders = 0;
const newFolder = (): string => join(root, String(folders++));
/** What the dead have left open: the collector would close it with a warning each. */
const leftOpen: OpenSegment[] = [];
afterAll(async () => {
  await Promise.allSettled(leftOpen.map((it) => it.close()));
  rmSync(root, { recursive: true, force: true });
});

const recordOf = (key: string, size = 20): OutgoingRecord => ({ key, value: Buffer.alloc(size, key) });
const small = { maxBytes: 100_000, segmentBytes: 150 };

/** A Kafka that can be away, and can store records without its answer arriving. */
class Destination {
  readonly delivered: string[] = [];
  up = false;
  loseAnswers = 0;
  isDead = false;

  notReady = (): string[] => (this.up ? [] : ['Kafka: away']);

  send = async (records: readonly OutgoingRecord[]): Promise<void> => {
    await sleep(0);
    if (this.isDead) return new Promise(() => undefined);
    if (!this.up) throw new NotStored('Kafka: away');
    this.delivered.push(...records.map(({ key }) => key));
    if (this.loseAnswers-- > 0) throw new NotStored('Kafka: no answer');
  };
}

const options = { batchBytes: 100, retryEveryMs: 1 };

/** A process that lives until `run` is through or its files stop it. */
async function processOf(
  folder: string,
  destination: Destination,
  files: SpoolFiles,
  run: (store: SpoolingStore, spool: Spool) => Promise<void>,
  death?: Promise<void>,
) {
  const spool = await Spool.open({ folder, ...small, files }, log);
  const store = new SpoolingStore(destination, spool, options, log);
  const ended = death?.then(() => {
    // A dead process does nothing more, not even look.
    destination.isDead = true;
    void store.stop();
  });
  const lived = run(store, spool).then(() => store.stop());
  await Promise.race([lived, ...(ended ? [ended] : [])]);
}

async function drained(spool: Spool, destination?: Destination): Promise<void> {
  while (spool.unreplayedBytes > 0 && !destination?.isDead) await sleep(1);
}

/** Kafka goes, comes back, loses an answer, goes again: several segments are written, replayed and deleted. */
function story(destination: Destination, acked: string[], refused: string[]) {
  let number = 0;
  return async (store: SpoolingStore, spool: Spool): Promise<void> => {
    const put = async (count: number): Promise<void> => {
      const keys = Array.from({ length: count }, () => `r${number++}`);
      await store.store(keys.map((key) => recordOf(key))).then(
        () => acked.push(...keys),
        (error) => {
          if (!(error instanceof NotStored)) throw error;
          refused.push(...keys);
        },
      );
    };
    for (let round = 0; round < 2; round++) {
      destination.up = false;
      await put(1);
      await put(4);
      await Promise.all([put(2), put(3)]);
      destination.loseAnswers = 1;
      destination.up = true;
      await put(1);
      await drained(spool, destination);
      await put(2);
    }
    destination.up = false;
    await put(2);
  };
}

/** What was acknowledged comes, each first time in the order of the acknowledgements. */
function judge(delivered: string[], acked: string[]): void {
  const firsts = [...new Set(delivered)];
  expect(firsts.filter((key) => acked.includes(key))).toEqual(acked);
}

/** The disk's operations, of which the n-th does not come back: half of a write is done, then nothing ever happens. */
function dyingAt(n: number): { files: SpoolFiles; death: Promise<void>; count: () => number } {
  return interfered(n, (_name, half) => half().then(() => new Promise<never>(() => undefined)));
}

/** The n-th and those behind it fail as on a full disk, half of a write being done. */
function failingAt(n: number, times: number) {
  return interfered(
    n,
    async (_name, half) => {
      await half();
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
    times,
  );
}

function interfered(n: number, instead: (name: string, half: () => Promise<void>) => Promise<never>, times = Infinity) {
  let count = 0;
  let died = (): void => undefined;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const step = async <T>(
    name: string,
    work: () => Promise<T>,
    half = async (): Promise<void> => undefined,
  ): Promise<T> => {
    const at = count++;
    if (at < n || at >= n + times) return work();
    died();
    return instead(name, at === n ? half : async () => undefined);
  };
  const files: SpoolFiles = {
    list: diskFiles.list,
    read: diskFiles.read,
    readAt: (...args) => step('readAt', () => diskFiles.readAt(...args)),
    remove: (path) => step('remove', () => diskFiles.remove(path)),
    replace: (path, text) =>
      step(
        'replace',
        () => diskFiles.replace(path, text),
        async () => writeFileSync(`${path}.new`, '{"numb'),
      ),
    syncFolder: (folder) => step('syncFolder', () => diskFiles.syncFolder(folder)),
    open: (path) =>
      step('open', async () => {
        const segment = await diskFiles.open(path);
        leftOpen.push(segment);
        return {
          write: (bytes, position) =>
            step(
              'write',
              () => segment.write(bytes, position),
              () => segment.write(bytes.subarray(0, bytes.length / 2), position),
            ),
          sync: () => step('sync', () => segment.sync()),
          truncate: (length) => step('truncate', () => segment.truncate(length)),
          close: () => step('close', () => segment.close()),
        };
      }),
  };
  return { files, death, count: () => count };
}

async function operationsOfStory(): Promise<number> {
  const counted = dyingAt(Number.POSITIVE_INFINITY);
  const destination = new Destination();
  await processOf(newFolder(), destination, counted.files, story(destination, [], []));
  return counted.count();
}

/** The next process on the folder, with Kafka there: sends all that is left. */
async function restart(folder: string, destination: Destination): Promise<void> {
  destination.up = true;
  destination.loseAnswers = 0;
  await processOf(folder, destination, diskFiles, (_store, spool) => drained(spool));
}

describe('a process that ends at any operation on the disk', () => {
  test('loses nothing it has acknowledged, and the next sends it in order', async () => {
    const operations = await operationsOfStory();
    expect(operations).toBeGreaterThan(60);
    let spooledAtDeath = 0;
    for (let n = 0; n <= operations; n++) {
      const folder = newFolder();
      const destination = new Destination();
      const acked: string[] = [];
      const dying = dyingAt(n);
      await processOf(folder, destination, dying.files, story(destination, acked, []), dying.death);
      // What the dead one still held in its hands is gone with it.
      await sleep(2);
      const known = [...acked];
      if (new Set(destination.delivered).size < known.length) spooledAtDeath++;
      const heard = new Destination();
      heard.delivered.push(...destination.delivered);
      await restart(folder, heard);
      judge(heard.delivered, known);
      const again = heard.delivered.length;
      await restart(folder, heard);
      expect(heard.delivered).toHaveLength(again);
      expect(readdirSync(folder).filter((name) => name.endsWith('.spool'))).toEqual([]);
    }
    expect(spooledAtDeath).toBeGreaterThan(10);
  });

  test.each([1, 3])(
    '%d operations that fail, wherever they begin: refused, not lost; it goes on or says that it is broken',
    async (times) => {
      const operations = await operationsOfStory();
      let refusals = 0;
      for (let n = 0; n <= operations; n++) {
        const folder = newFolder();
        const destination = new Destination();
        const [acked, refused]: string[][] = [[], []];
        await processOf(folder, destination, failingAt(n, times).files, story(destination, acked, refused)).catch(
          (error) => {
            expect(error).toMatchObject({ code: 'ENOSPC' });
          },
        );
        await restart(folder, destination);
        judge(destination.delivered, acked);
        if (refused.length > 0) refusals++;
      }
      expect(refusals).toBeGreaterThan(10);
    },
  );
});

test('half of a refused write is taken off: what comes behind it, shorter, is whole', async () => {
  const folder = newFolder();
  // open, syncFolder, write, sync; the second write fails half-way.
  const spool = await Spool.open({ folder, maxBytes: 10_000, segmentBytes: 300, files: failingAt(4, 1).files }, log);
  await spool.append([recordOf('a')]);
  await expect(spool.append([recordOf('large', 200)])).rejects.toThrow('spool: ENOSPC');
  for (const key of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k']) await spool.append([recordOf(key)]);
  await spool.close();
  const destination = new Destination();
  await restart(folder, destination);
  expect(destination.delivered.join('')).toBe('abcdefghijk');
  expect(readdirSync(folder).filter((name) => name.endsWith('.torn'))).toEqual([]);
});

test('a write that is cut off leaves no bytes behind those that count', async () => {
  const folder = newFolder();
  const spool = await Spool.open({ folder, maxBytes: 10_000, segmentBytes: 300, files: failingAt(4, 1).files }, log);
  await spool.append([recordOf('a')]);
  await expect(spool.append([recordOf('large', 200)])).rejects.toThrow('spool: ENOSPC');
  await spool.close();
  expect(readFileSync(join(folder, '000000000000.spool'))).toHaveLength(frameOf(recordOf('a')).length);
});

describe('what a crash leaves', () => {
  const filled = async (count: number): Promise<{ folder: string; path: string; size: number }> => {
    const folder = newFolder();
    const spool = await Spool.open({ folder, maxBytes: 100_000, segmentBytes: 100_000 }, log);
    for (let index = 0; index < count; index++) await spool.append([recordOf(`k${index}`)]);
    await spool.close();
    const path = join(folder, '000000000000.spool');
    return { folder, path, size: readFileSync(path).length };
  };
  const keysIn = async (folder: string): Promise<string[]> => {
    const spool = await Spool.open({ folder, maxBytes: 100_000, segmentBytes: 100_000 }, log);
    const keys: string[] = [];
    for (let batch = await spool.next(60); batch; batch = await spool.next(60)) {
      keys.push(...batch.records.map(({ key }) => key));
      await batch.done();
    }
    await spool.close();
    return keys;
  };

  test('a last record cut off at any byte is taken off, those before it come', async () => {
    const frame = frameOf(recordOf('k2')).length;
    for (let cut = 1; cut <= frame; cut++) {
      const { folder, path, size } = await filled(3);
      truncateSync(path, size - cut);
      expect(await keysIn(folder)).toEqual(['k0', 'k1']);
      expect(readdirSync(folder).some((name) => name.endsWith('.torn'))).toBe(cut < frame - 3);
    }
  });

  test.each([
    ['zeroes of a power cut', Buffer.alloc(4_096)],
    ['rubbish', Buffer.from('rubbish that was never a record')],
    ['half a record', frameOf(recordOf('half')).subarray(0, 20)],
  ])('%s behind the last record', async (_name, tail) => {
    const { folder, path } = await filled(3);
    appendFileSync(path, tail);
    expect(await keysIn(folder)).toEqual(['k0', 'k1', 'k2']);
  });

  test('damage before the last segment stops the start: it may have been acknowledged', async () => {
    const folder = newFolder();
    const spool = await Spool.open({ folder, ...small }, log);
    for (let index = 0; index < 12; index++) await spool.append([recordOf(`k${index}`)]);
    await spool.close();
    const path = join(folder, '000000000000.spool');
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(path, bytes);
    await expect(Spool.open({ folder, ...small }, log)).rejects.toThrow(
      /damaged: .*000000000000\.spool holds no record at byte/,
    );
  });

  test('frames read back what they were made of, and nothing else is one', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (key, value, at, flip) => {
          const frame = frameOf({ key, value: Buffer.from(value) });
          fc.pre(!/\p{Cs}/u.test(key));
          expect(readFrame(frame, 0)).toEqual({ record: { key, value: Buffer.from(value) }, next: frame.length });
          frame[at % frame.length] ^= flip;
          expect(wholeBytes(frame)).toBe(0);
        },
      ),
    );
  });
});

describe('bounds', () => {
  test('no room: refused, told as not ready while Kafka is away; room again when it is replayed', async () => {
    const destination = new Destination();
    const spool = await Spool.open({ folder: newFolder(), maxBytes: 400, segmentBytes: 100 }, log);
    const store = new SpoolingStore(destination, spool, options, log);
    const kept: string[] = [];
    for (let index = 0; index < 20; index++) {
      const key = `k${index}`;
      await store.store([recordOf(key)]).then(
        () => kept.push(key),
        (error) => expect(error).toEqual(new NotStored('spool: no room')),
      );
    }
    expect(spool.bytes).toBeLessThanOrEqual(400);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(20);
    destination.up = true;
    await drained(spool);
    expect(destination.delivered).toEqual(kept);
    await store.store([recordOf('direct')]);
    expect(destination.delivered.at(-1)).toBe('direct');
    expect(spool.bytes).toBe(0);
    await store.stop();
  });

  test('a record larger than a batch and a segment comes whole', async () => {
    const spool = await Spool.open({ folder: newFolder(), maxBytes: 100_000, segmentBytes: 10 }, log);
    const large = recordOf('large', 5_000);
    await spool.append([recordOf('a'), large, recordOf('b')]);
    const seen: OutgoingRecord[] = [];
    for (let batch = await spool.next(10); batch; batch = await spool.next(10)) {
      seen.push(...batch.records);
      await batch.done();
    }
    await spool.close();
    expect(seen).toEqual([recordOf('a'), large, recordOf('b')]);
  });

  test('a full spool is not ready only while it is needed', async () => {
    const destination = new Destination();
    const spool = await Spool.open({ folder: newFolder(), maxBytes: 30, segmentBytes: 10 }, log);
    const store = new SpoolingStore(destination, spool, options, log);
    expect(store.notReady()).toEqual([]);
    await store.store([recordOf('a', 19)]);
    expect(store.notReady()).toEqual(['Kafka: away', 'spool: holds its 30 bytes']);
    destination.up = true;
    await drained(spool);
    expect(store.notReady()).toEqual([]);
    await store.stop();
  });

  test('one process at a time', () => {
    const folder = newFolder();
    const unlock = lockFolder(folder);
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60_000)']);
    writeFileSync(join(folder, 'lock'), String(other.pid));
    expect(() => lockFolder(folder)).toThrow(/in use by process/);
    other.kill('SIGKILL');
    writeFileSync(join(folder, 'lock'), '999999999');
    lockFolder(folder);
    unlock();
    expect(readdirSync(folder)).toEqual([]);
  });
});
