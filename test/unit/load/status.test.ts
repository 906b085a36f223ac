import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLog } from '../../../services/lib/log';
import { StatusBook } from '../../../services/load/domain/status-book';
import { statusRow } from '../../../services/load/domain/status-row';
import { StatusWriter } from '../../../services/load/status-writer';

const status = (loaded_offset: number, raw: [number, { time?: number; offset?: number }][] = []) => ({
  topic: 'interactions.enriched',
  partition: 1,
  loaded_offset,
  loaded_until: 1_000 * loaded_offset,
  change_seq: 0,
  raw_partitions: 2,
  raw: new Map(raw),
});

describe('the book of what is loaded', () => {
  test('many changes of a partition become one row, which never goes back', () => {
    const book = new StatusBook();
    book.note(status(5, [[0, { time: 10, offset: 3 }]]));
    book.note(status(9, [[1, { time: 7 }]]));
    book.note(status(7, [[0, { time: 8, offset: 4 }]]));
    const raw = new Map([
      [0, { time: 10, offset: 4 }],
      [1, { time: 7, offset: undefined }],
    ]);
    expect(book.take()).toEqual([{ ...status(9), raw }]);
    expect(book.hasChanges).toBe(false);
  });

  test('rows that could not be written are due again, as they are by then', () => {
    const book = new StatusBook();
    book.note(status(5));
    const rows = book.take();
    book.note(status(6));
    book.take();
    book.putBack(rows);
    expect(book.take()).toEqual([status(6)]);
  });

  test('a row for ClickHouse: times in UTC, only what is known', () => {
    expect(
      statusRow(
        status(1, [
          [0, { time: 0 }],
          [1, { offset: 8 }],
        ]),
      ),
    ).toEqual({
      topic: 'interactions.enriched',
      partition: 1,
      loaded_offset: 1,
      loaded_until: '1970-01-01 00:00:01.000',
      raw_partitions: 2,
      raw_time: { 0: '1970-01-01 00:00:00.000' },
      raw_offset: { 1: 8 },
      change_seq: 0,
    });
  });
});

describe('writing it down', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('at once when nothing was written of late, then at most every 500 ms, and the rest at the end', async () => {
    const book = new StatusBook();
    const written: [at: number, offsets: number[]][] = [];
    const write = async (rows: readonly { loaded_offset: number }[]) => {
      written.push([Date.now() - 1_000_000, rows.map(({ loaded_offset }) => loaded_offset)]);
    };
    const writer = new StatusWriter(book, write, 500, createLog('test', 'silent'));
    for (let offset = 1; offset <= 9; offset++) {
      book.note(status(offset));
      await jest.advanceTimersByTimeAsync(100);
    }
    book.note(status(10));
    await writer.stop();
    expect(written).toEqual([
      [50, [1]],
      [550, [6]],
      [900, [10]],
    ]);
  });

  test('what could not be written is written later', async () => {
    const book = new StatusBook();
    const written: number[] = [];
    let down = true;
    const write = async (rows: readonly { loaded_offset: number }[]) => {
      if (down) throw new Error('down');
      written.push(...rows.map(({ loaded_offset }) => loaded_offset));
    };
    const writer = new StatusWriter(book, write, 500, createLog('test', 'silent'));
    book.note(status(1));
    await jest.advanceTimersByTimeAsync(1_000);
    down = false;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual([1]);
    await writer.stop();
  });
});
