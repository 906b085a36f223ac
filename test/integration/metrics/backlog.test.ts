import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { at, caseEvent, day, hour, message, ServiceDatabase, sqlTime } from './service-rows';

jest.setTimeout(180_000);
const local = withStack(['clickhouse'], { setUpSteps: [] });
let database: ServiceDatabase;
beforeAll(async () => {
  database = await ServiceDatabase.open(local.stack.addresses.clickhouseUrl, 'backlog');
  await database.insertEvents([
    caseEvent('quick', '2026-03-02 09:00', 'case.opened'),
    caseEvent('quick', '2026-03-02 10:00', 'case.resolved'),
    caseEvent('quick', '2026-03-02 10:00:01', 'case.status_changed', 'closed'),
    // Reopened on the 4th: it is as old as it is, not as its reopening.
    caseEvent('back', '2026-03-01 09:00', 'case.opened'),
    caseEvent('back', '2026-03-02 12:00', 'case.status_changed', 'solved'),
    caseEvent('back', '2026-03-04 12:00', 'case.reopened'),
    caseEvent('back', '2026-03-04 12:00', 'case.status_changed', 'open', { source_sequence: 1 }),
    caseEvent('back', '2026-03-06 12:00', 'case.status_changed', 'pending'),
    caseEvent('old', '2026-01-10 00:00', 'case.opened', '', { channel: 'EMAIL', case_id: 'old' }),
    caseEvent('old', '2026-02-10 00:00', 'case.status_changed', 'who knows', { channel: 'TASK', case_id: 'old' }),
    // A minute before midnight in Berlin, a minute after in Istanbul.
    caseEvent('midnight', '2026-03-05 22:30', 'case.opened'),
    caseEvent('same id', '2026-03-05 23:59', 'case.opened', '', { source_instance: 'b' }),
    caseEvent('same id', '2026-03-05 23:59:59.999', 'case.opened', '', { source_instance: 'c' }),
    caseEvent('same id', '2026-03-06 00:00', 'case.resolved', '', { source_instance: 'b' }),
    caseEvent('forgotten', '2024-06-01 00:00', 'case.opened'),
    // Solved with no opening told: it came and went.
    caseEvent('only solved', '2026-03-03 09:00', 'case.resolved'),
    message('no case', '2026-03-03 09:00', 'CUSTOMER'),
  ]);
}, 180_000);
afterAll(() => database?.close());

const backlog = (time: string) =>
  database.rows(`SELECT * FROM backlog(at = '${sqlTime(time)}') ORDER BY channel, class`);
const daily = async (from: string, to: string, zone: string, channel = 'CHAT') => {
  const rows = await database.rows(
    `SELECT * FROM backlog_daily(from = '${sqlTime(from)}', to = '${sqlTime(to)}', time_zone = '${zone}') ORDER BY day, channel`,
  );
  return rows.filter((row) => row.channel === channel);
};
const flows = (rows: Record<string, unknown>[]) =>
  rows.map((row) => [row.day, row.opened, row.reopened, row.solved, row.open_cases].join(' '));

describe('backlog', () => {
  test('counts what is open, net of reopenings, by age', async () => {
    const time = '2026-03-06 13:00';
    expect(await backlog(time)).toEqual([
      {
        channel: 'CHAT',
        class: 'NEW',
        open_cases: 2,
        age_under_1d: 2,
        age_1d_to_3d: 0,
        age_3d_to_7d: 0,
        age_7d_to_30d: 0,
        age_over_30d: 0,
        oldest_opened_at: at('2026-03-05 22:30'),
        oldest_open_age_ms: at(time) - at('2026-03-05 22:30'),
      },
      expect.objectContaining({ channel: 'CHAT', class: 'PENDING', open_cases: 1, age_3d_to_7d: 1 }),
      expect.objectContaining({ channel: 'EMAIL', class: 'NEW', open_cases: 1, age_over_30d: 1 }),
    ]);
  });

  test('an event at the very time counts, one a millisecond later does not', async () => {
    const openAt = async (time: string) =>
      (await backlog(time)).filter((row) => row.channel === 'CHAT').map((row) => row.open_cases);
    expect(await openAt('2026-03-02 08:59:59.999')).toEqual([1]);
    expect(await openAt('2026-03-02 09:00')).toEqual([2]);
    expect(await openAt('2026-03-02 10:00')).toEqual([1]);
    expect(await openAt('2026-03-02 12:00')).toEqual([]);
  });

  test('borders of the age buckets belong to the older one', async () => {
    const buckets = async (time: string) => {
      const row = (await backlog(time)).find(({ channel }) => channel === 'EMAIL')!;
      return Object.keys(row).filter((name) => name.startsWith('age_') && row[name] === 1);
    };
    for (const [days, bucket, before] of [
      [1, 'age_1d_to_3d', 'age_under_1d'],
      [3, 'age_3d_to_7d', 'age_1d_to_3d'],
      [7, 'age_7d_to_30d', 'age_3d_to_7d'],
      [30, 'age_over_30d', 'age_7d_to_30d'],
    ] as const) {
      const border = at('2026-01-10 00:00') + days * day;
      expect(await buckets(new Date(border).toISOString().slice(0, -1))).toEqual([bucket]);
      expect(await buckets(new Date(border - 1).toISOString().slice(0, -1))).toEqual([before]);
    }
  });
});

describe('backlog_daily', () => {
  test('is the day before + opened + reopened - solved', async () => {
    expect(flows(await daily('2026-03-01', '2026-03-07', 'UTC'))).toEqual([
      '2026-03-01 1 0 0 1',
      '2026-03-02 1 0 2 0',
      '2026-03-03 1 0 1 0',
      '2026-03-04 0 1 0 1',
      '2026-03-05 3 0 0 4',
      '2026-03-06 0 0 1 3',
    ]);
  });

  test('midnight is local', async () => {
    const [berlin] = (await daily('2026-03-05 12:00', '2026-03-06 22:00', 'Europe/Berlin')).slice(-1);
    expect(berlin).toMatchObject({ day: '2026-03-05', snapshot_at: at('2026-03-05 23:00'), opened: 1, open_cases: 2 });
    const istanbul = await daily('2026-03-05 12:00', '2026-03-06 21:00', 'Europe/Istanbul');
    expect(flows(istanbul)).toEqual(['2026-03-05 0 0 0 1', '2026-03-06 3 0 1 3']);
  });

  test('a day of 23 hours ages what is open by 23', async () => {
    const rows = await daily('2026-03-27 23:00', '2026-03-30 22:00', 'Europe/Berlin', 'EMAIL');
    const ages = rows.map((row) => Number(row.oldest_open_age_ms));
    expect([ages[1]! - ages[0]!, ages[2]! - ages[1]!]).toEqual([23 * hour, 24 * hour]);
  });

  test('a quiet day has a row, and no oldest case', async () => {
    expect(await daily('2026-03-03', '2026-03-04', 'UTC')).toMatchObject([{ open_cases: 0, oldest_open_age_ms: null }]);
  });

  test('only days that have ended, by `to` and by the watermark', async () => {
    expect(flows(await daily('2026-03-05', '2026-03-06 23:59:59.999', 'UTC'))).toEqual(['2026-03-05 3 0 0 4']);
    const raw_time = { 0: at('2026-03-05 12:00') };
    await database.insert('pipeline_status_log', [
      { topic: 'interactions.enriched', raw_partitions: 1, raw_time, loaded_until: at('2026-03-05 12:00') },
    ]);
    expect(flows(await daily('2026-03-04', '2026-03-07', 'UTC'))).toEqual(['2026-03-04 0 1 0 1']);
  });
});
