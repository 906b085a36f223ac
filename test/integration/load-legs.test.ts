import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectDatabase } from '../../infra/clickhouse/database';
import { migrate } from '../../infra/clickhouse/migrate';
import { type LegRow, type SessionChangeSet, schemaTexts } from '../../schemas/types';
import { avroType } from '../../services/lib/avro';
import { createLog } from '../../services/lib/log';
import { readSettings } from '../../services/lib/settings';
import { currentVersion, plansFor } from '../../services/load/domain/insert-plans';
import { isDataFault } from '../../services/load/refused-data';
import { type Ask, legsOf } from '../../services/load/repair/questions';
import { loadSettings } from '../../services/load/settings';
import { Warehouse } from '../../services/load/warehouse';
import { legOf } from './support/load-input';
import { viewsAgainstRows } from './support/recomputed';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const never = new AbortController().signal;
const plans = plansFor('sessions');

const namesOf = (version: number): (keyof LegRow)[] => {
  const tuple = plans[version].columns.find(([name]) => name === 'legs')?.[1] ?? '';
  return [...tuple.matchAll(/(\w+) [A-Z]/g)].map(([, name]) => name as keyof LegRow);
};
const oldColumns = namesOf(1);
const newColumns = namesOf(2).filter((name) => !oldColumns.includes(name));

/** The schema as it was before a leg had the columns of plan 2. */
function schemaOfPlan1(): string {
  const names = new Set<string>(oldColumns);
  const schema = JSON.parse(schemaTexts['session-change-set.v1']);
  const legs = schema.fields.find(({ name }: { name: string }) => name === 'legs').type.items;
  legs.fields = legs.fields.filter(({ name }: { name: string }) => names.has(name));
  return JSON.stringify(schema);
}

const framed = (id: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 0, id]), body]);
const changeSet = (legs: LegRow[]): SessionChangeSet => ({
  customer_id: 'c',
  change_seq: 1,
  sessions: [],
  legs,
  state: [],
  progress: null,
});

