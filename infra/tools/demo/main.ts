/**
 * `make demo`: starts the stack, replays a simulated organisation through ingest, and compares what ClickHouse then
 * says with the simulation's own truth. With FAULT=drop|double|shift it plants one fault, on a stack of its own, and
 * succeeds when the report sees it.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointFor } from '../replay/checkpoint';
import { replay } from '../replay/replay';
import { differs } from '../report/compare';
import { report, simulatedRange } from '../report/report';
import { readTruth } from '../report/truth';
import { type ToolSettings, toolSettings } from '../settings';
import { demoFiles } from './files';

interface DemoOptions {
  seed: string;
  events: string;
  fault: string | undefined;
}

async function main(): Promise<void> {
  const startedAt = Date.now();
  const { SEED = '1', EVENTS = '205000', FAULT } = process.env;
  const options = { seed: SEED, events: EVENTS, fault: FAULT || undefined };
  const settings = toolSettings(process.env);
  mkdirSync(settings.replayFolder, { recursive: true });
  await load(settings, options);
  const truth = readTruth(demoFiles(settings.stackDir).truth);
  const comparisons = await report(settings.clickhouse, simulatedRange(truth), truth, (text) =>
    process.stdout.write(text),
  );
  await settings.clickhouse.close();
  const different = comparisons.some(differs);
  if (!options.fault) console.log(farewell(settings));
  console.log(`  ${((Date.now() - startedAt) / 1_000).toFixed(0)} s from the running stack to this line.\n`);
  if (options.fault)
    console.log(
      different
        ? `The planted fault (${options.fault}) was seen.`
        : `The planted fault (${options.fault}) was NOT seen.`,
    );
  process.exitCode = different === Boolean(options.fault) ? 0 : 1;
}

/** Simulates and replays, unless this stack holds just this demo; going on where an interrupted one stopped. */
async function load(settings: ToolSettings, options: DemoOptions): Promise<void> {
  const files = demoFiles(settings.stackDir);
  const wanted = JSON.stringify(options);
  if (existsSync(files.loaded) && readFileSync(files.loaded, 'utf8') === wanted && (await events(settings)) > 0) {
    console.error('The stack holds the demo already: nothing is sent.');
    return;
  }
  const wantedFile = join(files.folder, 'wanted.json');
  const goingOn = existsSync(wantedFile) && readFileSync(wantedFile, 'utf8') === wanted && existsSync(files.truth);
  if (!goingOn) {
    if ((await events(settings)) > 0) {
      throw new Error(
        'the stack holds other data, among which the demo’s past would come late: `make down clean-data`, then `make demo`',
      );
    }
    rmSync(files.folder, { recursive: true, force: true });
    mkdirSync(files.folder, { recursive: true });
    await simulate(files, options);
    writeFileSync(wantedFile, wanted);
  }
  await replay({
    ...settings,
    file: files.events,
    source: 'events',
    checkpoint: checkpointFor(files.events, settings.replayFolder),
    rejectsFile: join(settings.replayFolder, 'rejected.ndjson'),
    maxRequests: 4,
  });
  writeFileSync(files.loaded, wanted);
}

async function events({ clickhouse }: ToolSettings): Promise<number> {
  const result = await clickhouse.query({ query: 'SELECT count() AS n FROM interactions', format: 'JSONEachRow' });
  return Number((await result.json<{ n: string }>())[0].n);
}

/** In a process of its own: the simulator shares nothing with what it checks. */
function simulate(files: ReturnType<typeof demoFiles>, { seed, events: count, fault }: DemoOptions): Promise<void> {
  const script = join(__dirname, '..', '..', '..', 'test', 'simulator', 'main.js');
  const args = [script, '--seed', seed, '--events', count, '--out', files.events, '--truth', files.truth];
  const child = spawn(process.execPath, fault ? [...args, '--fault', fault] : args, {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the simulator ended with code ${code}`))));
  });
}

function farewell({ clickhouseUrl, ingestUrl, database }: ToolSettings): string {
  const query = 'SELECT path, sum(sessions) AS n FROM channel_failure_paths GROUP BY path ORDER BY n DESC LIMIT 5';
  return `
  The stack is up. Ask it:

    curl '${clickhouseUrl}/?database=${database}&default_format=PrettyCompact' --data-binary "${query}"

  In a browser: ${clickhouseUrl}/play      Send events: ${ingestUrl}/v1/events (${ingestUrl}/openapi.json)
  \`make status\` shows its parts, \`make report\` prints this again, \`make down\` stops it.
`;
}

main().catch((error) => {
  console.error(`demo: ${(error as Error).message}`);
  process.exit(1);
});
