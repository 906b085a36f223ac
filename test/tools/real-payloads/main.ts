/**
 * Sends real payloads of vendors through the adapters and the validation of ingest, and counts what becomes of them.
 * `node dist/test/tools/real-payloads/main.js [folder of interactions] [--json]`; says so and ends with 0 when it is not
 * there. Ends with 1 when a second delivery makes other ids.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contactCentreSets } from './contact-centres';
import { type Counts, count, type RealSet } from './count';
import { intercomSet, zendeskSet } from './desks';
import { tableSets, vconSet } from './tables';

async function setsOf(folder: string): Promise<RealSet[]> {
  const fixtures = join(folder, 'vendor_fixtures');
  return [
    ...contactCentreSets(fixtures),
    vconSet(folder),
    zendeskSet(fixtures),
    intercomSet(fixtures),
    ...(await tableSets(folder)),
  ];
}

const list = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ') || 'none';

const render = (it: Counts): string =>
  [
    `${it.name}: ${it.items} records, ${it.events} events in ${it.milliseconds} ms`,
    `  by type: ${list(it.byType)}`,
    `  by channel: ${list(it.byChannel)}`,
    `  refused: ${list(it.refused)}`,
    `  without facts: ${list(it.skipped)}`,
    `  legs: ${list(it.legs)}`,
    `  same event from several records: ${it.repeated}; records whose repeat makes other ids: ${it.unstable}`,
  ].join('\n');

async function main(): Promise<void> {
  const folder = process.argv[2] ?? join('..', 'shared', 'data', 'interactions');
  if (!existsSync(folder)) return console.log(`There is no ${folder}: nothing to count.`);
  const counts = (await setsOf(folder)).map((set) => count(set, Date.now()));
  console.log(process.argv.includes('--json') ? JSON.stringify(counts, null, 2) : counts.map(render).join('\n\n'));
  if (counts.some(({ unstable }) => unstable > 0)) process.exitCode = 1;
}

if (require.main === module) {
  main().catch((error) => {
    console.error(`real-payloads: ${(error as Error).message}`);
    process.exit(1);
  });
}
