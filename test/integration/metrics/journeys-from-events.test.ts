import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadChains } from '../../fixtures/chains/load';
import { runPipeline } from '../../unit/pipeline/pure-pipeline';
import { withStack } from '../support/stack';
import { JourneyTables } from './support/journey-tables';

const local = withStack(['clickhouse'], { setUpSteps: [] });

let sent = 0;
const sender =
  (common: object) =>
  (occurred_at: string, event_type: string, more: object = {}) => {
    sent += 1;
    return {
      event_id: `e${String(sent).padStart(3, '0')}`,
      event_type,
      occurred_at: `2026-03-${occurred_at}Z`,
      identities: [{ type: 'customer_id', value: 'C1', verified: true }],
      source: { system: 'test', instance: 'main' },
      direction: 'INBOUND',
      ...common,
      ...more,
    };
  };
const web = sender({ channel: 'WEB', interaction_id: 'visit' });
const chat = sender({ channel: 'CHAT', interaction_id: 'talk', contact_id: 'talk' });
const call = sender({ channel: 'VOICE', interaction_id: 'call-1', contact_id: 'call-1' });
const back = sender({
  channel: 'VOICE',
  interaction_id: 'call-2',
  previous_interaction_id: 'call-1',
  direction: 'OUTBOUND',
});
const agent = (id: string) => ({ actor: { type: 'AGENT', id } });

/** A form fails; the bot does not understand and hands over; transferred; settled. Two days later a call, called back. */
const story = [
  web('02T10:00:00', 'web.page_viewed'),
  web('02T10:02:00', 'web.form_error', { intents: [{ label: 'moving', kind: 'INTENT', confidence: 0.6 }] }),
  web('02T10:03:00', 'web.contact_intent'),
  chat('02T10:05:00', 'bot.session_started', { actor: { type: 'BOT', id: 'b' } }),
  chat('02T10:05:30', 'message.sent', { actor: { type: 'CUSTOMER', id: 'C1' } }),
  chat('02T10:06:00', 'bot.fallback', { actor: { type: 'BOT', id: 'b' } }),
  chat('02T10:07:00', 'bot.handoff_requested', { actor: { type: 'BOT', id: 'b' } }),
  chat('02T10:07:30', 'queue.entered', { queue: { id: 'A' } }),
  chat('02T10:09:00', 'agent.joined', { ...agent('anna'), queue: { id: 'A' } }),
  chat('02T10:12:00', 'transfer.completed', { ...agent('anna'), outcome: { code: 'cold' } }),
  chat('02T10:12:05', 'queue.entered', { queue: { id: 'B' } }),
  chat('02T10:13:00', 'agent.joined', { ...agent('bert'), queue: { id: 'B' } }),
  chat('02T10:20:00', 'interaction.ended', { cost: { amount_minor: 250, currency: 'EUR' } }),
  chat('02T10:22:00', 'wrapup.completed', agent('bert')),
  call('04T09:00:00', 'ivr.menu_entered'),
  call('04T09:00:30', 'ivr.ended'),
  call('04T09:00:31', 'queue.entered', { queue: { id: 'A' } }),
  call('04T09:02:00', 'queue.left', { outcome: { code: 'callback', status: 'DEFERRED' } }),
  call('04T09:02:01', 'callback.scheduled'),
  call('04T09:02:02', 'interaction.ended'),
  back('04T09:20:00', 'callback.attempted', agent('anna')),
  back('04T09:20:20', 'agent.joined', agent('anna')),
  back('04T09:30:00', 'interaction.ended', { cost: { amount_minor: 150, currency: 'EUR' } }),
];

/** Times as the engine takes them. */
const row = (given: object) =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      name.endsWith('_at') && value !== null
        ? new Date(value as number).toISOString().replace('T', ' ').slice(0, -1)
        : value,
    ]),
  );

test('contacts that two sources call by one name are two in every view', async () => {
  const tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'one_name');
  const { events } = loadChains().find(({ name }) => name === 'one-name-two-sources')!;
  const { sessions, legs } = runPipeline(events, 1, 1);
  await tables.insert(
    'legs',
    legs.map((leg) => ({ ...row(leg), customer_id: 'C1' })),
  );
  await tables.insert('sessions', sessions.map(row));
  const march = { from: '2026-03-01', to: '2026-04-01' };
  expect(await tables.view('contacts', march, 'contact_id, kind, leg_count')).toEqual([
    { contact_id: '17', kind: 'SELF_SERVICE', leg_count: 1 },
    { contact_id: '17@acd/north', kind: 'ASSISTED', leg_count: 1 },
    { contact_id: '17@acd/south', kind: 'ASSISTED', leg_count: 1 },
  ]);
  const counted = await tables.query(
    `SELECT contacts, contacts_answered, transfers FROM contact_metrics(from = '2026-03-01', to = '2026-04-01', by = [])`,
  );
  expect(counted).toEqual([{ contacts: 3, contacts_answered: 2, transfers: 0 }]);
  await tables.close();
}, 180_000);

