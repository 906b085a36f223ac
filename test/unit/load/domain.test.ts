import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findRefused } from '../../../services/load/domain/bisect';
import { blockLength } from '../../../services/load/domain/blocks';
import { formatMetadata, type Intent, maxLeftOut, parseMetadata, tokenOf } from '../../../services/load/domain/intent';
import { withoutFaulty } from '../../../services/load/domain/leaving-out';
import type { Progress } from '../../../services/load/domain/progress';

describe('the length of a block', () => {
  const cut = (weights: [rows: number, bytes: number][]) =>
    blockLength(weights, 0, ([rows, bytes]) => ({ rows, bytes }), { max_rows: 10, max_bytes: 100 });

  test.each<{ name: string; weights: [number, number][]; length: number }>([
    {
      name: 'everything within the limits',
      weights: [
        [4, 10],
        [6, 90],
      ],
      length: 2,
    },
    {
      name: 'rows after expansion count',
      weights: [
        [4, 1],
        [6, 1],
        [1, 1],
      ],
      length: 2,
    },
    {
      name: 'bytes count',
      weights: [
        [1, 60],
        [1, 60],
      ],
      length: 1,
    },
    {
      name: 'a record beyond the limits goes alone',
      weights: [
        [50, 500],
        [1, 1],
      ],
      length: 1,
    },
    { name: 'nothing is nothing', weights: [], length: 0 },
  ])('$name', ({ weights, length }) => expect(cut(weights)).toBe(length));
});

const intents = fc
  .record({
    version: fc.integer({ min: 1, max: 9 }),
    start: fc.integer({ min: 0, max: 2 ** 50 }),
    left_out: fc.uniqueArray(fc.integer({ min: 0, max: 999_999 }), { maxLength: maxLeftOut }),
  })
  .map(({ version, start, left_out }): Intent => {
    const offsets = left_out.sort((a, b) => a - b).map((relative) => start + relative);
    return { version, start, end: start + 1_000_000, left_out: offsets };
  });
const reach = fc.record({
  time: fc.option(fc.nat(), { nil: undefined }),
  offset: fc.option(fc.nat(), { nil: undefined }),
});
const progresses = fc
  .record({
    loaded_until: fc.nat(),
    change_seq: fc.nat(),
    raw_partitions: fc.constant(24),
    raw: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 23 }), reach), { selector: ([partition]) => partition }),
  })
  .map((progress): Progress => ({ ...progress, raw: new Map(progress.raw) }));

describe('metadata of a committed offset', () => {
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.option(intents, { nil: undefined }), progresses, (intent, progress) => {
        const metadata = formatMetadata({ intent, progress });
        expect(parseMetadata(intent?.start ?? 5, metadata)).toEqual({ ...(intent && { intent }), progress });
      }),
    );
  });

  test('stays below the 4,096 bytes that brokers allow, with all that one block can leave out', () => {
    const start = 10 ** 14;
    const left_out = Array.from({ length: maxLeftOut }, (_, index) => start + 999_000 + index);
    const raw = new Map(
      Array.from({ length: 24 }, (_, partition) => [partition, { time: 1.7e12, offset: 10 ** 14 }] as const),
    );
    const progress = { loaded_until: 1.7e12, change_seq: 10 ** 14, raw_partitions: 24, raw };
    const intent = { version: 1, start, end: start + 1_000_000, left_out };
    expect(formatMetadata({ intent, progress }).length).toBeLessThan(3_500);
  });

  test('of a group that was reset by hand says nothing', () => {
    expect(parseMetadata(5, '')).toEqual({
      progress: { loaded_until: 0, change_seq: 0, raw_partitions: 0, raw: new Map() },
    });
  });
});

test('a block without some of its records is another block to ClickHouse', () => {
  const intent = { version: 1, start: 3, end: 9, left_out: [] };
  expect(tokenOf('cluster', 'sessions', 2, intent)).toBe('cluster-sessions-2-3-9');
  expect(tokenOf('cluster', 'sessions', 2, { ...intent, left_out: [4, 7] })).toBe('cluster-sessions-2-3-9-without-4,7');
});

describe('leaving records out', () => {
  const records = [3, 4, 6, 7].map((offset) => ({ offset: String(offset) }));
  const intent: Intent = { version: 1, start: 3, end: 7, left_out: [] };

  test('adds to what is left out already', () => {
    const faults = new Map([[6, 'cut short']]);
    expect(withoutFaulty({ ...intent, left_out: [3] }, records, faults)).toEqual({ ...intent, left_out: [3, 6] });
  });

  test('never reaches beyond the end of the intent', () => {
    const shorter = { ...intent, end: 6 };
    expect(withoutFaulty(shorter, records, new Map([[7, 'cut short']]))).toEqual(shorter);
  });

  test('ends before the record that would be one too many', () => {
    const many = Array.from({ length: maxLeftOut + 10 }, (_, index) => ({ offset: String(index) }));
    const faults = new Map(many.slice(5).map(({ offset }) => [Number(offset), 'cut short'] as const));
    const shortened = withoutFaulty({ version: 1, start: 0, end: many.length - 1, left_out: [] }, many, faults);
    expect(shortened.end).toBe(maxLeftOut + 4);
    expect(shortened.left_out).toHaveLength(maxLeftOut);
  });
});

describe('halving', () => {
  test('finds just the refused, in order, and stops at the most wanted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), fc.nat({ max: 10 }), async (bad, most) => {
        const records = bad.map((refused, index) => ({ index, refused }));
        const accepts = async (part: readonly { refused: boolean }[]) => part.every(({ refused }) => !refused);
        const found = await findRefused(records, accepts, most);
        expect(found).toEqual(records.filter(({ refused }) => refused).slice(0, most));
      }),
    );
  });

  test('asks about one record in 10,000 some 27 times', async () => {
    let asked = 0;
    const accepts = async (part: readonly number[]) => {
      asked += 1;
      return !part.includes(1_234);
    };
    expect(
      await findRefused(
        Array.from({ length: 10_000 }, (_, index) => index),
        accepts,
        200,
      ),
    ).toEqual([1_234]);
    expect(asked).toBeLessThanOrEqual(29);
  });
});
