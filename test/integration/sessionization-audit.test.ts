import { afterAll, describe, expect, test } from '@jest/globals';
import { audit, auditComparison } from '../../infra/tools/report/audit';
import { simulatedRange } from '../../infra/tools/report/report';
import type { EnrichedEvent } from '../../schemas/types';
import { loadChains } from '../fixtures/chains/load';
import { simulate } from '../simulator/simulate';
import { AuditDatabase, type AuditRow, enriched, eventOf, type FoundSession } from './support/audit-database';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const opened: AuditDatabase[] = [];
afterAll(() => Promise.all(opened.map(({ client }) => client.close())));

async function open(name: string): Promise<AuditDatabase> {
  const database = await AuditDatabase.open(local.stack.addresses.clickhouseUrl, name);
  opened.push(database);
  return database;
}

const hour = 3_600_000;
const ever = { from: Date.UTC(1990, 0, 1), to: Date.UTC(2200, 0, 1), up_to: Date.UTC(2299, 0, 1) };
/** Hours into 2026-03-02. */
const at = (hours: number): number => Date.UTC(2026, 2, 2) + hours * hour;

describe('of a simulated organisation', () => {
  const simulation = simulate({ seed: 7, events: 3_000, days: 8 });
  const distinct = simulation.lines.filter(({ repeat }) => !repeat);
  const events = distinct.map(({ event, late }) => enriched(event, late));
  const lateOnes = events.filter(({ late, sessionised }) => late && sessionised);
  const repaired: FoundSession[] = simulation.truth.sessions.map(figures);

  test('nothing differs; every late event is told', async () => {
    const database = await open('audit_in_time');
    await database.insert(events, simulation.truth.in_time.sessions.map(figures));
    const rows = await database.audit(ever);
    expect([...new Set(rows.map(({ reason }) => reason))]).toEqual(['late_unrepaired']);
    expect(rows.reduce((sum, { late_event_count }) => sum + late_event_count, 0)).toBe(lateOnes.length);
    const whole = new Map(repaired.map((session) => [session.session_id, figuresOf(session)]));
    for (const { session_id, expected } of rows) expect(expected).toEqual(whole.get(session_id));
    const { found, findings } = await audit(database.client, simulatedRange({ days: 8 }));
    expect(found).toBe(simulation.truth.in_time.sessions.length);
    expect(findings).toEqual([
      {
        reason: 'late_unrepaired',
        sessions: rows.length,
        absent: rows.filter((row) => row.found === null).length,
        example: expect.stringMatching(/^\S+ of \S+: expected 2026-.*, events: \d+, contacts: \d+; found /),
      },
    ]);
    // In pieces it is the same: no session is cut.
    const pieces = new Map<string, AuditRow>();
    for (let day = 0; day < 9; day += 3) {
      const piece = { from: at(24 * day), to: at(24 * (day + 3)), up_to: ever.up_to };
      for (const row of await database.audit(piece)) pieces.set(row.session_id, row);
    }
    expect([...pieces.values()].toSorted(byCustomer)).toEqual(rows.toSorted(byCustomer));
  }, 180_000);

  test('nothing is left after the repair', async () => {
    const database = await open('audit_repaired');
    await database.insert(events, repaired);
    expect(await database.audit(ever)).toEqual([]);
    const { length } = repaired;
    expect(auditComparison(await audit(database.client, simulatedRange({ days: 8 })))).toMatchObject({
      agree: length,
      of: length,
    });
  }, 180_000);

  test('each fault shows with its reason, and nothing else does', async () => {
    const database = await open('audit_faults');
    const lateCustomers = new Set(lateOnes.map(({ customer_id }) => customer_id));
    // One session of each of six customers.
    const chosen = [...new Map(repaired.map((session) => [session.customer_id, session])).values()].filter(
      ({ customer_id, event_count }) => event_count > 3 && !lateCustomers.has(customer_id),
    );
    const [first, middle, moved, missing, surplus, twice] = chosen as [FoundSession, ...FoundSession[]];
    const inside = (session: FoundSession): EnrichedEvent[] =>
      events
        .filter(({ customer_id, sessionised }) => sessionised && customer_id === session.customer_id)
        .filter(({ occurred_at }) => occurred_at >= session.started_at && occurred_at <= session.ended_at)
        .sort((a, b) => a.occurred_at - b.occurred_at);
    const deleted = [inside(first)[0], inside(middle!)[2]];
    const last = inside(moved!).at(-1) as EnrichedEvent;
    await database.insert(
      events
        .filter((event) => !deleted.includes(event))
        .map((event) => (event === last ? { ...event, occurred_at: event.occurred_at + 1 } : event)),
      [
        ...repaired.filter((session) => session !== missing),
        { ...surplus!, session_id: 'made-up', started_at: surplus!.started_at - 1 },
        { ...twice!, version: 2 },
      ],
    );
    const found = (await database.audit(ever)).map(({ customer_id, session_id, reason }) => ({
      customer_id,
      session_id,
      reason,
    }));
    const row = (session: FoundSession | undefined, reason: string, session_id = session?.session_id) => ({
      customer_id: session?.customer_id,
      session_id,
      reason,
    });
    expect(found.toSorted(byReason)).toEqual(
      [
        row(first, 'missing', inside(first)[1]?.event_id),
        row(first, 'surplus'),
        row(middle, 'differs'),
        row(moved, 'differs'),
        row(missing, 'missing'),
        row(surplus, 'surplus', 'made-up'),
        row(twice, 'surplus'),
      ].toSorted(byReason as never),
    );
  }, 180_000);
});

