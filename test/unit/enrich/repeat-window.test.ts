import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RepeatWindow } from '../../../services/enrich/domain/repeat-window';

interface Entry {
  id: string;
  body: string;
  gap_ms: number;
}

/** The definition, read off: an id is known while any of its records is among the last ones, by count and by time. */
function bruteForce(log: Entry[], maxRecords: number, maxAgeMs: number): string[] {
  const records = timed(log);
  return records.map(({ id, body, at }, offset) => {
    const inWindow = records
      .slice(0, offset)
      .filter((record, index) => record.id === id && index >= offset - maxRecords && record.at >= at - maxAgeMs);
    if (inWindow.length === 0) return 'new';
    return firstBody(records, offset, maxRecords, maxAgeMs) === body ? 'repeat' : 'conflict';
  });
}

/** Body of the record that began the unbroken chain of records of this id, each within the window of the next. */
function firstBody(records: ReturnType<typeof timed>, offset: number, maxRecords: number, maxAgeMs: number): string {
  let from = offset;
  for (let index = offset - 1; index >= 0; index--) {
    if (records[index].id !== records[offset].id) continue;
    if (index < from - maxRecords || records[index].at < records[from].at - maxAgeMs) break;
    from = index;
  }
  return records[from].body;
}

const timed = (log: Entry[]) => {
  let at = 0;
  return log.map(({ id, body, gap_ms }) => {
    at += gap_ms;
    return { id, body, at };
  });
};

const observeAll = (window: RepeatWindow, log: Entry[], from = 0): string[] =>
  timed(log)
    .slice(from)
    .map(({ id, body, at }, index) => window.observe(id, Buffer.from(body), from + index, at));

const entries = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 12 }).map((n) => `id-${n}`),
    body: fc.constantFrom('a', 'a', 'a', 'b'),
    gap_ms: fc.integer({ min: 0, max: 30 }),
  }),
  { maxLength: 120 },
);

describe('the window of repeats', () => {
  test('knows the ids of the last records, by count and by append time', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 400 }), (log, records, age) => {
        expect(observeAll(new RepeatWindow(records, age), log)).toEqual(bruteForce(log, records, age));
      }),
      { numRuns: 500 },
    );
  });

  test('is the same when it is rebuilt from the log: what is new and what is not does not depend on restarts', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 40 }), fc.nat(120), (log, maxRecords, cut) => {
        const position = Math.min(cut, log.length);
        const isNew = (seen: string) => seen === 'new';
        const undisturbed = observeAll(new RepeatWindow(maxRecords, 1e9), log).slice(position).map(isNew);
        const window = new RepeatWindow(maxRecords, 1e9);
        const from = Math.max(0, position - maxRecords);
        observeAll(window, log.slice(0, position), from);
        const restarted = timed(log)
          .slice(position)
          .map(({ id, body, at }, index) => isNew(window.observe(id, Buffer.from(body), position + index, at)));
        expect(restarted).toEqual(undisturbed);
      }),
    );
  });

  test('grows past its first size and forgets what it must', () => {
    const window = new RepeatWindow(20_000, 1e9);
    for (let i = 0; i < 30_000; i++) expect(window.observe(`id-${i}`, Buffer.from('x'), i, i)).toBe('new');
    expect(window.observe('id-29999', Buffer.from('x'), 30_000, 30_000)).toBe('repeat');
    expect(window.observe('id-5', Buffer.from('x'), 30_001, 30_001)).toBe('new');
    expect(window.span().records).toBeLessThanOrEqual(20_001);
  });
});
