import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { connectDatabase } from '../../clickhouse/database';
import { faultText } from '../../local/faults';
import { startStack, stopStack } from '../../local/stack';

/**
 * Runs one half of `make docs` on an engine of its own with all migrations applied, gone afterwards. A fault is told in one
 * line and ends the process with 1.
 */
export function onThrowAwayEngine(
  folder: string,
  portOffset: number,
  work: (client: ClickHouseClient) => Promise<void>,
): void {
  run(resolve(folder), portOffset, work).catch((error) => {
    console.error(`docs: ${faultText(error)}`);
    process.exit(1);
  });
}

async function run(dir: string, portOffset: number, work: (client: ClickHouseClient) => Promise<void>): Promise<void> {
  await stopStack({ dir });
  rmSync(dir, { recursive: true, force: true });
  const { addresses } = await startStack({ dir, portOffset, parts: ['clickhouse'], env: process.env });
  try {
    const url = addresses.clickhouseUrl;
    const client = await connectDatabase({ url, database: 'customer_dynamics', username: 'default', password: '' });
    await work(client);
    await client.close();
  } finally {
    await stopStack({ dir });
    rmSync(dir, { recursive: true, force: true });
  }
}
