import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  businessClock,
  dayMs,
  recomputeAgentTime,
  recomputeBacklog,
  recomputeBacklogDaily,
  recomputeConversations,
  recomputeScores,
  recomputeShifts,
  recomputeSurveys,
  type StatusClass,
} from '../../support/recompute/service';
import { withStack } from '../support/stack';
import { type RandomService, randomService, zones } from './random-service';
import { at, minute, ServiceDatabase, sqlTime } from './service-rows';

/** Over the change of clocks in Berlin and New York; the data begin and end outside. */
const range = { from: at('2026-03-06 00:00'), to: at('2026-04-04 12:34:56.789') };
const sqlRange = `from = '${sqlTime(range.from)}', to = '${sqlTime(range.to)}'`;

// On a busy machine; nothing here is about time.
jest.setTimeout(180_000);

const local = withStack(['clickhouse'], { setUpSteps: [] });

type Row = Record<string, unknown>;
const sorted = (rows: Row[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();

describe.each([1, 2, 3])('with seed %i', (seed) => {
  let database: ServiceDatabase;
  let data: RandomService;
  let agentClasses: StatusClass[];
  let caseClasses: StatusClass[];
  beforeAll(async () => {
    database = await ServiceDatabase.open(local.stack.addresses.clickhouseUrl, `recomputed_${seed}`);
    data = randomService(seed, range);
    await database.insertEvents(data.events);
    await database.insertLegs(data.legs);
    await database.insert('agent_schedules', data.plans);
    for (const [schedule, { hours, holidays, zone }] of Object.entries(data.schedules)) {
      await database.insert(
        'business_hours',
        hours.map((row) => ({ ...row, schedule, time_zone: zone })),
      );
      await database.insert(
        'business_holidays',
        holidays.map((day) => ({ schedule, day, name: 'a holiday' })),
      );
    }
    // What a status means is read from the tables: their rows are settings, not SQL.
    const classes = (table: string) => database.rows(`SELECT source_system, status, class FROM ${table} FINAL`);
    agentClasses = (await classes('agent_status_classes')) as unknown as StatusClass[];
    caseClasses = (await classes('case_status_classes')) as unknown as StatusClass[];
  }, 180_000);
  afterAll(() => database?.close());

  /** Exactly the same rows, every column. */
  async function expectRows(query: string, expected: Row[], atLeast: number): Promise<void> {
    const found = await database.rows(query);
    expect(sorted(found)).toEqual(sorted(expected));
    expect(found.length).toBeGreaterThanOrEqual(atLeast);
  }

  test.each(zones)('agent_time in %s', async (zone) => {
    const expected = recomputeAgentTime(data.events, data.plans, data.agentLegs, agentClasses, { ...range, zone });
    await expectRows(`SELECT * FROM agent_time(${sqlRange}, time_zone = '${zone}')`, expected, 250);
  });

  test.each([
    ['berlin', null],
    ['new york', '2026-03-25 11:22:33.444'],
    ['no such schedule', null],
  ])('conversation_metrics by the hours of %s, as of %s', async (schedule, time) => {
    const { hours, holidays, zone } = data.schedules[schedule] ?? { hours: [], holidays: [], zone: 'UTC' };
    const business = businessClock(hours, holidays, zone, range.from - 92 * dayMs, range.to + 30 * dayMs);
    const up_to = time === null ? null : at(time);
    const expected = recomputeConversations(data.events, caseClasses, business, { ...range, up_to });
    const upTo = up_to === null ? 'NULL' : `'${sqlTime(up_to)}'`;
    const query = `SELECT * FROM conversation_metrics(${sqlRange}, up_to = ${upTo}, schedule = '${schedule}')`;
    await expectRows(query, expected, 100);
  });

  test.each(['berlin', 'new york'])('business time of %s where clocks go back', async (name) => {
    const { hours, holidays, zone } = data.schedules[name]!;
    const [from, to] = [at('2026-10-23 00:00'), at('2026-11-04 00:00')];
    const found = await database.rows(
      `SELECT * FROM business_open_intervals(schedule = '${name}', from = '${sqlTime(from)}', to = '${sqlTime(to)}')`,
    );
    const open = found as { opened_at: number; closed_at: number }[];
    const business = businessClock(hours, holidays, zone, from, to);
    const minutes = Array.from({ length: (to - from) / minute }, (_, index) => from + index * minute);
    const isOpen = (ms: number): boolean => open.some(({ opened_at, closed_at }) => opened_at <= ms && ms < closed_at);
    const differing = minutes.filter((ms) => business(ms + minute)! - business(ms)! > 0 !== isOpen(ms));
    expect(differing.map(sqlTime)).toEqual([]);
    expect(minutes.filter(isOpen).length).toBeGreaterThan(1000);
  });

  test('backlog at times of events and between them', async () => {
    const times = data.events
      .filter(({ event_type }) => event_type.startsWith('case.'))
      .map((event) => event.occurred_at);
    for (const time of [times[10]!, times[200]!, times[200]! - 1, range.to]) {
      await expectRows(
        `SELECT * FROM backlog(at = '${sqlTime(time)}')`,
        recomputeBacklog(data.events, caseClasses, time),
        3,
      );
    }
  });

  test.each(zones)('backlog_daily in %s', async (zone) => {
    const expected = recomputeBacklogDaily(data.events, caseClasses, { ...range, zone });
    await expectRows(`SELECT * FROM backlog_daily(${sqlRange}, time_zone = '${zone}')`, expected, 60);
  });

  test('surveys, their scores, and shifts of sentiment', async () => {
    const surveys = recomputeSurveys(data.events, data.servedLegs, range);
    await expectRows(`SELECT * FROM survey_responses(${sqlRange})`, surveys, 100);
    await expectRows(`SELECT * FROM survey_scores(${sqlRange}, by = 'agent')`, recomputeScores(surveys), 20);
    await expectRows(`SELECT * FROM sentiment_shifts(${sqlRange})`, recomputeShifts(data.events, range), 100);
  });
});
