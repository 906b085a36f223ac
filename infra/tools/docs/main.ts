/**
 * `make docs`: writes `docs/data-dictionary.md` from a throw-away engine with all migrations applied. With `--check` it
 * writes nothing and ends with 1 when the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCatalogue } from '../../clickhouse/catalogue';
import { metricDefinitions } from '../../clickhouse/metric-definitions';
import { renderDataDictionary } from './data-dictionary';
import { onThrowAwayEngine } from './throw-away-engine';

/** Beside whatever else runs: bench takes 6000, planted faults 3000, tests 15000 and more. */
const portOffset = 7_000;
const file = resolve('docs/data-dictionary.md');

onThrowAwayEngine('.local/docs', portOffset, async (client) => {
  const text = renderDataDictionary(await readCatalogue(client), metricDefinitions);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) throw new Error('docs/data-dictionary.md is stale: run `make docs`');
});