describe('the rows of legs in ClickHouse', () => {
  let registry: Server;
  let client: ClickHouseClient;
  let warehouse: Warehouse;
  const texts: Record<string, string> = { 1: schemaTexts['session-change-set.v1'], 2: schemaOfPlan1() };
  const today = (legs: LegRow[]) => framed(1, avroType('session-change-set.v1').toBuffer(changeSet(legs)));
  const asBefore = (legs: LegRow[]) => framed(2, avroType(JSON.parse(texts[2])).toBuffer(changeSet(legs)));

  beforeAll(async () => {
    registry = createServer((request, response) => {
      const schema = texts[request.url?.split('/').at(-1) ?? ''];
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ schema }));
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    [client, warehouse] = await open('legs', join(__dirname, '../../infra/clickhouse/migrations'));
  }, 180_000);
  afterAll(async () => {
    await Promise.all([client?.close(), warehouse?.close()]);
    registry?.close();
  });

  /** A database with the migrations of a folder, and load's way into it. */
  async function open(database: string, folder: string): Promise<[ClickHouseClient, Warehouse]> {
    const { clickhouseUrl: url } = local.stack.addresses;
    const own = await connectDatabase({ url, database, username: 'default', password: '' });
    await migrate(own, { folder });
    const SCHEMA_REGISTRY_URL = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const settings = { CLICKHOUSE_URL: url, CLICKHOUSE_DATABASE: database, SCHEMA_REGISTRY_URL };
    return [own, new Warehouse(readSettings(loadSettings, settings), createLog('test', 'silent'))];
  }

  const insert = (version: number, token: string, body: Buffer) =>
    warehouse.insert(plans[version], { partition: 0, token, deadline_at: Date.now() + 60_000 }, body, never);
  /** As the repair reads them back. */
  const stored = async (by = warehouse): Promise<LegRow[]> => {
    const ask: Ask = (query, params) => by.rows(query, params);
    const span = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 11, 31) };
    const rows = await legsOf(ask, new Map([['c', span]]));
    return rows.map(({ customer_id, ...row }) => {
      expect(customer_id).toBe('c');
      return row;
    });
  };

  test('are read back by the repair exactly as they were emitted, and taken back by that', async () => {
    const rows = Array.from({ length: 56 }, (_, index) => legOf('s', index, 7));
    for (const name of newColumns) {
      expect({ name, varies: new Set(rows.map((row) => row[name])).size > 1 }).toEqual({ name, varies: true });
    }
    await insert(currentVersion, 'rows', today(rows));
    const found = await stored();
    expect(found.toSorted(byArrival)).toEqual(rows);
    await insert(currentVersion, 'back', today(found.map((row) => ({ ...row, sign: -1 }))));
    expect(await stored()).toEqual([]);
  }, 180_000);

  test('of a block begun with plan 1 are still taken by it: the columns since then have their defaults', async () => {
    const row = legOf('old', 1, 8);
    await insert(1, 'old', asBefore([row]));
    const [found] = await stored();
    expect(found).toEqual({
      ...row,
      resolved_by: '',
      goal: '',
      case_id: '',
      order_id: '',
      hold_count: 0,
      unanswered_offer_count: 0,
      customer_message_count: 0,
      agent_message_count: 0,
      bot_message_count: 0,
      first_reply_at: null,
      abandoned_in: '',
      contact_intent: false,
      cost_minor: null,
      cost_currency: '',
      emotion_start: null,
      emotion_end: null,
    });
  }, 180_000);

  test('of a database filled before the columns came stand after the migration, and can be taken back', async () => {
    const all = join(__dirname, '../../infra/clickhouse/migrations');
    const files = mkdtempSync(join(tmpdir(), 'migrations-'));
    for (const name of readdirSync(all).filter((one) => one < '0013')) cpSync(join(all, name), join(files, name));
    const [filled, its] = await open('filled', files);
    try {
      const before = Array.from({ length: 12 }, (_, index) => legOf('s', index, 3));
      const insertInto = (version: number, token: string, body: Buffer) =>
        its.insert(plans[version], { partition: 0, token, deadline_at: Date.now() + 60_000 }, body, never);
      await insertInto(1, 'before', asBefore(before));
      expect(await migrate(filled, { folder: all })).toContain('0013_add_leg_columns.sql');
      const found = (await stored(its)).toSorted(byArrival);
      expect(found).toHaveLength(12);
      expect(found[3]).toMatchObject({ leg_id: 's-3', wait_ms: 10, goal: '', first_reply_at: null, hold_count: 0 });
      // As sessionize does after it: what stood goes, what is true now comes.
      const now = before.map((row) => ({ ...row, version: 4 }));
      await insertInto(currentVersion, 'after', today([...found.map((row) => ({ ...row, sign: -1 })), ...now]));
      expect((await stored(its)).toSorted(byArrival)).toEqual(now);
      expect(await its.rows(viewsAgainstRows.efficiency_metrics)).toEqual([{ rows: 0 }]);
      expect(await its.rows('SELECT toInt32(sum(legs)) AS legs FROM efficiency_metrics')).toEqual([{ legs: 12 }]);
    } finally {
      await Promise.all([filled.close(), its.close()]);
      rmSync(files, { recursive: true });
    }
  }, 180_000);

  test.each([
    { version: 1, name: 'a record with the columns', body: () => today([legOf('x', 1, 9)]) },
    { version: 2, name: 'a record without them', body: () => asBefore([legOf('x', 1, 9)]) },
  ])('plan $version refuses $name whole', async ({ version, body }) => {
    const standing = await stored();
    const error = await insert(version, `refused ${version}`, body()).catch((fault) => fault);
    expect(error).toBeInstanceOf(Error);
    expect(isDataFault(error)).toBe(true);
    expect(await stored()).toEqual(standing);
  });
});

const byArrival = (a: LegRow, b: LegRow): number => a.arrived_at - b.arrived_at;
