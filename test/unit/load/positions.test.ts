import { describe, expect, test } from '@jest/globals';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import { LostRecords } from '../../../services/lib/kafka/partition-task';
import { formatMetadata } from '../../../services/load/domain/intent';
import { noProgress } from '../../../services/load/domain/progress';
import { loadedBefore, readPosition, requireTablesThere, StartRefused } from '../../../services/load/positions';

/** A group with one committed partition, 0, of a log that begins at `low`. */
const adminWith = (committed: { offset: number; metadata: string } | undefined, low: number) =>
  ({
    fetchOffsets: async () => [
      {
        topic: 't',
        partitions: [{ partition: 0, offset: String(committed?.offset ?? -1), metadata: committed?.metadata ?? '' }],
      },
    ],
    fetchTopicOffsets: async () => [{ partition: 0, offset: '100', high: '100', low: String(low) }],
  }) as unknown as Admin;

const open = formatMetadata({ intent: { version: 1, start: 10, end: 30, left_out: [] }, progress: noProgress });
const done = formatMetadata({ progress: { ...noProgress, loaded_until: 77, change_seq: 5 } });

describe('where a partition goes on', () => {
  test('at what is committed, else at the start of the log', async () => {
    const committed = { offset: 10, metadata: open };
    expect(await readPosition(adminWith(committed, 5), 'g', 't', 0, false)).toEqual({ ...committed, committed: true });
    const start = { offset: 5, metadata: '', committed: false };
    expect(await readPosition(adminWith(undefined, 5), 'g', 't', 0, false)).toEqual(start);
  });

  test('nowhere, when records were lost and that is not accepted', async () => {
    const admin = adminWith({ offset: 10, metadata: open }, 20);
    await expect(readPosition(admin, 'g', 't', 0, false)).rejects.toThrow(LostRecords);
  });

  test.each([
    {
      name: 'behind an open block of which a part is left: it may have been inserted',
      metadata: open,
      low: 20,
      at: 31,
    },
    { name: 'at the start of the log when the open block is gone altogether', metadata: open, low: 40, at: 40 },
    { name: 'at the start of the log when no block was open', metadata: done, low: 20, at: 20 },
  ])('accepting the loss: $name', async ({ metadata, low, at }) => {
    const position = await readPosition(adminWith({ offset: 10, metadata }, low), 'g', 't', 0, true);
    expect(position).toEqual({ offset: at, metadata: '', committed: true });
  });
});

describe('what is loaded when load starts', () => {
  const inTables = [{ topic: 't', partition: 0, loaded_offset: 12 }];

  test('is what the group says', async () => {
    expect(await loadedBefore(adminWith({ offset: 12, metadata: done }, 0), 'g', 't', inTables)).toEqual([
      { ...noProgress, loaded_until: 77, change_seq: 5, topic: 't', partition: 0, loaded_offset: 12 },
    ]);
  });

  test('is refused when the tables hold what the group knows nothing of', async () => {
    const refused = loadedBefore(adminWith(undefined, 0), 'load-t', 't', inTables);
    await expect(refused).rejects.toThrow(StartRefused);
    await expect(refused).rejects.toThrow(
      /t partition 0 is loaded up to offset 12 .* consumer group load-t has no offset/,
    );
  });
});

describe('tables that are empty although the group has loaded', () => {
  const status = { ...noProgress, topic: 't', partition: 3, loaded_offset: 12, loaded_until: 50_000 };
  const check = (groups: (typeof status)[], known: number, now: number, empty: boolean) =>
    requireTablesThere(groups, known ? [{ topic: 't', partition: 3, loaded_offset: 12 }] : [], now, async () => empty);

  test('are told, and load does not go on behind what is lost', async () => {
    await expect(check([status], 0, 70_000, true)).rejects.toThrow(
      /^t partition 3 is loaded up to offset 12 by its group, and the tables are empty: was ClickHouse lost/,
    );
  });

  test('unless they hold something, pipeline_status knows, nothing was loaded yet, or it was a moment ago', async () => {
    await check([status], 0, 70_000, false);
    await check([status], 1, 70_000, true);
    await check([{ ...status, loaded_until: 0 }], 0, 70_000, true);
    await check([], 0, 70_000, true);
    await check([status], 0, 55_000, true);
  });
});
