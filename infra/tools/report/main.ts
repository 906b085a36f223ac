/** `make report`: the demo's report again; with TRUTH=file it compares, else it shows what is there. */
import { existsSync } from 'node:fs';
import { demoFiles } from '../demo/files';
import { toolSettings } from '../settings';
import { differs } from './compare';
import { report, simulatedRange } from './report';
import { readTruth } from './truth';

async function main(): Promise<void> {
  const settings = toolSettings(process.env);
  const file = process.env.TRUTH || demoFiles(settings.stackDir).truth;
  const truth = existsSync(file) ? readTruth(file) : undefined;
  const range = truth ? simulatedRange(truth) : { from: 0, to: Date.now() + 86_400_000 };
  const comparisons = await report(settings.clickhouse, range, truth, (text) => process.stdout.write(`${text}`));
  await settings.clickhouse.close();
  if (comparisons.some(differs)) process.exitCode = 1;
}

main().catch((error) => {
  console.error(`report: ${(error as Error).message}`);
  process.exit(1);
});
