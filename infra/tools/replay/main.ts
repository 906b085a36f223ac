/**
 * `make replay FILE=x.ndjson [SOURCE=events]`: sends a file through ingest, or in bulk straight into Kafka, and waits until
 * it is loaded and its late events repaired (`WAIT=0`: does not wait).
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isBulk, runBulk } from '../bulk/run';
import { type ToolSettings, toolSettings } from '../settings';
import { checkpointFor } from './checkpoint';
import { ProgressLine, seconds } from './progress';
import { type Unrepaired, waitUntilRepaired } from './repaired';
import { replay, waitUntilLoaded } from './replay';

async function main(): Promise<void> {
  const { FILE = '', SOURCE = 'events', REQUESTS = '4' } = process.env;
  if (FILE === '') throw new Error('name the file: make replay FILE=events.ndjson (or FILE=- for standard input)');
  if (FILE !== '-' && !existsSync(FILE)) throw new Error(`there is no file ${FILE}`);
  const settings = toolSettings(process.env);
  mkdirSync(settings.replayFolder, { recursive: true });
  if (isBulk(process.env)) return inBulk(settings);
  const result = await replay({
    ...settings,
    file: FILE,
    source: SOURCE,
    checkpoint: checkpointFor(FILE, settings.replayFolder),
    rejectsFile: join(settings.replayFolder, 'rejected.ndjson'),
    maxRequests: Number(REQUESTS) || 4,
  });
  await settings.clickhouse.close();
  const { accepted, rejected, reasons, unrepaired } = result;
  console.log(JSON.stringify({ accepted, rejected, reasons, unrepaired }));
  if (unrepaired.waiting > 0) process.exitCode = 1;
}

async function inBulk(settings: ToolSettings): Promise<void> {
  const startedAt = Date.now();
  const progress = new ProgressLine();
  const result = await runBulk(process.env, settings);
  let unrepaired: Unrepaired | undefined;
  if (process.env.WAIT !== '0') {
    await waitUntilLoaded(settings, progress);
    progress.end(`loaded: everything sent is in ClickHouse after ${seconds(Date.now() - startedAt)}`);
    unrepaired = await waitUntilRepaired(settings.clickhouse, progress, { startedAt });
  }
  await settings.clickhouse.close();
  console.log(JSON.stringify({ ...result, unrepaired }));
  if (unrepaired && unrepaired.waiting > 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(`replay: ${(error as Error).message}`);
  process.exit(1);
});
