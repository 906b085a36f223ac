import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { queueRequest, type ResessionizeRequest } from '../../infra/tools/resessionize/main';
import type { EnrichedEvent, SessionCommand } from '../../schemas/types';
import { createLog } from '../../services/lib/log';
import { readSettings } from '../../services/lib/settings';
import { repairMetrics } from '../../services/load/repair/metrics';
import { Repairer } from '../../services/load/repair/repairer';
import { loadSettings } from '../../services/load/settings';
import { Warehouse } from '../../services/load/warehouse';
import { Customer } from '../../services/sessionize/domain/customer';
import type { Changes } from '../../services/sessionize/domain/revision';
import { defaultRules } from '../../services/sessionize/domain/rules';
import { AuditDatabase, eventOf } from './support/audit-database';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const log = createLog('test', 'silent');
const hour = 3_600_000;
const start = Date.UTC(2026, 2, 2);
const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1);

let database: AuditDatabase;
let warehouse: Warehouse;
let databases = 0;
const sent: SessionCommand[] = [];

/** A repairer of partition 0 whose commands are only kept; the offset behind them is how many there were. */
const repairer = (given: { maxEvents?: number; maxBytes?: number } = {}): Repairer => {
  const one = new Repairer({
    warehouse,
    commands: {
      encode: (command) => Buffer.from(JSON.stringify(command)),
      send: async (_partition, commands) => {
        for (const { value } of commands) sent.push(JSON.parse(value.toString()) as SessionCommand);
        return sent.length;
      },
    },
    ownedPartitions: () => [],
    metrics: repairMetrics(new Registry()),
    log,
    now: Date.now,
    everyMs: 3_600_000,
    customersPerRound: 500,
    maxEvents: 1_000,
    maxRoundEvents: 10_000,
    maxBytes: 1_000_000,
    ...given,
  });
  void one.stop();
  return one;
};

/** What load has written of how far it is. */
const reached = (given: { loaded: number; as_of: number; input: number; commands: number }): Promise<void> =>
  database.insertRows(
    'pipeline_status_log',
    ['interactions.enriched', 'sessions'].map((topic) => ({
      topic,
      partition: 0,
      loaded_offset: topic === 'sessions' ? 1 : given.loaded,
      loaded_until: time(start),
      raw_partitions: 1,
      raw_time: {},
      raw_offset: {},
      change_seq: given.as_of,
      ...(topic === 'sessions' && {
        progress_change_seq: given.as_of,
        input_offset: given.input,
        command_offset: given.commands,
      }),
    })),
  );

const event = (customer_id: string, event_id: string, hours: number, given: Partial<EnrichedEvent> = {}) =>
  eventOf({ customer_id, event_id, occurred_at: start + hours * hour, ...given });

/** Sessionize's side: the rows of a customer's events, into the tables. */
async function sessionize(customer_id: string, events: EnrichedEvent[], version: number): Promise<Changes> {
  const customer = new Customer(defaultRules);
  customer.add(events);
  const changes: Changes = { sessions: [], legs: [] };
  customer.revise(version, changes);
  const timed = (row: object): object =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        name.endsWith('_at') && typeof value === 'number' ? time(value) : value,
      ]),
    );
  await database.insertRows(
    'sessions',
    changes.sessions.map((row) => ({ ...timed(row), customer_id })),
  );
  await database.insertRows(
    'legs',
    changes.legs.map((row) => ({ ...timed(row), customer_id })),
  );
  return changes;
}

const undecided = () =>
  database.rows<{ event_id: string; repaired: number; refusal: string }>(
    'SELECT event_id, isNotNull(repaired_at) AS repaired, refusal FROM late_events ORDER BY event_id',
  );

beforeEach(async () => {
  databases += 1;
  sent.length = 0;
  database = await AuditDatabase.open(local.stack.addresses.clickhouseUrl, `repair_${databases}`);
  const env = { CLICKHOUSE_URL: local.stack.addresses.clickhouseUrl, CLICKHOUSE_DATABASE: `repair_${databases}` };
  warehouse = new Warehouse(readSettings(loadSettings, env), log);
});

