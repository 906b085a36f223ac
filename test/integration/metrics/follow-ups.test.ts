import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FollowUpsDeps, FollowUpsRound } from '../../../services/load/follow-ups/follow-ups';
import { followUpsOn, statementsOn } from '../../support/follow-ups';
import { RandomLegs, type SignedLeg } from '../../support/recompute/random-legs';
import { AuditDatabase } from '../support/audit-database';
import { withStack } from '../support/stack';
import { sqlTime } from './service-rows';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const day = 86_400_000;
const range = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 21) };
const windows = [1, 7];

/** What the daily views have in common with the live ones. */
const columns = {
  repeat_contacts: `day, channel, intent, contacts, excluded_outbound, excluded_never_engaged, identified, identity_coverage, measured, repeated,
    repeat_contact_rate, fcr, measured_answered, repeated_answered, fcr_answered, beyond_level_1, resolved_first, net_fcr`,
  durable_resolution: 'day, channel, resolved_by, autonomous, closed, measured, durable, durable_resolution_rate',
};

type View = keyof typeof columns;
const views = Object.keys(columns) as View[];

/** Outcomes and intents by leg and revision, some people whom nobody knows, and no session of more than three days. */
function told({ customer_id, leg_id, version, session_id, arrived_at, ...leg }: SignedLeg): object {
  const chance = [...`${leg_id}/${version}`].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7);
  return {
    ...leg,
    ...{ leg_id, version, arrived_at },
    customer_id: Number(customer_id.slice(1)) % 7 === 0 ? `~device_id:${customer_id}` : customer_id,
    session_id: `${session_id}-${Math.floor(arrived_at / (3 * day))}`,
    outcome: ['SUCCESS', 'SUCCESS', 'DEFERRED', 'ESCALATED', 'UNKNOWN'][chance % 5],
    intent: ['', 'billing', 'moving'][chance % 3],
  };
}

