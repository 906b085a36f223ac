import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { at, day, hour, minute, ServiceDatabase, sqlTime } from './service-rows';
import { conversations } from './told-conversations';

jest.setTimeout(180_000);
const local = withStack(['clickhouse'], { setUpSteps: [] });
let database: ServiceDatabase;
beforeAll(async () => {
  database = await ServiceDatabase.open(local.stack.addresses.clickhouseUrl, 'conversations');
  await database.insertEvents(Object.values(conversations).flat());
  const weekdays = [1, 2, 3, 4, 5];
  const hours = { schedule: 'support', time_zone: 'Europe/Berlin', opens_at: '09:00', closes_at: '17:00' };
  await database.insert('business_hours', [
    ...weekdays.map((weekday) => ({ ...hours, weekday, valid_to: '2026-03-31' })),
    // From April on they open at eight.
    ...weekdays.map((weekday) => ({ ...hours, weekday, opens_at: '08:00', valid_from: '2026-04-01' })),
  ]);
  await database.insert('business_holidays', [{ schedule: 'support', day: '2026-04-03', name: 'Good Friday' }]);
}, 180_000);
afterAll(() => database?.close());

const metrics = (conversation: string, schedule = '', upTo = 'NULL') =>
  database.row(
    `SELECT * FROM conversation_metrics(from = '2026-03-01', to = '2026-04-01', up_to = ${upTo}, schedule = '${schedule}')
     WHERE conversation_id = '${conversation}'`,
  );

const silence = {
  first_reply_at: null,
  first_response_from_start_ms: null,
  first_response_from_handoff_ms: null,
  first_response_from_waiting_ms: null,
  reply_count: 0,
  total_reply_time_ms: 0,
  is_waiting: true,
  waiting_since: at('2026-03-02 10:00'),
};

const cases: [conversation: string, why: string, expected: Record<string, unknown>][] = [
  [
    'bot first',
    'a bot in between: three clocks',
    {
      handoff_at: at('2026-03-02 10:10'),
      first_reply_at: at('2026-03-02 10:16'),
      first_response_from_start_ms: 16 * minute,
      first_response_from_handoff_ms: 6 * minute,
      first_response_from_waiting_ms: 6 * minute,
      customer_message_count: 3,
      agent_message_count: 1,
    },
  ],
  ['only the bot', "a bot's reply is none", silence],
  ['silent', 'an agent who joined and wrote notes has not replied', silence],
  [
    'runs',
    'runs of customer messages are one wait',
    {
      first_response_from_start_ms: 5 * minute,
      first_response_from_waiting_ms: 5 * minute,
      first_response_from_handoff_ms: null,
      reply_count: 2,
      total_reply_time_ms: 15 * minute,
      customer_response_count: 2,
      customer_response_ms: 14 * minute,
      is_waiting: true,
      waiting_since: at('2026-03-02 10:30'),
    },
  ],
  [
    'reopened',
    'the reply after a reopening counts from there, and a solution twice told is one',
    {
      first_response_from_start_ms: hour,
      responses_after_reopen: 1,
      response_after_reopen_ms: 30 * minute,
      reply_count: 1,
      total_reply_time_ms: hour,
      is_solved: true,
      solve_count: 2,
      reopen_count: 1,
      first_resolution_ms: 2 * hour,
      full_resolution_ms: 3 * day,
      // Solved time is nobody's.
      requester_wait_ms: 3 * hour,
      agent_wait_ms: 0,
    },
  ],
  [
    'waits',
    'times of each status; one that is not known changes nothing',
    { requester_wait_ms: 4 * hour, agent_wait_ms: 3 * hour, on_hold_ms: hour, full_resolution_ms: 7 * hour },
  ],
  [
    'open again',
    'not solved now: no resolution',
    {
      is_solved: false,
      solve_count: 1,
      reopen_count: 1,
      first_resolution_ms: null,
      full_resolution_ms: null,
      requester_wait_ms: null,
      agent_wait_ms: null,
      on_hold_ms: null,
    },
  ],
  [
    'dropped wait',
    'solved without a word: the wait is over, and the days until the reopening are not in it',
    {
      first_response_from_start_ms: 2 * day + 31 * minute,
      first_response_from_waiting_ms: 30 * minute,
      reply_count: 1,
      total_reply_time_ms: 30 * minute,
      response_after_reopen_ms: 31 * minute,
      customer_response_count: 0,
    },
  ],
  [
    'agent first',
    'what an agent begins is no reply',
    { first_reply_at: at('2026-03-02 10:40'), first_response_from_waiting_ms: 10 * minute, reply_count: 1 },
  ],
];

