import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ServiceEvent } from '../../support/recompute/service';
import { withStack } from '../support/stack';
import { at, day, minute, ServiceDatabase, serviceEvent, sqlTime } from './service-rows';

jest.setTimeout(180_000);
const local = withStack(['clickhouse'], { setUpSteps: [] });
let database: ServiceDatabase;
beforeAll(async () => {
  database = await ServiceDatabase.open(local.stack.addresses.clickhouseUrl, 'surveys');
}, 180_000);
afterAll(() => database?.close());

type Scale = [min: number | null, max: number | null];
let surveys = 0;

/** A survey of a month of its own, so that tests do not meet: invited at 09:00 on its day, answered an hour later. */
function survey(month: string, kind: string, score: number | null, scale: Scale, more: Partial<ServiceEvent> = {}) {
  const common = { survey_kind: kind, survey_scale_min: scale[0], survey_scale_max: scale[1], sessionised: false };
  const own = { interaction_id: `survey-${surveys++}`, channel: 'EMAIL', ...more };
  const invited_at = at(`${month}-10 09:00`);
  const invited = serviceEvent({ event_type: 'survey.invited', occurred_at: invited_at, ...common, ...own });
  if (score === null) return [invited];
  const answered = { event_type: 'survey.answered', occurred_at: invited_at + 60 * minute, survey_score: score };
  return [invited, serviceEvent({ ...common, ...own, ...answered })];
}
const times = <T>(count: number, make: () => T[]): T[] => Array.from({ length: count }, make).flat();
const range = (month: string): string =>
  `from = '${sqlTime(`${month}-01 00:00`)}', to = '${sqlTime(`${month}-28 00:00`)}'`;
const scores = (month: string, by = 'all') =>
  database.rows(
    `SELECT * FROM survey_scores(${range(month)}, by = '${by}') ORDER BY survey_kind, scale_max, group_value`,
  );
const responses = (month: string) =>
  database.rows(`SELECT * FROM survey_responses(${range(month)}) ORDER BY survey_id, survey_kind`);

