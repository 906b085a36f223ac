/**
 * `make docs`: writes `docs/data-dictionary.md` from a throw-away engine with all migrations applied, and
 * `docs/prometheus-metrics.md` from what the services register. With `--check` it writes nothing and ends with 1 when one
 * is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCatalogue } from '../../clickhouse/catalogue';
import { metricDefinitions } from '../../clickhouse/metric-definitions';
import { renderDataDictionary } from './data-dictionary';
import { renderMetrics, serviceMetrics } from './prometheus-metrics';
import { onThrowAwayEngine } from './throw-away-engine';

/** Beside whatever else runs: bench takes 6000, planted faults 3000, tests 15000 and more. */
const portOffset = 7_000;

function write(name: string, text: string): void {
  const file = resolve(name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) throw new Error(`${name} is stale: run \`make docs\``);
}

write('docs/prometheus-metrics.md', renderMetrics(serviceMetrics()));

onThrowAwayEngine('.local/docs', portOffset, async (client) => {
  write('docs/data-dictionary.md', renderDataDictionary(await readCatalogue(client), metricDefinitions));
});