describe('of chains worked out by hand', () => {
  test('every session is as the hand has it', async () => {
    const database = await open('audit_chains');
    const chains = loadChains();
    await database.insert(
      chains.flatMap(({ file, events }) => events.map((event) => ownedBy(file, enriched(event, false)))),
      chains.flatMap(({ file, expect: { sessions } }) =>
        sessions.map((one) =>
          ownedBy(
            file,
            figures({ ...one, started_at: Date.parse(one.started_at), ended_at: Date.parse(one.ended_at) }),
          ),
        ),
      ),
    );
    expect(await database.audit(ever)).toEqual([]);
  }, 180_000);
});

describe('until when', () => {
  const status = (topic: string, partition: number, ...raw: (number | null)[]) => ({
    topic,
    partition,
    loaded_offset: Date.now(),
    loaded_until: 0,
    raw_partitions: raw.length,
    raw_time: Object.fromEntries(raw.flatMap((time, index) => (time === null ? [] : [[index, at(time)]]))),
    raw_offset: {},
    change_seq: 0,
  });

  test('only what every partition of both topics has passed is judged, or what up_to says', async () => {
    const database = await open('audit_until');
    const missing = [
      eventOf({ customer_id: 'early', event_id: 'a', occurred_at: at(0) }),
      eventOf({ customer_id: 'later', event_id: 'b', occurred_at: at(10) }),
    ];
    await database.insert(missing, []);
    const safe = async () =>
      (
        await database.rows<{ until: number | null; topic: string; partition: number }>(
          'SELECT toUnixTimestamp64Milli(audit_safe_until) AS until, topic, partition FROM audit_safe_until',
        )
      )[0];
    const judged = async (range: { up_to?: number | null }) =>
      (await database.audit({ from: ever.from, to: ever.to, ...range })).map(({ customer_id }) => customer_id);

    expect(await safe()).toEqual({ until: null, topic: '', partition: 0 });
    expect(await judged({})).toEqual([]);
    const report = (...rows: object[]) => database.insertRows('pipeline_status_log', rows);
    await report(status('interactions.enriched', 0, 80, 90), status('interactions.enriched', 1, 80, 85));
    expect(await safe()).toEqual({ until: null, topic: 'interactions.enriched', partition: 0 });
    await report(status('sessions', 1, 90, 73));
    expect((await safe())?.until).toBeNull();
    await report(status('sessions', 0, 90, null));
    expect(await safe()).toEqual({ until: null, topic: 'sessions', partition: 0 });
    await report({ ...status('sessions', 0, 90, 90), loaded_offset: Date.now() + 1_000 });
    expect(await safe()).toEqual({ until: at(72), topic: 'sessions', partition: 1 });
    // 72 h after its end: not yet below.
    expect(await judged({ up_to: null })).toEqual([]);
    await report({ ...status('sessions', 1, 90, 74), loaded_offset: Date.now() + 1_000 });
    expect(await judged({})).toEqual(['early']);
    expect(await judged({ up_to: at(82) })).toEqual(['early']);
    expect(await judged({ up_to: at(82) + 1 })).toEqual(['early', 'later']);
    expect(await judged({ up_to: at(72) })).toEqual([]);
  }, 180_000);
});

function figures(session: FoundSession): FoundSession {
  const { customer_id, session_id, started_at, ended_at, event_count, contact_count } = session;
  return { customer_id, session_id, started_at, ended_at, event_count, contact_count };
}

const figuresOf = (session: FoundSession): number[] => [
  session.started_at,
  session.ended_at,
  session.event_count,
  session.contact_count,
];

/** Chains share customers and ids: apart they are by the name of their file. */
const ownedBy = <Row extends { customer_id: string }>(file: string, row: Row): Row =>
  row.customer_id === '' ? row : { ...row, customer_id: `${file}/${row.customer_id}` };

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byCustomer = (a: AuditRow, b: AuditRow): number =>
  compare(`${a.customer_id} ${a.started_at}`, `${b.customer_id} ${b.started_at}`);
const byReason = (a: Pick<AuditRow, 'customer_id' | 'reason'>, b: Pick<AuditRow, 'customer_id' | 'reason'>): number =>
  compare(`${a.customer_id} ${a.reason}`, `${b.customer_id} ${b.reason}`);
