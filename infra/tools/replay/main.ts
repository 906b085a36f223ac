/** `make replay FILE=x.ndjson [SOURCE=events]`: sends a file through ingest and waits until it is loaded and its late events repaired. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toolSettings } from '../settings';
import { checkpointFor } from './checkpoint';
import { replay } from './replay';

async function main(): Promise<void> {
  const { FILE = '', SOURCE = 'events', REQUESTS = '4' } = process.env;
  if (FILE === '') throw new Error('name the file: make replay FILE=events.ndjson (or FILE=- for standard input)');
  if (FILE !== '-' && !existsSync(FILE)) throw new Error(`there is no file ${FILE}`);
  const settings = toolSettings(process.env);
  mkdirSync(settings.replayFolder, { recursive: true });
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

main().catch((error) => {
  console.error(`replay: ${(error as Error).message}`);
  process.exit(1);
});