const closing: Warehouse[] = [];
beforeAll(() => {
  closing.length = 0;
});
afterAll(async () => {
  await Promise.all(closing.map((one) => one.close()));
});

describe('the repair, from the tables', () => {
  test('a command has all events and rows around a late one, exactly as they are, and nothing from beyond', async () => {
    closing.push(warehouse);
    const call: Partial<EnrichedEvent> = {
      channel: 'VOICE',
      interaction_id: 'i1',
      contact_id: 'c1',
      source_instance: 'eu',
      source_sequence: 7,
      emotion_score: -0.1,
      intent: 'billing',
      intent_confidence: 0.7,
      cost_minor: 12,
      cost_currency: 'EUR',
      wait_ms: 1_500,
      queue: 'q',
      stage: 'QUEUE',
    };
    const inTime = [
      event('ana', 'a1', 0, { ...call, event_type: 'queue.entered' }),
      event('ana', 'a2', 0.1, { ...call, event_type: 'agent.joined', stage: 'AGENT', agent_id: 'x' }),
      event('ana', 'a3', 0.2, { ...call, event_type: 'interaction.ended', outcome: 'SUCCESS' }),
      event('ana', 'far', 24 * 30),
    ];
    const late = event('ana', 'a0', -0.4, { late: true });
    const other = event('bea', 'b1', 0);
    await database.insert([...inTime, late, other, event('ana', 'm', 0, { sessionised: false })], []);
    const rows = await sessionize('ana', inTime, 3);
    await sessionize('bea', [other], 4);
    await reached({ loaded: 9, as_of: 5, input: 9, commands: 0 });
    const job = repairer();
    expect(await job.round(0)).toBe('planned');
    expect(sent).toHaveLength(1);
    const [command] = sent;
    expect(command).toMatchObject({ kind: 'repair', customer_id: 'ana', as_of: 5 });
    const near = ({ started_at = 0, arrived_at = 0 }: { started_at?: number; arrived_at?: number }) =>
      Math.max(started_at, arrived_at) < start + 24 * hour;
    const without = (row: object) => {
      const { customer_id: _, ...rest } = row as { customer_id?: string };
      return rest;
    };
    expect(command.sessions.map(without)).toEqual(rows.sessions.filter(near));
    expect(command.legs.map(without)).toEqual(rows.legs.filter(near));
    const expected = [late, ...inTime.slice(0, 3)];
    expect(command.events.map(without)).toEqual(
      expected.map((one) =>
        Object.fromEntries(Object.keys(without(command.events[0])).map((name) => [name, one[name as never]])),
      ),
    );
    // Nothing more until sessionize has carried it out and that is loaded.
    expect(await job.round(0)).toBe('in_flight');
    await reached({ loaded: 10, as_of: 6, input: 9, commands: 1 });
    expect(await job.round(0)).toBe('planned');
    expect(sent).toHaveLength(2);
  });

  test('a late event that its session holds is noted as repaired, once', async () => {
    closing.push(warehouse);
    const events = [event('ana', 'a1', 0), event('ana', 'a2', 0.2, { late: true })];
    await database.insert(events, []);
    await sessionize('ana', events, 1);
    await reached({ loaded: 2, as_of: 1, input: 2, commands: 0 });
    const job = repairer();
    expect(await undecided()).toEqual([{ event_id: 'a2', repaired: 0, refusal: '' }]);
    await job.round(0);
    expect(await undecided()).toEqual([{ event_id: 'a2', repaired: 1, refusal: '' }]);
    expect(sent).toEqual([]);
    expect(await job.round(0)).toBe('nothing');
  });

  test('late events far apart are repaired apart: the size of one range counts', async () => {
    closing.push(warehouse);
    const events = [0, 0.1, 2_000, 2_000.1].map((hours, i) => event('ana', `e${i}`, hours, { late: i % 2 === 1 }));
    await database.insert(events, []);
    await reached({ loaded: 4, as_of: 1, input: 4, commands: 0 });
    const job = repairer({ maxEvents: 2 });
    await job.round(0);
    expect(sent.map((command) => command.events.map(({ event_id }) => event_id))).toEqual([['e0', 'e1']]);
    expect((await undecided()).map(({ refusal }) => refusal)).toEqual(['', '']);
  });

  test('a session newer than what the tables are as of says nothing of its late event; a repeat counts once or twice', async () => {
    closing.push(warehouse);
    const events = [event('ana', 'a1', 0), event('ana', 'a2', 0.2, { late: true })];
    await database.insert([...events, events[0]], []);
    await sessionize('ana', events, 9);
    await reached({ loaded: 2, as_of: 8, input: 2, commands: 0 });
    const job = repairer();
    await job.round(0);
    expect(await undecided()).toEqual([{ event_id: 'a2', repaired: 0, refusal: '' }]);
    await reached({ loaded: 3, as_of: 9, input: 2, commands: 1 });
    await job.round(0);
    expect(await undecided()).toEqual([{ event_id: 'a2', repaired: 1, refusal: '' }]);
  });

  test('a customer whom commands do not help holds nobody up', async () => {
    closing.push(warehouse);
    await database.insert([event('ana', 'a1', 0, { late: true })], []);
    const job = repairer();
    for (let round = 0; round < 7; round++) {
      await reached({ loaded: round + 2, as_of: round + 1, input: 1, commands: sent.length });
      await job.round(0);
    }
    expect(sent.length).toBe(5);
  });

  test('it waits while events that sessions hold are not loaded yet, and while nothing is known', async () => {
    closing.push(warehouse);
    await database.insert([event('ana', 'a1', 0, { late: true })], []);
    const job = repairer();
    expect(await job.round(0)).toBe('unknown');
    await reached({ loaded: 5, as_of: 1, input: 6, commands: 0 });
    expect(await job.round(0)).toBe('behind');
    await reached({ loaded: 6, as_of: 1, input: 6, commands: 0 });
    expect(await job.round(0)).toBe('planned');
  });

  test.each([
    ['too many events', { maxEvents: 2 }],
    ['too many bytes', { maxBytes: 500 }],
  ])('%s for one command: refused, written down, not tried for ever', async (_what, limits) => {
    closing.push(warehouse);
    const events = [0, 0.1, 0.2, 0.3].map((hours, i) => event('bot', `e${i}`, hours, { late: i === 3 }));
    await database.insert(events, []);
    await sessionize('bot', events.slice(0, 3), 1);
    await reached({ loaded: 4, as_of: 1, input: 4, commands: 0 });
    const job = repairer(limits);
    await job.round(0);
    expect(await undecided()).toEqual([{ event_id: 'e3', repaired: 0, refusal: 'too_large' }]);
    expect(sent).toEqual([]);
    expect(await job.round(0)).toBe('nothing');
  });

  test('make resessionize queues those with an event in the range; they are done when a command changed nothing', async () => {
    closing.push(warehouse);
    const [ana, bea] = [[event('ana', 'a1', 0)], [event('bea', 'b1', 50)]];
    await database.insert([...ana, ...bea], []);
    await sessionize('ana', ana, 1);
    await sessionize('bea', bea, 2);
    const request: ResessionizeRequest = { from: start - hour, to: start + hour, customer: undefined };
    expect(await queueRequest(database.client, request)).toMatchObject({ customers: 1 });
    expect(sent).toEqual([]);
    const waiting = async () =>
      (await database.rows<{ n: number }>('SELECT countIf(done_at IS NULL) AS n FROM resessionize_requests FINAL'))[0]
        .n;
    await reached({ loaded: 2, as_of: 2, input: 2, commands: 0 });
    const job = repairer();
    await job.round(0);
    expect(sent.map(({ customer_id, events }) => [customer_id, events.length])).toEqual([['ana', 1]]);
    expect(await waiting()).toBe(1);
    await reached({ loaded: 3, as_of: 2, input: 2, commands: 1 });
    expect(await job.round(0)).toBe('nothing');
    expect(await waiting()).toBe(0);
  });
});
