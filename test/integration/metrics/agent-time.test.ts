import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { at, hour, minute, ServiceDatabase, sqlTime, statusChange } from './service-rows';

jest.setTimeout(180_000);
const local = withStack(['clickhouse'], { setUpSteps: [] });
let database: ServiceDatabase;
beforeAll(async () => {
  database = await ServiceDatabase.open(local.stack.addresses.clickhouseUrl, 'agent_time');
}, 180_000);
afterAll(() => database?.close());

const intervals = (agent: string, from: string, to: string) =>
  database.rows(
    `SELECT status, class, started_at, ended_at, duration_ms, is_open
     FROM agent_status_intervals(from = '${sqlTime(from)}', to = '${sqlTime(to)}') WHERE agent_id = '${agent}' ORDER BY started_at`,
  );
const days = (agent: string, from: string, to: string, zone = 'UTC') =>
  database.rows(
    `SELECT * FROM agent_time(from = '${sqlTime(from)}', to = '${sqlTime(to)}', time_zone = '${zone}') WHERE agent_id = '${agent}' ORDER BY day`,
  );
const oneDay = async (agent: string, from: string, to: string, zone?: string) => {
  const rows = await days(agent, from, to, zone);
  expect(rows).toHaveLength(1);
  return rows[0]!;
};

describe('agent_status_intervals', () => {
  beforeAll(() =>
    database.insertEvents([
      statusChange('clipped', '2026-03-01 20:00', 'Available'),
      statusChange('clipped', '2026-03-02 09:00', 'On Break'),
      statusChange('clipped', '2026-03-02 10:00', 'Lunch'),
      statusChange('clipped', '2026-03-02 10:30', 'LUNCH'),
      statusChange('clipped', '2026-03-02 11:00', 'offline'),
      statusChange('ties', '2026-03-02 09:00', 'Available', { source_sequence: 2 }),
      statusChange('ties', '2026-03-02 09:00', 'Training', { source_sequence: 1 }),
      statusChange('ties', '2026-03-02 09:10', 'Wrap-Up'),
      statusChange('forgotten', '2026-01-10 09:00', 'Available'),
      statusChange('spoken', '2026-03-02 09:00', '', { outcome_code: 'Available' }),
      statusChange('spoken', '2026-03-02 10:00', ''),
      statusChange('two systems', '2026-03-02 09:00', 'Busy', { source_system: 'twilio' }),
      statusChange('two systems', '2026-03-02 09:30', 'Busy', { source_system: 'chatwoot' }),
    ]),
  );

  test('are cut to the range, run on through repeats, and end open at `to`', async () => {
    expect(await intervals('clipped', '2026-03-02 00:00', '2026-03-02 12:00')).toEqual([
      { status: 'Available', class: 'AVAILABLE', ...span('2026-03-02 00:00', '2026-03-02 09:00') },
      { status: 'On Break', class: 'UNKNOWN', ...span('2026-03-02 09:00', '2026-03-02 10:00') },
      { status: 'Lunch', class: 'BREAK', ...span('2026-03-02 10:00', '2026-03-02 11:00') },
      { status: 'offline', class: 'OFFLINE', ...span('2026-03-02 11:00', '2026-03-02 12:00'), is_open: true },
    ]);
  });

  test('of two statuses at one instant the last in order holds, and names are compared loosely', async () => {
    expect(await intervals('ties', '2026-03-02 00:00', '2026-03-02 09:20')).toEqual([
      { status: 'Available', class: 'AVAILABLE', ...span('2026-03-02 09:00', '2026-03-02 09:10') },
      { status: 'Wrap-Up', class: 'ACW', ...span('2026-03-02 09:10', '2026-03-02 09:20'), is_open: true },
    ]);
  });

  test('know nothing before the first status, nor one set more than 31 days before', async () => {
    expect(await intervals('clipped', '2026-03-01 00:00', '2026-03-01 19:00')).toEqual([]);
    expect(await intervals('forgotten', '2026-03-02 00:00', '2026-03-03 00:00')).toEqual([]);
    expect(await intervals('forgotten', '2026-02-09 00:00', '2026-02-09 01:00')).toHaveLength(1);
  });

  test('take the status from attributes, else from the outcome; none at all is UNKNOWN', async () => {
    expect(await intervals('spoken', '2026-03-02 00:00', '2026-03-02 11:00')).toMatchObject([
      { status: 'Available', class: 'AVAILABLE', duration_ms: hour },
      { status: '', class: 'UNKNOWN', duration_ms: hour },
    ]);
  });

  test('a class of the system itself goes before the common one, and only there', async () => {
    const classes = (await intervals('two systems', '2026-03-02 00:00', '2026-03-02 10:00')).map((row) => row.class);
    expect(classes).toEqual(['ON_CONTACT', 'UNKNOWN']);
  });
});