describe('survey_scores', () => {
  test('NPS: 70 promoters, 10 passives, 20 detractors are 50; 0 is an answer, 6 a detractor, 9 a promoter', async () => {
    const nps = (score: number | null) => () => survey('2026-01', 'NPS', score, [0, 10]);
    await database.insertEvents([
      ...times(30, nps(9)),
      ...times(40, nps(10)),
      ...times(5, nps(7)),
      ...times(5, nps(8)),
      ...times(10, nps(0)),
      ...times(10, nps(6)),
      ...times(150, nps(null)),
    ]);
    expect(await scores('2026-01')).toEqual([
      {
        survey_kind: 'NPS',
        scale_min: 0,
        scale_max: 10,
        group_value: '',
        invitations: 250,
        invited_responses: 100,
        response_rate: 0.4,
        responses: 100,
        invalid_responses: 0,
        is_small_sample: false,
        positive: 70,
        negative: 20,
        csat: null,
        nps: 50,
        ces: null,
        fcr_survey: null,
        score_sum: 30 * 9 + 400 + 35 + 40 + 60,
        mean_score: 8.05,
      },
    ]);
  });

  test.each<[kind: string, scale: Scale, positive: number[], others: number[]]>([
    ['CSAT', [1, 5], [4, 5], [1, 2, 3]],
    ['CSAT', [null, null], [4, 5], [1, 3]],
    ['CSAT', [1, 7], [6, 7], [1, 5]],
    ['CSAT', [0, 10], [8, 9, 10], [0, 7]],
    ['CSAT', [0, 1], [1], [0]],
    // School marks, the best of which is 1.
    ['CSAT', [6, 1], [1, 2], [3, 6]],
    ['CES', [1, 7], [5, 6, 7], [1, 4]],
    ['CES', [1, 5], [4, 5], [1, 3]],
    ['FCR', [0, 1], [1], [0]],
  ])('%s on %j: %j are positive, %j are not', async (kind, scale, positive, others) => {
    const name = `top box ${kind} ${scale}`;
    await database.insertEvents(
      [...positive, ...others].flatMap((score) => survey('2026-02', kind, score, scale, { source_system: name })),
    );
    const found = (await responses('2026-02')).filter((row) => row.source_system === name);
    expect(found.every((row) => row.is_valid)).toBe(true);
    expect(found.filter((row) => row.is_positive).map((row) => row.score)).toEqual(positive);
  });

  test('outside the scale, on the wrong scale, or on none: counted apart', async () => {
    await database.insertEvents([
      ...survey('2026-03', 'CSAT', 6, [1, 5]),
      ...survey('2026-03', 'CSAT', 5, [1, 5]),
      ...survey('2026-03', 'NPS', 9, [1, 10]),
      ...survey('2026-03', 'OTHER', 3, [null, null]),
      ...survey('2026-03', 'CES', 3, [3, 3]),
    ]);
    expect(await scores('2026-03')).toMatchObject([
      { survey_kind: 'CES', responses: 0, invalid_responses: 1, ces: null, mean_score: null },
      { survey_kind: 'CSAT', responses: 1, invalid_responses: 1, csat: 1, invitations: 2, response_rate: 0.5 },
      { survey_kind: 'NPS', responses: 0, invalid_responses: 1, nps: null, response_rate: 0 },
      { survey_kind: 'OTHER', responses: 0, invalid_responses: 1 },
    ]);
  });

  test('29 answers are a small sample, 30 are not', async () => {
    await database.insertEvents([
      ...times(29, () => survey('2026-04', 'CSAT', 5, [1, 5])),
      ...times(30, () => survey('2026-04', 'CES', 5, [1, 7])),
    ]);
    expect(await scores('2026-04')).toMatchObject([
      { survey_kind: 'CES', is_small_sample: false },
      { survey_kind: 'CSAT', is_small_sample: true },
    ]);
  });

  test('an answer without an invitation counts, but not towards the response rate', async () => {
    await database.insertEvents([
      ...times(4, () => survey('2026-05', 'CSAT', null, [1, 5])),
      ...survey('2026-05', 'CSAT', 1, [1, 5]),
      ...times(3, () => survey('2026-05', 'CSAT', 5, [1, 5]).slice(1)),
      ...survey('2026-05', 'CES', 7, [1, 7]).slice(1),
    ]);
    expect(await scores('2026-05')).toMatchObject([
      { survey_kind: 'CES', invitations: 0, responses: 1, invited_responses: 0, response_rate: null, ces: 1 },
      { survey_kind: 'CSAT', invitations: 5, responses: 4, invited_responses: 1, response_rate: 0.2, csat: 0.75 },
    ]);
  });

  test('a reminder is no second invitation, the last answer stands, a question of another kind is its own', async () => {
    const [invited, answered] = survey('2026-06', 'CSAT', 1, [1, 5]);
    const later = (event: ServiceEvent, more: Partial<ServiceEvent>) =>
      serviceEvent({ ...event, event_id: `${event.event_id}-again`, occurred_at: event.occurred_at + day, ...more });
    await database.insertEvents([
      invited!,
      answered!,
      later(invited!, {}),
      later(answered!, { survey_score: 4 }),
      serviceEvent({
        ...answered!,
        event_id: 'other kind',
        survey_kind: 'FCR',
        survey_score: 1,
        survey_scale_min: 0,
        survey_scale_max: 1,
      }),
    ]);
    expect(await responses('2026-06')).toMatchObject([
      { survey_kind: 'CSAT', score: 4, invited_at: invited!.occurred_at, answered_at: answered!.occurred_at + day },
      { survey_kind: 'FCR', score: 1, invited_at: null, is_positive: true },
    ]);
  });

  test('belongs to the last leg with an agent before it: of the contact it names, else of the customer', async () => {
    const leg = (leg_id: string, answered: string, more: object) => {
      const time = at(answered);
      return {
        leg_id,
        customer_id: 'c7',
        arrived_at: time,
        answered_at: time,
        ended_at: time,
        queue: 'q',
        channel: 'VOICE',
        ...more,
      };
    };
    await database.insertLegs([
      leg('first', '2026-07-10 07:00', { agent_id: 'ann', contact_id: 'k1' }),
      leg('second', '2026-07-10 07:30', { agent_id: 'bob', contact_id: 'k1' }),
      leg('other', '2026-07-10 08:00', { agent_id: 'cem', contact_id: 'k2', interaction_id: 'i2', channel: 'CHAT' }),
      leg('bot', '2026-07-10 08:30', { agent_id: '', contact_id: 'k2' }),
      leg('after', '2026-07-10 09:30', { agent_id: 'dia', contact_id: 'k1' }),
      leg('long ago', '2026-06-01 09:30', { customer_id: 'c8', agent_id: 'eve' }),
    ]);
    await database.insertEvents([
      ...survey('2026-07', 'CSAT', 5, [1, 5], { customer_id: 'c7', interaction_id: 's1', contact_id: 'k1' }),
      ...survey('2026-07', 'CSAT', 1, [1, 5], { customer_id: 'c7', interaction_id: 's2' }),
      ...survey('2026-07', 'CSAT', 5, [1, 5], { customer_id: 'c8', interaction_id: 's3' }),
      ...survey('2026-07', 'CSAT', null, [1, 5], { customer_id: 'c7', interaction_id: 's4', contact_id: 'unknown' }),
    ]);
    const found = (await responses('2026-07')).map((row) => [row.survey_id, row.leg_id, row.agent_id, row.channel]);
    expect(found).toEqual([
      ['s1', 'second', 'bob', 'VOICE'],
      ['s2', 'other', 'cem', 'CHAT'],
      ['s3', '', '', ''],
      ['s4', 'other', 'cem', 'CHAT'],
    ]);
    expect(await scores('2026-07', 'agent')).toMatchObject([
      { group_value: '', csat: 1, invitations: 1 },
      { group_value: 'bob', csat: 1, invitations: 1, is_small_sample: true },
      { group_value: 'cem', csat: 0, invitations: 2, response_rate: 0.5 },
    ]);
    expect((await scores('2026-07', 'channel')).map((row) => row.group_value)).toEqual(['', 'CHAT', 'VOICE']);
    await expect(scores('2026-07', 'colour')).rejects.toThrow('by must be all, agent, queue or channel');
  });
});