describe('what followed contacts, by day', () => {
  let database: AuditDatabase;
  let offset = 0;
  let now = Date.now();
  const drawn = new RandomLegs(Number(process.env.SEED ?? 20_261_127), range);

  beforeAll(async () => {
    database = await AuditDatabase.open(local.stack.addresses.clickhouseUrl, 'follow_ups');
  }, 180_000);
  afterAll(() => database?.client.close());

  const insert = (arrivals: number, revisions: number) =>
    database.insertRows('legs', drawn.block(arrivals, revisions).map(told));

  /** A round a day later than the last: what only contacts that last can change waits so long. */
  function round(given: Partial<FollowUpsDeps> = {}): Promise<FollowUpsRound> {
    now += day;
    const at = now;
    return followUpsOn(database.client, {
      now: () => at,
      ...given,
    }).round();
  }

  /** Everything before this time is loaded. */
  async function knowUntil(at: number): Promise<void> {
    offset += 1;
    const [{ lateness_ms }] = await database.rows<{ lateness_ms: number }>(
      'SELECT max(lateness_ms) AS lateness_ms FROM session_rules FINAL',
    );
    const common = { partition: 0, loaded_offset: offset, loaded_until: at, raw_partitions: 1, raw_offset: { 0: 1 } };
    await database.insertRows(
      'pipeline_status_log',
      ['interactions.enriched', 'sessions'].map((topic) => ({ topic, ...common, raw_time: { 0: at + lateness_ms } })),
    );
  }

  const asked = (window_days: number) =>
    `from = '${sqlTime(range.from)}', to = '${sqlTime(range.to)}', window_days = ${window_days}`;
  const live = (view: View, window_days: number, as_of = 'NULL') => {
    const scopes = view === 'repeat_contacts' ? "intent_scope = 'any', channel_scope = 'any'" : "intent_scope = 'any'";
    return database.rows(
      `SELECT ${columns[view]} FROM ${view}(${asked(window_days)}, ${scopes}, as_of = ${as_of}) ORDER BY ALL`,
    );
  };
  const daily = (view: View, window_days: number, where = '') =>
    database.rows(`SELECT ${columns[view]} FROM ${view}_daily(${asked(window_days)}) ${where} ORDER BY ALL`);

  /** Every figure of every window is what the live view says at this moment. */
  async function expectLive(): Promise<void> {
    for (const view of views) {
      for (const window_days of windows) {
        const rows = await daily(view, window_days);
        expect({ view, window_days, rows }).toEqual({ view, window_days, rows: await live(view, window_days) });
        expect(rows.length).toBeGreaterThan(20);
      }
    }
  }
  const merge = async () => {
    for (const view of views) await database.client.command({ query: `OPTIMIZE TABLE ${view}_days FINAL` });
  };

  // In this order: each goes on with what the one before has left.
  test('nothing is written while nobody knows how far everything is', async () => {
    await insert(2_500, 0);
    expect(await round()).toEqual({ result: 'unknown', written_days: 0, waiting_days: 0 });
  });

  test('is what the live views say, while windows are open too', async () => {
    await knowUntil(range.from + 15.4 * day);
    expect(await round()).toMatchObject({ result: 'written', waiting_days: 0 });
    await expectLive();
    expect(await round()).toEqual({ result: 'nothing', written_days: 0, waiting_days: 0 });
  }, 180_000);

  test('a day is finished when nothing more of it can elapse, and not before', async () => {
    for (const view of views) {
      const forEver = new Set((await live(view, 1, "'2027-01-01'")).map((row) => JSON.stringify(row)));
      const different = (rows: object[]) => rows.filter((row) => !forEver.has(JSON.stringify(row)));
      const finished = await daily(view, 1, 'WHERE finished');
      expect(finished.length).toBeGreaterThan(5);
      expect(different(finished)).toEqual([]);
      expect(different(await daily(view, 1, 'WHERE NOT finished')).length).toBeGreaterThan(20);
    }
  }, 60_000);

  test('follows the time up to which everything is known', async () => {
    await knowUntil(range.from + 18.9 * day);
    expect(await round()).toMatchObject({ result: 'written' });
    await expectLive();
  }, 180_000);

  test('is computed anew where legs of old days are taken back, revised and added', async () => {
    await insert(40, 200);
    expect(await round()).toMatchObject({ result: 'written' });
    await expectLive();
    await merge();
    await expectLive();
    expect(await round()).toMatchObject({ result: 'nothing' });
  }, 180_000);

  test('forgets who is erased: rows taken back, then deleted', async () => {
    const erased = "customer_id LIKE 'c1%'";
    await database.client.command({
      query: `INSERT INTO legs SELECT * REPLACE (toInt8(-1) AS sign) FROM legs FINAL WHERE ${erased}`,
    });
    expect(await round()).toMatchObject({ result: 'written' });
    await expectLive();
    await database.client.command({ query: `ALTER TABLE legs DELETE WHERE ${erased} SETTINGS mutations_sync = 2` });
    expect(await round()).toMatchObject({ result: 'nothing' });
    await expectLive();
    for (const [leg_id, { customer_id }] of drawn.current) if (/^c1/.test(customer_id)) drawn.current.delete(leg_id);
  }, 180_000);

  test('a computation that breaks off is not seen, and one whose answer is lost is', async () => {
    const statements = statementsOn(database.client);
    const computations = () =>
      database.rows(
        'SELECT count() AS n FROM (SELECT computed_at FROM repeat_contacts_days UNION DISTINCT SELECT computed_at FROM durable_resolution_days)',
      );
    const before = await computations();
    // A day at a time: what fails is not asked again in halves.
    const lost = (insertOneBlock: FollowUpsDeps['warehouse']['insertOneBlock']) =>
      round({ warehouse: { ...statements, insertOneBlock }, limits: { mostDays: 1, mostLegs: 1 } });
    await insert(0, 100);
    await expect(lost(() => Promise.reject(new Error('killed before')))).rejects.toThrow('killed before');
    expect(await computations()).toEqual(before);
    const killed = lost(async (table, rows) => {
      await statements.insertOneBlock(table, rows);
      throw new Error('killed behind');
    });
    await expect(killed).rejects.toThrow('killed behind');
    expect(await computations()).not.toEqual(before);
    await round();
    await expectLive();
  }, 180_000);

  test('two owners at once count nothing twice', async () => {
    await insert(100, 100);
    const at = now + day;
    await Promise.all([round({ now: () => at }), round({ now: () => at })]);
    await expectLive();
    await merge();
    await expectLive();
  }, 180_000);

  test('of too many days at once for the engine is asked of fewer', async () => {
    await insert(100, 100);
    const statements = statementsOn(database.client);
    const spans: number[] = [];
    const small: FollowUpsDeps['warehouse'] = {
      ...statements,
      rows: (query, params, signal) => {
        const [, from, to] = /from = '([^']+)', to = '([^']+)'/.exec(query) ?? [];
        const span = from && to ? (Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / day : 0;
        spans.push(span);
        return span > 10 ? Promise.reject(new Error('too much memory')) : statements.rows(query, params, signal);
      },
    };
    expect(await round({ warehouse: small })).toMatchObject({ result: 'written', waiting_days: 0 });
    expect(Math.max(...spans)).toBeGreaterThan(10);
    await expectLive();
  }, 180_000);

  test('begins no statement after its time, and says how many days wait', async () => {
    await insert(200, 200);
    const { waiting_days } = await round({ secondsPerRound: 0 });
    expect(waiting_days).toBeGreaterThan(20);
    expect(await round()).toMatchObject({ waiting_days: 0 });
    await expectLive();
  }, 180_000);

  test('in the end all of it is finished', async () => {
    await knowUntil(range.to + 30 * day);
    await round();
    await expectLive();
    for (const view of views) {
      for (const window_days of windows) expect(await daily(view, window_days, 'WHERE NOT finished')).toEqual([]);
    }
  }, 180_000);
});