describe('conversation_metrics', () => {
  test.each(cases)('%s: %s', async (conversation, _, expected) => {
    expect(await metrics(conversation)).toMatchObject(expected);
  });

  test('business hours leave out nights, weekends and holidays, each day by the hours of its time', async () => {
    expect(await metrics('weekend', 'support')).toMatchObject({
      first_response_from_start_ms: 2 * day + 15 * hour + 45 * minute,
      business_first_response_from_start_ms: 45 * minute,
      business_total_reply_time_ms: 45 * minute,
    });
    expect(await metrics('new hours', 'support')).toMatchObject({
      business_first_response_from_start_ms: hour + 18 * hour + 30 * minute,
    });
    expect(await metrics('only the bot', 'support')).toMatchObject({
      business_first_response_from_start_ms: null,
      business_total_reply_time_ms: 0,
    });
  });

  test('without hours there is no business time: NULL, not zero', async () => {
    const row = await metrics('reopened', 'nobody');
    const business = Object.entries(row).filter(([name]) => name.startsWith('business_'));
    expect(business).toHaveLength(10);
    expect(business.filter(([, value]) => value !== null)).toEqual([]);
  });

  test('a conversation belongs to the range it started in, a call without messages to none', async () => {
    const found = await database.rows(
      `SELECT conversation_id FROM conversation_metrics(from = '2026-03-01', to = '2026-04-01', up_to = NULL, schedule = '')`,
    );
    const names = found.map((row) => row.conversation_id).sort();
    expect(names).toEqual(
      Object.keys(conversations)
        .filter((name) => name !== 'outside' && name !== 'call')
        .sort(),
    );
  });

  test('as it stood before: what came later is not known', async () => {
    expect(await metrics('reopened', '', `'${sqlTime('2026-03-02 12:30')}'`)).toMatchObject({
      is_solved: true,
      full_resolution_ms: 2 * hour,
      reopen_count: 0,
    });
    expect(await metrics('reopened', '', `'${sqlTime('2026-03-05 09:00:00.001')}'`)).toMatchObject({
      is_solved: false,
    });
  });
});

describe('response_daily', () => {
  const daily = () =>
    database.row(
      `SELECT * FROM response_daily(from = '2026-03-02', to = '2026-03-03', up_to = NULL, schedule = 'support',
         time_zone = 'Europe/Berlin')`,
    );

  test('sums over sums, with the counts beside them', async () => {
    expect(await daily()).toMatchObject({
      day: '2026-03-02',
      conversations: 9,
      // 16 min, 5 min, 1 h, 2 d 31 min, 40 min; two have none, two are cases without a word.
      first_responses: 5,
      avg_first_response_from_start_ms: (16 * minute + 5 * minute + hour + 2 * day + 31 * minute + 40 * minute) / 5,
      median_first_response_from_start_ms: 40 * minute,
      handoff_responses: 1,
      avg_first_response_from_handoff_ms: 6 * minute,
      responses_after_reopen: 2,
      avg_response_after_reopen_ms: (30 * minute + 31 * minute) / 2,
      solved: 2,
      avg_full_resolution_ms: (3 * day + 7 * hour) / 2,
      reopens: 1,
      reopen_rate: 0.5,
    });
  });

  test('nothing replied or solved: NULL', async () => {
    const [row] = await database.rows(
      `SELECT * FROM response_daily(from = '2026-03-02', to = '2026-03-03', up_to = '${sqlTime('2026-03-02 10:00:02')}',
         schedule = '', time_zone = 'UTC') WHERE conversations > 0`,
    );
    expect(row).toMatchObject({ first_responses: 0, first_response_from_start_ms: 0, solved: 0, reopens: 0 });
    expect(row).toMatchObject({ avg_first_response_from_start_ms: null, avg_reply_time_ms: null, reopen_rate: null });
  });
});
