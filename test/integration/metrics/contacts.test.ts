import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { JourneyTables, type LegGiven, leg } from './support/journey-tables';

const local = withStack(['clickhouse'], { setUpSteps: [] });
let tables: JourneyTables;
beforeAll(async () => {
  tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'contacts');
}, 180_000);
afterAll(() => tables?.close());
beforeEach(() => tables.empty('legs', 'sessions'));

const march = { from: '2026-03-01', to: '2026-04-01' };
const day = '2026-03-02';
const contacts = async (legs: LegGiven[], columns: string, range = march) => {
  await tables.insertLegs(legs);
  return tables.view('contacts', range, columns);
};

describe('a contact', () => {
  test('is a chain of transfers: menu, queue A, queue B', async () => {
    const chain = [
      leg({ at: [`${day} 10:00:00`, `${day} 10:00:40`], stage: 'SELF_SERVICE', outcome: 'ESCALATED', intent: 'guess' }),
      leg({
        at: [`${day} 10:00:40`, `${day} 10:06:00`],
        stage: 'AGENT',
        queue: 'A',
        agent_id: 'anna',
        answered_at: `${day} 10:01:00`,
        handled_at: `${day} 10:05:30`,
        transferred: true,
        left_by: 'ANSWERED',
        outcome: 'SUCCESS',
      }),
      leg({
        at: [`${day} 10:05:00`, `${day} 10:20:00`],
        stage: 'AGENT',
        queue: 'B',
        agent_id: 'bert',
        answered_at: `${day} 10:08:00`,
        handled_at: `${day} 10:20:00`,
        left_by: 'ANSWERED',
        outcome: 'SUCCESS',
        intent: 'billing',
      }),
    ];
    const columns = `kind, leg_count, human_legs, answered_legs, agents, transferred, first_queue, first_channel, intent,
      outcome, resolved_by, autonomous, begins_in_self_service, self_service_only, started_at, handled_at, ended_at`;
    expect(await contacts(chain, columns)).toEqual([
      {
        kind: 'ASSISTED',
        leg_count: 3,
        human_legs: 2,
        answered_legs: 2,
        agents: 2,
        transferred: true,
        first_queue: 'A',
        first_channel: 'VOICE',
        intent: 'billing',
        outcome: 'SUCCESS',
        resolved_by: 'human',
        autonomous: false,
        begins_in_self_service: true,
        self_service_only: false,
        started_at: `${day} 10:00:00.000`,
        handled_at: `${day} 10:20:00.000`,
        ended_at: `${day} 10:20:00.000`,
      },
    ]);
  });

  test('with a call back stays one, begun by the customer', async () => {
    const legs = [
      leg({ at: [`${day} 10:00:00`, `${day} 10:01:00`], stage: 'QUEUE', left_by: 'FLOW_OUT', outcome: 'DEFERRED' }),
      leg({
        at: [`${day} 11:00:00`, `${day} 11:10:00`],
        stage: 'AGENT',
        direction: 'OUTBOUND',
        answered_at: `${day} 11:00:20`,
        outcome: 'SUCCESS',
      }),
    ];
    expect(await contacts(legs, 'direction, is_inbound, leg_count, answered, abandoned, outcome')).toEqual([
      { direction: 'INBOUND', is_inbound: true, leg_count: 2, answered: true, abandoned: false, outcome: 'SUCCESS' },
    ]);
  });

  test('belongs to the day and the range in which it starts, whole, also over midnight', async () => {
    const legs = [
      leg({ at: ['2026-03-02 23:58:00', '2026-03-02 23:59:00'], stage: 'SELF_SERVICE', outcome: 'ESCALATED' }),
      leg({ at: ['2026-03-02 23:59:00', '2026-03-03 00:07:00'], stage: 'AGENT', outcome: 'SUCCESS' }),
      leg({ at: ['2026-03-03 00:01:00', '2026-03-03 00:09:00'], stage: 'AGENT', outcome: 'SUCCESS' }),
    ];
    const columns = 'leg_count, ended_at';
    expect(await contacts(legs, columns, { from: '2026-03-02', to: '2026-03-03' })).toEqual([
      { leg_count: 3, ended_at: '2026-03-03 00:09:00.000' },
    ]);
    expect(await tables.view('contacts', { from: '2026-03-03', to: '2026-03-04' }, columns)).toEqual([]);
  });

  test('is another one in another session, though the source names it the same (reopened)', async () => {
    const legs = [
      leg({ at: [`${day} 10:00:00`, `${day} 10:05:00`], channel: 'CHAT', session_id: 'a', customer_message_count: 2 }),
      leg({ at: ['2026-03-09 10:00:00', '2026-03-09 10:05:00'], channel: 'CHAT', session_id: 'b' }),
    ];
    expect(await contacts(legs, 'session_id, kind')).toEqual([
      { session_id: 'a', kind: 'DIRECT' },
      { session_id: 'b', kind: 'DIRECT' },
    ]);
  });

  test('that changed or was taken back counts as it is now', async () => {
    const row = { ...leg({ at: [`${day} 10:00:00`, `${day} 10:05:00`], stage: 'QUEUE' }), version: 1, sign: 1 };
    const answered = { ...row, stage: 'AGENT', answered_at: `${day} 10:02:00`, version: 2 };
    const gone = { ...leg({ at: [`${day} 12:00:00`, `${day} 12:05:00`], contact_id: 'gone' }), version: 3, sign: -1 };
    await tables.insert('legs', [{ ...row, sign: -1 }, answered, gone]);
    await tables.insert('legs', [row, { ...gone, sign: 1 }]);
    expect(await tables.view('contacts', march, 'contact_id, answered, leg_count')).toEqual([
      { contact_id: 'k', answered: true, leg_count: 1 },
    ]);
  });
});

