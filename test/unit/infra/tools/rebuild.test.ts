import { describe, expect, test } from '@jest/globals';
import { lineOf } from '../../../../infra/tools/rebuild/main';
import { refuseDeleted, requestOf } from '../../../../infra/tools/rebuild/request';
import { rollupNamed } from '../../../../infra/tools/rebuild/rollups';
import { chunksOf, recomputed } from '../../../../infra/tools/rebuild/statements';

const asked = { VIEW: 'volume_trends', FROM: '2026-11-01', TO: '2026-11-08' };
const day = 86_400_000;

describe('what make rebuild is asked for', () => {
  test('days in UTC, the end excluded; a view or its table', () => {
    const { rollup, scope, dryRun } = requestOf({ ...asked, DRY_RUN: '1' });
    expect([rollup.table, scope, dryRun]).toEqual([
      'volume_trends_15m',
      { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 8) },
      true,
    ]);
    expect(requestOf({ ...asked, VIEW: 'service_levels' }).rollup.table).toBe('leg_metrics_15m');
    expect(requestOf({ ...asked, FROM: '2026-11-01 10:15' }).scope.from).toBe(Date.UTC(2026, 10, 1, 10, 15));
  });

  test.each([
    ['no view', { VIEW: '' }, /VIEW is missing/],
    ['an unknown view', { VIEW: 'interactions' }, /names no roll-up; there are volume_trends_15m \(volume_trends\)/],
    ['no range', { TO: undefined }, /TO is missing/],
    ['no time', { FROM: 'monday' }, /FROM=monday is no time/],
    ['a range that ends before it begins', { FROM: '2026-11-09' }, /FROM=2026-11-09 is not before TO=2026-11-08/],
    ['part of a bucket', { FROM: '2026-11-01T10:07Z' }, /lies within a bucket/],
    ['part of a day', { VIEW: 'channel_failure_paths', FROM: '2026-11-01T06:00Z' }, /1440 minutes each/],
    ['neither dry nor not', { DRY_RUN: 'yes' }, /DRY_RUN=yes must be 0 or 1/],
  ])('%s is refused with the reason', (_what, given, reason) => {
    expect(() => requestOf({ ...asked, ...given })).toThrow(reason);
  });

  test('a range whose base rows a TTL has deleted is refused: the sums would lose them', () => {
    const request = requestOf(asked);
    const created = (ttl: string) =>
      `CREATE TABLE i (a Int8 TTL b + toIntervalDay(1)) ENGINE = M ORDER BY a${ttl} SETTINGS x`;
    const now = Date.UTC(2026, 10, 20);
    expect(() => refuseDeleted(request, created(''), now)).not.toThrow();
    expect(() =>
      refuseDeleted(request, created(' TTL toDateTime(occurred_at) + toIntervalDay(30)'), now),
    ).not.toThrow();
    expect(() => refuseDeleted(request, created(' TTL toDateTime(occurred_at) + toIntervalDay(19)'), now)).toThrow(
      /FROM is before 2026-11-02T00:00:00.000Z: interactions keeps 19 days \(TTL_EVENTS_DAYS\)/,
    );
  });
});

describe('what is computed', () => {
  const legs = rollupNamed('leg_metrics_15m');
  const scope = { from: 0, to: day };

  test("the view's own query, over the rows that can matter", () => {
    const query = recomputed(legs, 'SELECT a FROM (SELECT * FROM `d`.legs AS l) WHERE legs > 0', scope);
    expect(query).toContain('FROM (SELECT * FROM legs WHERE ');
    expect(query).toContain(' AS l) WHERE legs > 0) WHERE (bucket_start >= ');
  });

  test.each([
    ['another table', 'SELECT a FROM d.legs_current'],
    ['the table twice', 'SELECT a FROM d.legs WHERE b IN (SELECT b FROM d.legs)'],
  ])('a view that reads %s is not understood', (_what, select) => {
    expect(() => recomputed(legs, select, scope)).toThrow('does not read legs in just one place');
  });

  test.each([1, 3, 7, 96, 500])('%i pieces are whole buckets and leave nothing out', (pieces) => {
    const chunks = chunksOf(legs, scope, pieces);
    expect(chunks.length).toBeLessThanOrEqual(Math.min(pieces, 96));
    expect([chunks[0].from, chunks.at(-1)?.to]).toEqual([0, day]);
    chunks.forEach(({ from }, i) => {
      expect(from % legs.bucket_ms).toBe(0);
      if (i > 0) expect(chunks[i - 1].to).toBe(from);
    });
  });
});

test('a difference in words', () => {
  expect(
    lineOf({
      bucket_start: '2026-01-25 10:15:00',
      channel: 'FAX',
      intent: '',
      changes: [
        ['events', '3', '0'],
        ['contacts', '1', '0'],
      ],
    }),
  ).toBe("2026-01-25 10:15:00  FAX  '':  events 3 → 0, contacts 1 → 0");
});
