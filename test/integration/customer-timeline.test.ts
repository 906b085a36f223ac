import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EnrichedEvent } from '../../schemas/types';
import { loadDemoTables } from '../guide/demo-tables';
import { simulate } from '../simulator/simulate';
import { AuditDatabase, eventOf } from './support/audit-database';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const open = (database: string): Promise<AuditDatabase> =>
  AuditDatabase.open(local.stack.addresses.clickhouseUrl, database);

describe('customer_timeline over a simulation', () => {
  let database: AuditDatabase;
  beforeAll(async () => {
    database = await open('simulated');
    await loadDemoTables(database.client, simulate({ seed: 5, events: 6_000, days: 4 }));
  }, 360_000);
  afterAll(() => database?.client.close());

  test('every event of a person is there once; sessions and legs have the counts, starts and ends of their tables', async () => {
    // Those with most legs; late ones and events outside sessions among them.
    const customers = await database.rows<{ customer_id: string; events: number }>(
      `SELECT customer_id, count() AS events FROM interactions WHERE customer_id != ''
       GROUP BY customer_id ORDER BY countIf(late) > 0 DESC, uniqExact(interaction_id) DESC, customer_id LIMIT 40`,
    );
    for (const { customer_id, events } of customers) {
      const timeline = 'customer_timeline(customer_id = {customer:String}, from = NULL, to = NULL)';
      const of = { customer: customer_id };
      const [seen] = await database.rows(`SELECT count() AS n, uniqExact(event_id) AS ids FROM ${timeline}`, of);
      expect(seen).toEqual({ n: events, ids: events });
      expect(
        await database.rows(
          `SELECT session_id, count() AS events, min(occurred_at) AS started_at,
             max(occurred_at) AS ended_at, uniqExact(leg_id) AS legs
           FROM ${timeline} WHERE session_id != '' GROUP BY session_id ORDER BY session_id`,
          of,
        ),
      ).toEqual(
        await database.rows(
          `SELECT session_id, event_count AS events, started_at, ended_at, leg_count AS legs
           FROM sessions_current WHERE customer_id = {customer:String} ORDER BY session_id`,
          of,
        ),
      );
      expect(
        await database.rows(
          `SELECT t.leg_id AS leg_id, any(t.session_id) AS session_id, any(t.contact_id) AS contact_id, any(t.leg_outcome) AS outcome,
             min(t.occurred_at) AS arrived_at, max(t.occurred_at) AS ended_at
           FROM ${timeline} AS t WHERE t.leg_id != '' GROUP BY t.leg_id ORDER BY t.leg_id`,
          of,
        ),
      ).toEqual(
        await database.rows(
          `SELECT leg_id, session_id, contact_id, outcome, arrived_at, ended_at FROM legs_current
           WHERE customer_id = {customer:String} ORDER BY leg_id`,
          of,
        ),
      );
    }
    const [{ cuts }] = await database.rows<{ cuts: number }>(
      "SELECT count() - uniqExact(interaction_id, session_id) AS cuts FROM legs_current WHERE interaction_id != ''",
    );
    // Else the test would hold without any leg that begins in the middle of a connection.
    expect(cuts).toBeGreaterThan(20);
  }, 360_000);
});

