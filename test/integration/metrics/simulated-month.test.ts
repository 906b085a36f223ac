import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readCatalogue } from '../../../infra/clickhouse/catalogue';
import { isMetricView } from '../../../infra/clickhouse/coverage';
import { tellOrganisation } from '../../../infra/tools/demo/organisation';
import { START_MS } from '../../simulator/core/calendar';
import type { SimEvent } from '../../simulator/core/event';
import { type Simulation, simulate } from '../../simulator/simulate';
import type { StatusClass } from '../../support/recompute/service';
import { AuditDatabase } from '../support/audit-database';
import { withStack } from '../support/stack';
import { type Asked, type Known, monthQuestions } from './support/month-questions';
import { PureWarehouse } from './support/pure-warehouse';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const days = 28;
const range = { from: START_MS, to: START_MS + days * 86_400_000 };

/** Rows in one spelling: keys in order, times as epoch ms, in an order of their own. */
function canonical(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(row, (_, value) => spelt(value))).sort();
}

function spelt(value: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(value))
    return Date.parse(`${value.replace(' ', 'T')}Z`);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The simulator leaves language and desire to the models of enrich, which are not asked here: the source states them, of
 * some texts, so that there is something to count.
 */
function judgeText(event: SimEvent): void {
  const { event_id, text, attributes, intents } = event;
  const chance = createHash('md5').update(event_id).digest();
  if (!text) return;
  if (chance[0]! < 200) event.attributes = { ...attributes, language: ['en', 'pt', 'ar'][chance[1]! % 3]! };
  const desire = { kind: 'DESIRE' as const, label: ['refund', 'fix', 'human'][chance[2]! % 3]!, model: 'wishes-1' };
  if (chance[3]! < 90) event.intents = [...(intents ?? []), { ...desire, confidence: (chance[4]! % 100) / 100 }];
}

/** Rows that only one side has, a few of each, so that a fault can be read. */
function difference(found: readonly object[], expected: readonly object[]) {
  const [there, wanted] = [canonical(found), canonical(expected)];
  const [foundSet, wantedSet] = [new Set(there), new Set(wanted)];
  const surplus = there.filter((row) => !wantedSet.has(row)).slice(0, 3);
  const missing = wanted.filter((row) => !foundSet.has(row)).slice(0, 3);
  return { rows: there.length, surplus, missing };
}

describe('a month of the simulated organisation, through the services’ rules into the engine', () => {
  let simulation: Simulation;
  let database: AuditDatabase;
  let warehouse: PureWarehouse;
  let known: Known;
  const asked = new Map<string, number>();

  beforeAll(async () => {
    simulation = simulate({ seed: 5, events: 15_000, days, staff: 0.6 });
    // Repeats are the same objects.
    for (const event of new Set(simulation.events)) judgeText(event);
    database = await AuditDatabase.open(local.stack.addresses.clickhouseUrl, 'month');
    const client: ClickHouseClient = database.client;
    await tellOrganisation(client, { ...simulation.settings });
    warehouse = new PureWarehouse(client);
    // What a status means is read from the tables: their rows are settings, not SQL.
    const classes = (table: string) =>
      database.rows<Record<string, string>>(`SELECT source_system, status, class FROM ${table} FINAL`);
    const { settings } = simulation;
    const [agentClasses, caseClasses] = await Promise.all(['agent_status_classes', 'case_status_classes'].map(classes));
    known = {
      ...{ arrived: [], repaired: 0, settings },
      agentClasses: agentClasses as unknown as StatusClass[],
      caseClasses: caseClasses as unknown as StatusClass[],
    };
  }, 720_000);
  afterAll(() => database?.client.close());

  const sendUpTo = async (share: number): Promise<void> => {
    const { lines, events } = simulation;
    const [from, to] = [known.arrived.length, Math.floor(lines.length * share)];
    await warehouse.send(events.slice(from, to), 5);
    known = { ...known, arrived: lines.slice(0, to) };
  };
  const repair = async (): Promise<void> => {
    await warehouse.repair();
    known = { ...known, repaired: known.arrived.length };
  };

  const agree = async (): Promise<void> => {
    for (const question of monthQuestions(known, range)) await agreeOn(question);
  };
  const agreeOn = async ({ view, sql, rows }: Asked): Promise<void> => {
    // Views for drill-down show more than is recomputed.
    const columns = rows[0] ? Object.keys(rows[0]).join(', ') : '*';
    const found = await database.rows(`SELECT ${columns} FROM ${sql}`);
    expect({ sql, ...difference(found, rows) }).toEqual({ sql, rows: rows.length, surplus: [], missing: [] });
    asked.set(view, Math.max(asked.get(view) ?? 0, rows.length));
  };

  test('while a third of it has arrived and sessions are open', async () => {
    await sendUpTo(0.35);
    expect(warehouse.takenBack).toBeGreaterThan(1_000);
    await agree();
  }, 720_000);

  test('while more arrives and late events join sessions of before', async () => {
    await repair();
    await sendUpTo(0.7);
    await agree();
  }, 720_000);

  test('when all has arrived and when all is repaired', async () => {
    await sendUpTo(1);
    await repair();
    await agree();
  }, 720_000);

  test('every metric view was asked, and had rows to be wrong about', async () => {
    const views = (await readCatalogue(database.client)).filter(isMetricView).map(({ name }) => name);
    expect(views.filter((name) => (asked.get(name) ?? 0) < 2)).toEqual([]);
  });
});
