import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLog } from '../../../services/lib/log';
import { readSettings } from '../../../services/lib/settings';
import { TablesLost } from '../../../services/load/positions';
import { loadSettings } from '../../../services/load/settings';
import { Warehouse } from '../../../services/load/warehouse';

let server: Server;
let status = 200;
let writes = 0;
let warehouse: Warehouse;
const row = {
  topic: 't',
  partition: 0,
  loaded_offset: 1,
  loaded_until: 1,
  change_seq: 0,
  raw_partitions: 0,
  raw: new Map(),
};

beforeEach(async () => {
  writes = 0;
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (status === 200) writes += 1;
      response.writeHead(status).end(status === 200 ? '' : 'Code: 210. DB::Exception: away. (NETWORK_ERROR)');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  warehouse = new Warehouse(readSettings(loadSettings, { CLICKHOUSE_URL: url }), createLog('load', 'silent'));
});

afterEach(async () => {
  await warehouse.close();
  server.closeAllConnections();
  server.close();
});

test('after a fault, and only then, nothing is written before it is asked whether it is the same ClickHouse', async () => {
  let asked = 0;
  let isAnother = true;
  warehouse.beforeWritingAgain = async () => {
    asked += 1;
    if (isAnother) throw new TablesLost(row);
  };
  await warehouse.writeStatus([row]);
  expect({ asked, writes }).toEqual({ asked: 0, writes: 1 });
  status = 503;
  await expect(warehouse.check()).rejects.toThrow();
  status = 200;
  await expect(warehouse.writeStatus([row])).rejects.toThrow(TablesLost);
  expect({ asked, writes }).toEqual({ asked: 1, writes: 1 });
  isAnother = false;
  await warehouse.writeStatus([row]);
  await warehouse.writeStatus([row]);
  expect({ asked, writes }).toEqual({ asked: 2, writes: 3 });
});
