/**
 * `make docs`: writes `docs/data-dictionary.md` from a throw-away engine with all migrations applied. With `--check` it
 * writes nothing and ends with 1 when the file is stale.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCatalogue } from '../../clickhouse/catalogue';
import { connectDatabase } from '../../clickhouse/database';
import { metricDefinitions } from '../../clickhouse/metric-definitions';
import { faultText } from '../../local/faults';
import { startStack, stopStack } from '../../local/stack';
import { renderDataDictionary } from './data-dictionary';

const dir = resolve('.local/docs');
/** Beside whatever else runs: bench takes 6000, planted faults 3000, tests 15000 and more. */
const portOffset = 7_000;
const file = resolve('docs/data-dictionary.md');

async function main(): Promise<void> {
  await stopStack({ dir });
  rmSync(dir, { recursive: true, force: true });
  const { addresses } = await startStack({ dir, portOffset, parts: ['clickhouse'], env: process.env });
  try {
    const client = await connectDatabase({
      url: addresses.clickhouseUrl,
      database: 'customer_dynamics',
      username: 'default',
      password: '',
    });
    const text = renderDataDictionary(await readCatalogue(client), metricDefinitions);
    await client.close();
    if (!process.argv.includes('--check')) writeFileSync(file, text);
    else if (readFileSync(file, 'utf8') !== text) throw new Error('docs/data-dictionary.md is stale: run `make docs`');
  } finally {
    await stopStack({ dir });
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(`docs: ${faultText(error)}`);
  process.exit(1);
});