describe('agent_time', () => {
  beforeAll(async () => {
    // Four weeks of 40 paid hours: 20 of the 160 are not for contacts.
    const month = ['02', '09', '16', '23'].flatMap((monday) =>
      [0, 1, 2, 3, 4].flatMap((offset) => {
        const date = `2026-03-${String(Number(monday) + offset).padStart(2, '0')}`;
        return [
          statusChange('month', `${date} 08:00`, 'Available'),
          statusChange('month', `${date} 12:00`, offset % 2 === 0 ? 'Training' : 'Sick leave'),
          statusChange('month', `${date} 13:00`, 'On call'),
          statusChange('month', `${date} 16:00`, 'Logged out'),
        ];
      }),
    );
    await database.insertEvents([
      ...month,
      // Clocks go forward on 29 March in Berlin: a shift over that night, 23:00 to 06:00, is 6 hours.
      statusChange('night', '2026-03-28 22:00', 'Available'),
      statusChange('night', '2026-03-29 04:00', 'Offline'),
      statusChange('caller', '2026-04-01 08:00', 'Available'),
      statusChange('caller', '2026-04-01 09:00', 'Break'),
      statusChange('caller', '2026-04-01 10:00', 'ACW'),
      statusChange('caller', '2026-04-01 10:10', 'Offline'),
      statusChange('untimed', '2026-04-01 08:00', 'Available'),
      statusChange('off', '2026-04-01 08:00', 'Offline'),
      statusChange('late', '2026-04-01 08:30', 'Available'),
      statusChange('late', '2026-04-01 11:00', 'Meeting'),
      statusChange('late', '2026-04-01 11:30', 'Break'),
      statusChange('late', '2026-04-01 12:00', 'Available'),
      statusChange('late', '2026-04-01 14:00', 'Offline'),
    ]);
    const leg = (leg_id: string, from: string, to: string, more: object = {}) => ({
      leg_id,
      customer_id: 'c',
      agent_id: 'caller',
      arrived_at: at(from),
      answered_at: at(from),
      ended_at: at(to),
      handled_at: at(to),
      ...more,
    });
    await database.insertLegs([
      leg('a', '2026-04-01 08:00', '2026-04-01 08:20', {
        talk_ms: 15 * minute,
        hold_ms: 2 * minute,
        acw_ms: 3 * minute,
      }),
      leg('b', '2026-04-01 08:10', '2026-04-01 08:30', { talk_ms: 20 * minute }),
      // Open until a break begins: the break is a break.
      leg('c', '2026-04-01 08:55', '2026-04-01 09:30', { handled_at: null }),
      leg('d', '2026-04-01 08:10', '2026-04-01 08:20', { agent_id: 'untimed' }),
    ]);
    await database.insert('agent_schedules', [
      { agent_id: 'late', starts_at: at('2026-04-01 08:00'), ends_at: at('2026-04-01 14:00'), activity: 'AVAILABLE' },
      { agent_id: 'late', starts_at: at('2026-04-01 11:00'), ends_at: at('2026-04-01 11:20'), activity: 'TRAINING' },
      { agent_id: 'late', starts_at: at('2026-04-01 11:00'), ends_at: at('2026-04-01 12:00'), activity: 'MEETING' },
      { agent_id: 'late', starts_at: at('2026-04-01 12:00'), ends_at: at('2026-04-01 14:00'), activity: 'ON_CONTACT' },
      { agent_id: 'away', starts_at: at('2026-04-01 08:00'), ends_at: at('2026-04-01 16:00'), activity: 'ABSENCE' },
    ]);
  });

  test('shrinkage: 20 of 160 paid hours are 12.5 %, within and without', async () => {
    const rows = await days('month', '2026-03-01 00:00', '2026-04-01 00:00');
    const total = (name: string): number => rows.reduce((sum, row) => sum + Number(row[name]), 0);
    expect([total('paid_ms'), total('shrinkage_internal_ms'), total('shrinkage_external_ms')]).toEqual([
      160 * hour,
      12 * hour,
      8 * hour,
    ]);
    expect((total('shrinkage_internal_ms') + total('shrinkage_external_ms')) / total('paid_ms')).toBe(0.125);
    expect(rows.find((row) => row.day === '2026-03-02')).toMatchObject({ shrinkage: 0.125, shrinkage_external: 0 });
    expect(rows.find((row) => row.day === '2026-03-03')).toMatchObject({ shrinkage: 0.125, shrinkage_internal: 0 });
    // 3 h on contacts, 4 h idle: breaks are no part of occupancy.
    expect(rows.find((row) => row.day === '2026-03-02')).toMatchObject({ occupancy: 3 / 7, utilisation_wall: 3 / 8 });
    // Offline all day: nothing is paid, so there are no rates.
    expect(rows.find((row) => row.day === '2026-03-07')).toMatchObject({
      occupancy: null,
      shrinkage: null,
      utilisation: null,
    });
  });

  test('days are local, also over a change of clock', async () => {
    const rows = await days('night', '2026-03-28 00:00', '2026-03-29 22:00', 'Europe/Berlin');
    expect(rows.map((row) => [row.day, row.available_ms, row.offline_ms])).toEqual([
      ['2026-03-28', hour, 0],
      ['2026-03-29', 5 * hour, 18 * hour],
    ]);
    const [utc] = await days('night', '2026-03-28 00:00', '2026-03-29 00:00');
    expect(utc).toMatchObject({ day: '2026-03-28', available_ms: 2 * hour });
  });

  test('contacts side by side occupy once and are handled twice', async () => {
    expect(await oneDay('caller', '2026-04-01 00:00', '2026-04-02 00:00')).toMatchObject({
      // 08:00-08:30 of two legs and 08:55-09:00 of the third, then ACW 10:00-10:10.
      on_contact_ms: 45 * minute,
      available_ms: 25 * minute,
      break_ms: hour,
      occupancy: 45 / 70,
      paid_ms: 130 * minute,
      handled: 2,
      handled_timed: 2,
      handle_ms: 40 * minute,
      utilisation: 40 / 130,
      utilisation_wall: 45 / 130,
      adherence: null,
      conformance: null,
    });
  });

  test('handled without any known time: no utilisation, not zero', async () => {
    const row = await oneDay('untimed', '2026-04-01 00:00', '2026-04-02 00:00');
    expect(row).toMatchObject({
      handled: 1,
      handled_timed: 0,
      handle_ms: 0,
      utilisation: null,
      on_contact_ms: 10 * minute,
    });
  });

  test('nothing paid: every rate is NULL', async () => {
    const row = await oneDay('off', '2026-04-01 00:00', '2026-04-02 00:00');
    const rates = ['occupancy', 'utilisation', 'utilisation_wall', 'shrinkage', 'adherence', 'conformance'];
    expect(rates.map((name) => row[name])).toEqual(rates.map(() => null));
    expect(row.offline_ms).toBe(16 * hour);
  });

  test('adherence looks at when, conformance at how much', async () => {
    expect(await oneDay('late', '2026-04-01 00:00', '2026-04-02 00:00')).toMatchObject({
      // Half an hour late, and half of the meeting on a break.
      scheduled_ms: 6 * hour,
      adherent_ms: 5 * hour,
      adherence: 5 / 6,
      scheduled_on_queue_ms: 5 * hour,
      on_queue_ms: 4.5 * hour,
      conformance: 0.9,
    });
  });

  test('planned absence is external shrinkage though no status tells of it', async () => {
    const row = await oneDay('away', '2026-04-01 00:00', '2026-04-02 00:00');
    expect(row).toMatchObject({
      absence_ms: 8 * hour,
      paid_ms: 8 * hour,
      shrinkage: 1,
      scheduled_ms: 0,
      adherence: null,
    });
  });

  test('an open status and a plan end at the watermark', async () => {
    const status = {
      topic: 'interactions.enriched',
      partition: 0,
      raw_partitions: 1,
      raw_time: { 0: at('2026-04-01 13:00') },
    };
    await database.insert('pipeline_status_log', [
      { ...status, loaded_offset: 1, loaded_until: at('2026-04-01 13:00') },
    ]);
    const row = await oneDay('untimed', '2026-04-01 00:00', '2026-04-02 00:00');
    expect(row).toMatchObject({ available_ms: 5 * hour - 10 * minute, paid_ms: 5 * hour });
    expect(await oneDay('late', '2026-04-01 00:00', '2026-04-02 00:00')).toMatchObject({
      scheduled_ms: 5 * hour,
      adherent_ms: 4 * hour,
      on_queue_ms: 3.5 * hour,
    });
  });
});

function span(from: string, to: string): object {
  return { started_at: at(from), ended_at: at(to), duration_ms: at(to) - at(from), is_open: false };
}
