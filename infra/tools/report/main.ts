/**
 * `make report`: what is in ClickHouse, as text and as one HTML file with charts (FILE=, else `<STACK_DIR>/report.html`);
 * with the demo's truth there, or TRUTH=file, compared with it. FROM and TO, days in UTC, bound what is shown.
 */
import { existsSync } from 'node:fs';
import { demoFiles } from '../demo/files';
import { toolSettings } from '../settings';
import { differs } from './compare';
import { reportFile, writeReport } from './html/write';
import { report, simulatedRange } from './report';
import { readTruth } from './truth';

async function main(): Promise<void> {
  const settings = toolSettings(process.env);
  const file = process.env.TRUTH || demoFiles(settings.stackDir).truth;
  const truth = existsSync(file) ? readTruth(file) : undefined;
  const range = truth ? simulatedRange(truth) : asked(process.env.FROM, process.env.TO);
  const comparisons = await report(settings.clickhouse, range, truth, (text) => process.stdout.write(`${text}`));
  const written = await writeReport(settings.clickhouse, range, process.env.FILE || reportFile(settings.stackDir));
  if (written) console.log(`\n  Charts, in one file to open or to send: ${written}\n`);
  await settings.clickhouse.close();
  if (comparisons.some(differs)) process.exitCode = 1;
}

function asked(from = '', to = ''): { from: number; to: number } {
  const range = { from: from === '' ? 0 : Date.parse(from), to: to === '' ? Date.now() + 86_400_000 : Date.parse(to) };
  if (Number.isNaN(range.from) || Number.isNaN(range.to)) throw new Error('FROM and TO are days: 2026-11-01');
  return range;
}

main().catch((error) => {
  console.error(`report: ${(error as Error).message}`);
  process.exit(1);
});