describe('kinds of contact', () => {
  const cases: { name: string; given: Partial<LegGiven>; seconds?: number; kind: string; is_contact: boolean }[] = [
    { name: 'a queue', given: { stage: 'QUEUE' }, kind: 'ASSISTED', is_contact: true },
    { name: 'a voice menu', given: { stage: 'SELF_SERVICE' }, kind: 'SELF_SERVICE', is_contact: true },
    {
      name: 'hung up in the menu at 5 s',
      given: { stage: 'SELF_SERVICE' },
      seconds: 5,
      kind: 'SELF_SERVICE',
      is_contact: false,
    },
    {
      name: 'hung up in the menu at 6 s',
      given: { stage: 'SELF_SERVICE' },
      seconds: 6,
      kind: 'SELF_SERVICE',
      is_contact: true,
    },
    {
      name: 'a bot nobody answers',
      given: { channel: 'CHAT', stage: 'SELF_SERVICE', bot_message_count: 1, contact_intent: true },
      kind: 'SELF_SERVICE',
      is_contact: false,
    },
    {
      name: 'a bot',
      given: { channel: 'CHAT', stage: 'SELF_SERVICE', customer_message_count: 1 },
      kind: 'SELF_SERVICE',
      is_contact: true,
    },
    {
      name: 'a bot on the site',
      given: { channel: 'WEB', stage: 'SELF_SERVICE', customer_message_count: 1 },
      kind: 'SELF_SERVICE',
      is_contact: true,
    },
    { name: 'a mail', given: { channel: 'EMAIL', customer_message_count: 1 }, kind: 'DIRECT', is_contact: true },
    { name: 'a visit', given: { channel: 'WEB', contact_intent: true }, kind: 'VISIT', is_contact: false },
    { name: 'back-office work', given: { channel: 'TASK', stage: 'BACK_OFFICE' }, kind: 'OTHER', is_contact: false },
    {
      name: 'an order by the shop',
      given: { channel: 'UNKNOWN', stage: 'PURCHASE' },
      kind: 'OTHER',
      is_contact: false,
    },
    {
      name: 'a talk among colleagues',
      given: { stage: 'AGENT', direction: 'INTERNAL' },
      kind: 'OTHER',
      is_contact: false,
    },
  ];
  test.each(cases)('$name: $kind', async ({ given, seconds = 60, kind, is_contact }) => {
    const end = `${day} 10:0${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    expect(await contacts([leg({ at: [`${day} 10:00:00`, end], ...given })], 'kind, is_contact')).toEqual([
      { kind, is_contact },
    ]);
  });

  test.each([
    ['4711', 'verified'],
    ['~phone:abc', 'derived'],
    ['~device_id:abc', 'anonymous'],
    ['~anonymous_id:abc', 'anonymous'],
  ])('the customer %s is %s', async (customer_id, identity) => {
    expect(await contacts([leg({ customer_id, at: [`${day} 10:00:00`, `${day} 10:05:00`] })], 'identity')).toEqual([
      { identity },
    ]);
  });
});

describe('who resolved it is the last word', () => {
  const bot = {
    at: [`${day} 10:00:00`, `${day} 10:05:00`] as [string, string],
    channel: 'CHAT',
    stage: 'SELF_SERVICE',
  };
  const person = { at: [`${day} 10:06:00`, `${day} 10:09:00`] as [string, string], channel: 'CHAT', stage: 'AGENT' };
  const talk = { customer_message_count: 1 };
  const cases: { name: string; legs: LegGiven[]; resolved_by: string; autonomous: boolean }[] = [
    { name: 'bot, unstated', legs: [leg({ ...bot, outcome: 'SUCCESS' })], resolved_by: 'bot', autonomous: true },
    {
      name: 'a visitor',
      legs: [leg({ ...bot, channel: 'WEB', stage: 'UNKNOWN', outcome: 'SUCCESS' })],
      resolved_by: 'customer',
      autonomous: true,
    },
    {
      name: 'bot said so, people did',
      legs: [
        leg({ ...bot, ...talk, outcome: 'ESCALATED', resolved_by: 'bot' }),
        leg({ ...person, outcome: 'SUCCESS' }),
      ],
      resolved_by: 'human',
      autonomous: false,
    },
    {
      name: 'people, then a bot said so',
      legs: [
        leg({ ...person, outcome: 'SUCCESS' }),
        leg({ ...bot, at: [`${day} 10:10:00`, `${day} 10:11:00`], resolved_by: 'bot' }),
      ],
      resolved_by: 'bot',
      autonomous: false,
    },
    {
      name: 'closed by a timeout',
      legs: [leg({ ...bot, ...talk, outcome: 'NEUTRAL', resolved_by: 'timeout' })],
      resolved_by: 'timeout',
      autonomous: false,
    },
    {
      name: 'resolved, then given up in the queue',
      legs: [
        leg({ ...bot, outcome: 'SUCCESS', resolved_by: 'bot' }),
        leg({ ...person, stage: 'QUEUE', outcome: 'ABANDONED' }),
      ],
      resolved_by: '',
      autonomous: false,
    },
    {
      name: 'a bot, with work in the back office: contained, not autonomous',
      legs: [
        leg({ ...bot, outcome: 'SUCCESS' }),
        leg({ ...person, channel: 'TASK', stage: 'BACK_OFFICE', direction: 'INTERNAL' }),
      ],
      resolved_by: 'bot',
      autonomous: false,
    },
    { name: 'nothing said', legs: [leg({ ...bot, ...talk })], resolved_by: '', autonomous: false },
  ];
  test.each(cases)('$name', async ({ legs, resolved_by, autonomous }) => {
    expect(await contacts(legs, 'resolved_by, autonomous')).toEqual([{ resolved_by, autonomous }]);
    const faced = legs.filter(({ stage, channel }) => channel !== 'TASK' && (stage === 'AGENT' || stage === 'QUEUE'));
    expect(await tables.view('contacts', march, 'human_legs')).toEqual([{ human_legs: faced.length }]);
  });
});