describe('customer_timeline of', () => {
  let database: AuditDatabase;
  beforeAll(async () => {
    database = await open('cases');
  }, 180_000);
  afterAll(() => database?.client.close());

  const at = (time: string): number => Date.parse(`2026-03-02T${time}Z`);
  const event = (
    customer_id: string,
    event_id: string,
    time: string,
    given: Partial<EnrichedEvent> = {},
  ): EnrichedEvent => eventOf({ customer_id, event_id, occurred_at: at(time), interaction_id: 'i', ...given });
  const legs = (
    rows: {
      customer_id: string;
      leg_id: string;
      session_id: string;
      arrived_at: number;
      version?: number;
      sign?: number;
      outcome?: string;
    }[],
  ) =>
    database.insertRows(
      'legs',
      rows.map((row) => ({
        version: 1,
        sign: 1,
        contact_id: `k-${row.leg_id}`,
        interaction_id: 'i',
        ended_at: row.arrived_at,
        ...row,
      })),
    );
  const belongings = (customer: string, range = ''): Promise<unknown[]> =>
    database.rows(`SELECT event_id, session_id, leg_id FROM customer_timeline(customer_id = '${customer}'${range})`);

  test('one connection in two sessions: a leg never reaches into the next session', async () => {
    await database.insert(
      [event('two', 'a', '10:00:00'), event('two', 'b', '10:05:00'), event('two', 'c', '15:00:00')],
      [],
    );
    await legs([
      { customer_id: 'two', leg_id: 'a', session_id: 'a', arrived_at: at('10:00:00') },
      { customer_id: 'two', leg_id: 'c', session_id: 'c', arrived_at: at('15:00:00') },
    ]);
    expect(await belongings('two')).toEqual([
      { event_id: 'a', session_id: 'a', leg_id: 'a' },
      { event_id: 'b', session_id: 'a', leg_id: 'a' },
      { event_id: 'c', session_id: 'c', leg_id: 'c' },
    ]);
    // The leg began before the range, and is known all the same.
    expect(await belongings('two', ", from = '2026-03-02 10:01:00', to = '2026-03-02 15:00:00'")).toEqual([
      { event_id: 'b', session_id: 'a', leg_id: 'a' },
    ]);
  });

  test('events of one moment: the order is that of their sequence, then of their ids', async () => {
    await database.insert(
      [
        event('tie', 'x', '10:00:00', { source_sequence: 2 }),
        event('tie', 'y', '10:00:00', { source_sequence: 1 }),
        event('tie', 'z', '10:00:00'),
        event('tie', 'w', '10:00:00', { source_sequence: 2 }),
      ],
      [],
    );
    await legs([
      { customer_id: 'tie', leg_id: 'z', session_id: 'z', arrived_at: at('10:00:00') },
      { customer_id: 'tie', leg_id: 'w', session_id: 'z', arrived_at: at('10:00:00') },
    ]);
    expect(await belongings('tie')).toEqual([
      { event_id: 'z', session_id: 'z', leg_id: 'z' },
      { event_id: 'y', session_id: 'z', leg_id: 'z' },
      { event_id: 'w', session_id: 'z', leg_id: 'w' },
      { event_id: 'x', session_id: 'z', leg_id: 'w' },
    ]);
  });

  test('events that are in no session: surveys, and late ones until they are repaired', async () => {
    await database.insert(
      [
        event('out', 'a', '10:00:00'),
        event('out', 'late', '10:01:00', { late: true }),
        event('out', 'repaired', '10:02:00', { late: true }),
        event('out', 'survey', '10:03:00', { sessionised: false }),
        event('out', 'b', '10:04:00'),
      ],
      [],
    );
    await database.insertRows('late_repairs', [
      { customer_id: 'out', event_id: 'repaired', repaired_at: at('10:05:00') },
      { customer_id: 'out', event_id: 'late', repaired_at: null, refusal: 'too_large' },
      { customer_id: 'another', event_id: 'late', repaired_at: at('10:05:00') },
    ]);
    await legs([{ customer_id: 'out', leg_id: 'a', session_id: 'a', arrived_at: at('10:00:00') }]);
    expect(await belongings('out')).toEqual([
      { event_id: 'a', session_id: 'a', leg_id: 'a' },
      { event_id: 'late', session_id: '', leg_id: '' },
      { event_id: 'repaired', session_id: 'a', leg_id: 'a' },
      { event_id: 'survey', session_id: '', leg_id: '' },
      { event_id: 'b', session_id: 'a', leg_id: 'a' },
    ]);
  });

  test('other systems, connections and persons, and events of no connection, are kept apart', async () => {
    await database.insert(
      [
        event('many', 'a', '10:00:00'),
        event('many', 'b', '10:01:00', { source_system: 'other' }),
        event('many', 'c', '10:02:00', { interaction_id: null }),
        event('many', 'd', '10:03:00', { interaction_id: null }),
        event('many', 'e', '10:04:00'),
        event('someone', 'f', '10:04:30'),
      ],
      [],
    );
    await legs(['a', 'b', 'c', 'd'].map((leg_id) => ({ customer_id: 'many', leg_id, session_id: 'a', arrived_at: 0 })));
    expect(await belongings('many')).toEqual(
      [
        ['a', 'a'],
        ['b', 'b'],
        ['c', 'c'],
        ['d', 'd'],
        ['e', 'a'],
      ].map(([event_id, leg_id]) => ({ event_id, session_id: 'a', leg_id })),
    );
  });

  test('rows that were taken back are not seen', async () => {
    await database.insert([event('back', 'a', '10:00:00'), event('back', 'b', '10:01:00')], []);
    const leg = { customer_id: 'back', session_id: 'b', arrived_at: at('10:01:00') };
    await legs([
      { ...leg, leg_id: 'b', version: 1, outcome: 'FAILURE' },
      { ...leg, leg_id: 'b', version: 1, outcome: 'FAILURE', sign: -1 },
      { ...leg, leg_id: 'a', session_id: 'a', arrived_at: at('10:00:00'), version: 2, outcome: 'SUCCESS' },
    ]);
    expect(
      await database.rows(
        "SELECT event_id, session_id, leg_id, leg_outcome FROM customer_timeline(customer_id = 'back')",
      ),
    ).toEqual(
      ['a', 'b'].map((event_id) => ({
        event_id,
        session_id: 'a',
        leg_id: 'a',
        leg_outcome: 'SUCCESS',
      })),
    );
  });

  test('what was tried: the page, else the queue, else the products, else the attributes', async () => {
    const all = { page_path: '/p', queue: 'q', commerce_product_ids: ['p', 'q'], attributes: { k: 'v', l: 'w' } };
    await database.insert(
      [
        event('tried', 'page', '10:00:00', all),
        event('tried', 'queue', '10:01:00', { ...all, page_path: null }),
        event('tried', 'products', '10:02:00', { ...all, page_path: null, queue: null }),
        event('tried', 'attributes', '10:03:00', { attributes: all.attributes }),
        event('tried', 'nothing', '10:04:00'),
      ],
      [],
    );
    const told = ['/p', 'q', 'p, q', 'k=v, l=w', ''].map((tried) => ({ tried }));
    expect(await database.rows("SELECT tried FROM customer_timeline(customer_id = 'tried')")).toEqual(told);
  });

  test('the types that are declared', async () => {
    const declared = await database.rows<{ query: string }>(
      "SELECT create_table_query AS query FROM system.tables WHERE database = 'cases' AND name = 'customer_timeline'",
    );
    const described = await database.rows<{ name: string; type: string }>(
      "DESCRIBE (SELECT * FROM customer_timeline(customer_id = 'x', from = NULL, to = NULL))",
    );
    for (const { name, type } of described) expect(declared[0]!.query).toContain(`\`${name}\` ${type} COMMENT`);
    expect(described.length).toBe(24);
  });
});
