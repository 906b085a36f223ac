import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectDatabase } from '../../infra/clickhouse/database';
import { migrate } from '../../infra/clickhouse/migrate';
import { schemaTexts } from '../../schemas/types';
import { avroType } from '../../services/lib/avro';
import { createLog } from '../../services/lib/log';
import { readSettings } from '../../services/lib/settings';
import { plansFor } from '../../services/load/domain/insert-plans';
import { isDataFault } from '../../services/load/refused-data';
import { loadSettings } from '../../services/load/settings';
import { Warehouse } from '../../services/load/warehouse';
import { eventOf } from './support/load-input';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const plan = plansFor('interactions')[1];
const never = new AbortController().signal;
const type = avroType('enriched-event.v1');
const framed = (body: Buffer, id = 1) => Buffer.concat([Buffer.from([0, 0, 0, 0, id]), body]);
const events = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => framed(type.toBuffer(eventOf(from + index, (index % 100) / 100))));

/** What load's exactness rests on in ClickHouse, with nothing else around. */
describe('a block in ClickHouse', () => {
  let registry: Server;
  let client: ClickHouseClient;
  let warehouse: Warehouse;
  let withoutRegistry: Warehouse;

  beforeAll(async () => {
    registry = createServer((request, response) => {
      if (request.url?.endsWith('/schemas/ids/1')) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ schema: schemaTexts['enriched-event.v1'] }));
      } else {
        response.statusCode = 404;
        response.end(JSON.stringify({ error_code: 40403, message: 'Schema not found' }));
      }
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const { clickhouseUrl: url } = local.stack.addresses;
    const database = 'blocks';
    client = await connectDatabase({ url, database, username: 'default', password: '' });
    await migrate(client, { folder: join(__dirname, '../../infra/clickhouse/migrations') });
    const registryUrl = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const of = (SCHEMA_REGISTRY_URL: string) =>
      new Warehouse(
        readSettings(loadSettings, { CLICKHOUSE_URL: url, CLICKHOUSE_DATABASE: database, SCHEMA_REGISTRY_URL }),
        createLog('test', 'silent'),
      );
    warehouse = of(registryUrl);
    withoutRegistry = of('http://127.0.0.1:9');
  }, 180_000);

  afterAll(async () => {
    await Promise.all([client?.close(), warehouse?.close(), withoutRegistry?.close()]);
    registry?.close();
  });

  const insert = (token: string, body: Buffer[], deadline_at = Date.now() + 60_000, by = warehouse) =>
    by.insert(plan, { partition: 0, token, deadline_at }, Buffer.concat(body), never);

  const stored = async (): Promise<{ events: number; volume: number; parts: number }> => {
    const result = await client.query({
      query: `SELECT toUInt32(count()) AS events, (SELECT toUInt32(sum(events)) FROM volume_trends) AS volume,
        (SELECT toUInt32(sum(level = 0 OR max_block_number = min_block_number)) FROM system.parts
         WHERE database = 'blocks' AND table = 'interactions' AND active) AS parts FROM interactions`,
      format: 'JSONEachRow',
    });
    return (await result.json<{ events: number; volume: number; parts: number }>())[0];
  };

  test('of the largest size is refused whole when its last record cannot be read', async () => {
    const body = [...events(100_000), events(1)[0].subarray(0, -9)];
    await expect(insert('largest', body)).rejects.toThrow(/EOF/);
    expect(await stored()).toEqual({ events: 0, volume: 0, parts: 0 });
  }, 180_000);

  test('of the largest size is one part a month, and repeating it changes nothing', async () => {
    const body = events(100_000);
    await insert('largest', body);
    const first = await stored();
    // Every fiftieth is a staff event.
    expect(first).toEqual({ events: 100_000, volume: 98_000, parts: 2 });
    await insert('largest', body);
    expect(await stored()).toEqual(first);
  }, 180_000);

  test('is known after the engine was killed', async () => {
    const body = events(500, 100_000);
    await insert('before the kill', body);
    const before = await stored();
    await local.stack.killPart('clickhouse');
    await local.stack.startPart('clickhouse');
    await insert('before the kill', body);
    const { events: count, volume } = await stored();
    expect({ count, volume }).toEqual({ count: before.events, volume: before.volume });
  }, 180_000);

  test('does not run when its deadline is over, which is no fault of the data', async () => {
    const error = await insert('late', events(1, 200_000), Date.now() - 1).catch((fault) => fault);
    expect(error.message).toContain('the deadline of this insert is over');
    expect(isDataFault(error)).toBe(false);
  });

  test.each([
    { name: 'no frame', body: [Buffer.from('hello')] },
    { name: 'cut short', body: [...events(3), events(1)[0].subarray(0, -4), ...events(3)] },
  ])('$name: refused for its data, and a trial says so and leaves nothing', async ({ body }) => {
    const before = await stored();
    const error = await insert('refused', body).catch((fault) => fault);
    expect(isDataFault(error)).toBe(true);
    expect(await warehouse.accepts(plan, Buffer.concat(body), never)).toBe(false);
    expect(await warehouse.accepts(plan, Buffer.concat(events(3)), never)).toBe(true);
    expect(await stored()).toEqual(before);
  });

  test.each([
    { name: 'does not answer', by: () => withoutRegistry, body: events(1) },
    // Load knows it: that registry is starting, or another.
    { name: 'lacks a schema', by: () => warehouse, body: [framed(type.toBuffer(eventOf(1, 0)), 77)] },
  ])('is not to blame when the registry of ClickHouse $name', async ({ by, body }) => {
    const error = await insert('no registry', body, Date.now() + 60_000, by()).catch((fault) => fault);
    expect(error).toMatchObject({ code: expect.anything() });
    expect(isDataFault(error)).toBe(false);
  });
});