describe('sentiment_shifts', () => {
  const scored = (contact_id: string, minutes: number, emotion_score: number, more: Partial<ServiceEvent> = {}) =>
    serviceEvent({
      event_type: 'message.sent',
      occurred_at: at('2026-08-10 09:00') + minutes * minute,
      contact_id,
      emotion_score,
      emotion_model: 'tone-2',
      ...more,
    });

  test('last third less first third, halved; one model at a time; one score shifts nothing', async () => {
    await database.insertEvents([
      // Thirds of 4 are two scores each: -0.75 to 0.25.
      scored('four', 1, -1),
      scored('four', 2, -0.5),
      scored('four', 3, 0),
      scored('four', 4, 0.5),
      scored('six', 6, 1),
      scored('six', 1, -1),
      scored('six', 2, 0),
      scored('six', 3, 1),
      scored('six', 4, -1),
      scored('six', 5, 0.5),
      scored('models', 1, -1),
      scored('models', 2, 1, { emotion_model: 'speech-1' }),
      scored('nobody', 1, 1, { customer_id: '' }),
    ]);
    const rows = await database.rows(
      `SELECT * FROM sentiment_shifts(${range('2026-08')}) ORDER BY contact_id, emotion_model`,
    );
    expect(rows).toMatchObject([
      { contact_id: 'four', score_count: 4, third_count: 2, begin_mean: -0.75, end_mean: 0.25, sentiment_shift: 0.5 },
      { contact_id: 'models', emotion_model: 'speech-1', score_count: 1, sentiment_shift: null },
      { contact_id: 'models', emotion_model: 'tone-2', score_count: 1, sentiment_shift: null },
      { contact_id: 'six', third_count: 2, begin_sum: -1, end_sum: 1.5, sentiment_shift: 0.625 },
    ]);
  });
});