describe('from events to metrics', () => {
  let tables: JourneyTables;
  const march = { from: '2026-03-01', to: '2026-04-01' };
  beforeAll(async () => {
    tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'from_events');
    const { sessions, legs, late } = runPipeline(story, 1, 3);
    expect(late).toBe(0);
    await tables.insert(
      'legs',
      legs.map((leg) => ({ ...row(leg), customer_id: 'C1' })),
    );
    await tables.insert('sessions', sessions.map(row));
  }, 180_000);
  afterAll(() => tables?.close());

  test('three dealings: a visit, a chat through bot and two queues, a call with its call back', async () => {
    const columns = `started_at, kind, first_channel, leg_count, answered_legs, agents, transferred, is_inbound, contact_intent,
      begins_in_self_service, outcome, resolved_by, failure_step, costs`;
    expect(await tables.view('contacts', march, columns)).toEqual([
      {
        started_at: '2026-03-02 10:00:00.000',
        kind: 'VISIT',
        first_channel: 'WEB',
        leg_count: 1,
        answered_legs: 0,
        agents: 0,
        transferred: false,
        is_inbound: false,
        contact_intent: true,
        begins_in_self_service: true,
        outcome: 'FAILURE',
        resolved_by: '',
        failure_step: 'web.form_error',
        costs: {},
      },
      {
        started_at: '2026-03-02 10:05:00.000',
        kind: 'ASSISTED',
        first_channel: 'CHAT',
        leg_count: 3,
        answered_legs: 2,
        agents: 2,
        transferred: true,
        is_inbound: true,
        contact_intent: true,
        begins_in_self_service: true,
        outcome: 'SUCCESS',
        resolved_by: 'human',
        failure_step: 'bot.fallback',
        costs: { EUR: 250 },
      },
      {
        started_at: '2026-03-04 09:00:00.000',
        kind: 'ASSISTED',
        first_channel: 'VOICE',
        leg_count: 3,
        answered_legs: 1,
        agents: 1,
        transferred: false,
        is_inbound: true,
        contact_intent: true,
        begins_in_self_service: true,
        outcome: 'SUCCESS',
        resolved_by: 'human',
        failure_step: '',
        costs: { EUR: 150 },
      },
    ]);
  });

  test('the chat is repeated by the call; neither bot nor site kept anybody from people', async () => {
    const asked = { ...march, as_of: '2026-05-01' };
    const scopes = { window_days: 7, intent_scope: 'any', channel_scope: 'any' };
    expect(
      await tables.view('repeat_contacts', { ...asked, ...scopes }, 'channel, contacts, measured, repeated'),
    ).toEqual([
      { channel: 'CHAT', contacts: 1, measured: 1, repeated: 1 },
      { channel: 'VOICE', contacts: 1, measured: 1, repeated: 0 },
    ]);
    expect(await tables.view('escalation_leaks', { ...asked, window_hours: 24 }, '* EXCEPT day')).toEqual([
      { channel: 'CHAT', leaked_to: 'CHAT', within_contact: true, sessions: 1 },
      { channel: 'VOICE', leaked_to: 'VOICE', within_contact: true, sessions: 1 },
      { channel: 'WEB', leaked_to: 'CHAT', within_contact: false, sessions: 1 },
    ]);
  });

  test('one journey, forced from the site to the chat, settled after two failures', async () => {
    const asked = { ...march, window_days: 7, scope: 'any' };
    const columns = `sessions, contacts, switches, path, outcome, failures_before_success, first_failed_channel,
      rescued_by_channel, durably_resolved, costs`;
    expect(await tables.view('journeys', { ...asked, as_of: '2026-05-01' }, columns)).toEqual([
      {
        sessions: 2,
        contacts: 2,
        switches: 2,
        path: [
          'WEB:FAILURE',
          'CHAT.SELF_SERVICE:ESCALATED',
          // Anna transferred, and nothing says that she left.
          'CHAT:UNKNOWN',
          'CHAT:SUCCESS',
          'VOICE.SELF_SERVICE:ESCALATED',
          'VOICE:DEFERRED',
          'VOICE:SUCCESS',
        ],
        outcome: 'SUCCESS',
        failures_before_success: 2,
        first_failed_channel: 'WEB',
        rescued_by_channel: 'CHAT',
        durably_resolved: true,
        costs: { EUR: 400 },
      },
    ]);
    expect(await tables.view('channel_switches', asked, 'from_channel, to_channel, forced, chosen')).toEqual([
      { from_channel: 'CHAT', to_channel: 'VOICE', forced: 0, chosen: 1 },
      { from_channel: 'WEB', to_channel: 'CHAT', forced: 1, chosen: 0 },
    ]);
  });
});
