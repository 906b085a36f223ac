import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { at, ServiceDatabase, sqlTime } from './service-rows';

jest.setTimeout(180_000);
const local = withStack(['clickhouse'], { setUpSteps: [] });
let database: ServiceDatabase;
beforeAll(async () => {
  database = await ServiceDatabase.open(local.stack.addresses.clickhouseUrl, 'hours');
  const always = [1, 2, 3, 4, 5, 6, 7];
  const rows = (schedule: string, time_zone: string, opens_at: string, closes_at: string, more: object = {}) =>
    always.map((weekday) => ({ schedule, weekday, opens_at, closes_at, time_zone, ...more }));
  await database.insert('business_hours', [
    ...rows('berlin night', 'Europe/Berlin', '22:00', '06:00'),
    ...rows('berlin 1:30-2:30', 'Europe/Berlin', '01:30', '02:30'),
    ...rows('berlin 2:15-2:45', 'Europe/Berlin', '02:15', '02:45'),
    ...rows('berlin 2:30-4', 'Europe/Berlin', '02:30', '04:00'),
    ...rows('berlin 1-3', 'Europe/Berlin', '01:00', '03:00'),
    ...rows('berlin 3-4', 'Europe/Berlin', '03:00', '04:00'),
    ...rows('round the clock', 'Europe/Berlin', '00:00', '24:00'),
    ...rows('sao paulo', 'America/Sao_Paulo', '00:00', '02:00'),
    ...rows('lord howe', 'Australia/Lord_Howe', '01:00', '03:00'),
    ...rows('kathmandu', 'Asia/Kathmandu', '09:00', '17:00'),
    ...rows('overlap', 'UTC', '08:00', '12:00'),
    ...rows('overlap', 'UTC', '11:00', '14:00'),
    ...rows('overlap', 'UTC', '14:00', '15:00'),
    ...rows('overlap', 'UTC', '16:00', '16:30'),
    ...rows('ends', 'UTC', '22:00', '02:00', { valid_to: '2026-03-03' }),
    ...rows('holiday', 'UTC', '22:00', '02:00'),
    ...rows('torn', 'UTC', '08:00', '10:00'),
    ...rows('torn', 'Europe/Berlin', '11:00', '12:00'),
  ]);
  await database.insert('business_holidays', [{ schedule: 'holiday', day: '2026-03-03', name: 'a Tuesday' }]);
}, 180_000);
afterAll(() => database?.close());

/** Business time within the range, as [start, end] without the seconds. */
async function open(schedule: string, from: string, to: string): Promise<string[]> {
  const rows = await database.rows(
    `SELECT * FROM business_open_intervals(schedule = '${schedule}', from = '${sqlTime(from)}', to = '${sqlTime(to)}')
     WHERE opened_at >= '${sqlTime(from)}' AND opened_at < '${sqlTime(to)}' ORDER BY opened_at`,
  );
  return rows.map(({ opened_at, closed_at }) => `${text(opened_at)} - ${text(closed_at)}`);
}
const text = (ms: unknown): string => new Date(Number(ms)).toISOString().slice(5, 16).replace('T', ' ');

describe('business_open_intervals', () => {
  test.each([
    // Berlin's clocks go from 02:00 to 03:00 on 29 March (01:00 UTC), and from 03:00 to 02:00 on 25 October.
    ['berlin night', '2026-03-28 12:00', '2026-03-29 12:00', ['03-28 21:00 - 03-29 04:00']],
    ['berlin night', '2026-10-24 12:00', '2026-10-25 12:00', ['10-24 20:00 - 10-25 05:00']],
    // 02:30 does not come: the first instant that shows it or later is 03:00.
    ['berlin 1:30-2:30', '2026-03-29 00:00', '2026-03-29 12:00', ['03-29 00:30 - 03-29 01:00']],
    ['berlin 2:15-2:45', '2026-03-29 00:00', '2026-03-29 12:00', []],
    ['berlin 2:30-4', '2026-03-29 00:00', '2026-03-29 12:00', ['03-29 01:00 - 03-29 02:00']],
    // 02:30 comes twice: the first time counts. What is open until 04:00 is open an hour longer.
    ['berlin 1:30-2:30', '2026-10-24 23:00', '2026-10-25 12:00', ['10-24 23:30 - 10-25 00:30']],
    ['berlin 2:30-4', '2026-10-24 23:00', '2026-10-25 12:00', ['10-25 00:30 - 10-25 03:00']],
    ['berlin 1-3', '2026-10-24 22:00', '2026-10-25 12:00', ['10-24 23:00 - 10-25 02:00']],
    ['berlin 3-4', '2026-10-24 22:00', '2026-10-25 12:00', ['10-25 02:00 - 10-25 03:00']],
    // Until 2018 Brazil's clocks went from 00:00 to 01:00, and from 00:00 back to 23:00.
    ['sao paulo', '2018-11-04 00:00', '2018-11-05 00:00', ['11-04 03:00 - 11-04 04:00']],
    ['sao paulo', '2018-02-18 00:00', '2018-02-19 00:00', ['02-18 03:00 - 02-18 05:00']],
    // Half an hour, at 02:00: to 01:30 on 5 April, to 02:30 on 4 October.
    ['lord howe', '2026-04-04 12:00', '2026-04-05 12:00', ['04-04 14:00 - 04-04 16:30']],
    ['lord howe', '2026-10-03 12:00', '2026-10-04 12:00', ['10-03 14:30 - 10-03 16:00']],
    ['kathmandu', '2026-03-02 00:00', '2026-03-03 00:00', ['03-02 03:15 - 03-02 11:15']],
    ['overlap', '2026-03-02 00:00', '2026-03-03 00:00', ['03-02 08:00 - 03-02 15:00', '03-02 16:00 - 03-02 16:30']],
    // A shift that began on the last valid day ends after it; a holiday is closed from midnight to midnight.
    ['ends', '2026-03-02 12:00', '2026-03-06 00:00', ['03-02 22:00 - 03-03 02:00', '03-03 22:00 - 03-04 02:00']],
    ['holiday', '2026-03-02 12:00', '2026-03-04 12:00', ['03-02 22:00 - 03-03 00:00', '03-04 00:00 - 03-04 02:00']],
    ['nobody', '2026-03-02 00:00', '2026-03-09 00:00', []],
  ])('%s from %s to %s', async (schedule, from, to, expected) => {
    expect(await open(schedule, from, to)).toEqual(expected);
  });

  test('round the clock is one stretch, over the change of clock too, and counts up', async () => {
    const rows = await database.rows(
      `SELECT * FROM business_open_intervals(schedule = 'round the clock', from = '2026-03-28', to = '2026-03-30')`,
    );
    expect(rows).toEqual([{ opened_at: at('2026-03-25 23:00'), closed_at: at('2026-04-01 22:00'), open_before_ms: 0 }]);
  });

  test('a schedule of two time zones is refused', async () => {
    await expect(open('torn', '2026-03-02 00:00', '2026-03-03 00:00')).rejects.toThrow('one time zone');
  });

  test.each([
    ['weekday 0', { weekday: 0 }],
    ['25:00', { opens_at: '25:00' }],
    ['9:00', { closes_at: '9:00' }],
  ])('what is no time is refused: %s', async (_, wrong) => {
    const row = { schedule: 'x', weekday: 1, opens_at: '09:00', closes_at: '17:00', time_zone: 'UTC' };
    await expect(database.insert('business_hours', [{ ...row, ...wrong }])).rejects.toThrow('violated');
  });
});
