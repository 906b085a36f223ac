/**
 * Part of `make docs`: writes the answers into `docs/analyst-guide.md`, from an engine of its own that holds the demo's
 * data.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { connectDatabase } from '../../infra/clickhouse/database';
import { faultText } from '../../infra/local/faults';
import { startStack, stopStack } from '../../infra/local/stack';
import { simulate } from '../simulator/simulate';
import { loadDemoTables } from './demo-tables';
import { withAnswers } from './guide';

const dir = resolve('.local/guide');
const portOffset = 7_200;
const file = resolve('docs/analyst-guide.md');

async function main(): Promise<void> {
  await stopStack({ dir });
  rmSync(dir, { recursive: true, force: true });
  const { addresses } = await startStack({ dir, portOffset, parts: ['clickhouse'], env: process.env });
  try {
    const url = addresses.clickhouseUrl;
    const client = await connectDatabase({ url, database: 'customer_dynamics', username: 'default', password: '' });
    await loadDemoTables(client, simulate());
    writeFileSync(file, await withAnswers(client, readFileSync(file, 'utf8')));
    await client.close();
  } finally {
    await stopStack({ dir });
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(`docs: ${faultText(error)}`);
  process.exit(1);
});
