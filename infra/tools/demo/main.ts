/**
 * `make demo`: starts the stack and simulates, replays a simulated organisation through ingest, and compares what ClickHouse then
 * says with the simulation's own truth. With FAULT=drop|double|shift it plants one fault, on a stack of its own, and
 * succeeds when the report sees it.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultText } from '../../local/faults';
import { cleanData, formatProgress, type StackOptions, startStack, stopStack } from '../../local/stack';
import { checkpointFor } from '../replay/checkpoint';
import { ProgressLine } from '../replay/progress';
import { waitUntilRepaired } from '../replay/repaired';
import { replay } from '../replay/replay';
import { differs } from '../report/compare';
import { reportFile, writeReport } from '../report/html/write';
import { report, simulatedRange } from '../report/report';
import { readTruth } from '../report/truth';
import { type ToolSettings, toolSettings } from '../settings';
import { demoFiles } from './files';
import { writeFollowUps } from './follow-ups';
import { type OrganisationSettings, tellOrganisation } from './organisation';

interface DemoOptions {
  seed: string;
  events: string;
  fault: string | undefined;
}

/** A fault is planted on a stack of its own, so that nobody's data is spoilt; it is stopped afterwards. */
const faultStack = { STACK_DIR: '.local/fault', STACK_PORT_OFFSET: '3000' };

async function main(): Promise<void> {
  const startedAt = Date.now();
  const { SEED = '1', EVENTS = '205000', FAULT } = process.env;
  const options = { seed: SEED, events: EVENTS, fault: FAULT || undefined };
  const settings = toolSettings(options.fault ? { ...process.env, ...faultStack } : process.env);
  const stack: StackOptions = {
    dir: settings.stackDir,
    portOffset: settings.portOffset,
    env: process.env,
    onProgress: (progress) => console.error(formatProgress(progress)),
  };
  if (options.fault) await forget(stack, settings);
  let different: boolean;
  try {
    different = await show(settings, options, stack);
  } finally {
    if (options.fault) await stopStack(stack);
  }
  if (options.fault) console.log(`The planted fault (${options.fault}) was ${different ? '' : 'NOT '}seen.`);
  else console.log(`${farewell(settings)}\n  ${((Date.now() - startedAt) / 1_000).toFixed(0)} s in all.\n`);
  process.exitCode = different === Boolean(options.fault) ? 0 : 1;
}

/** Answers whether the figures differ from the truth. */
async function show(settings: ToolSettings, options: DemoOptions, stack: StackOptions): Promise<boolean> {
  await load(settings, options, stack);
  // Load does it by the clock; the dashboards are to be full at once.
  await writeFollowUps(settings, new ProgressLine());
  const truth = readTruth(demoFiles(settings.stackDir).truth);
  const print = (text: string) => process.stdout.write(text);
  const comparisons = await report(settings.clickhouse, simulatedRange(truth), truth, print);
  await writeReport(settings.clickhouse, simulatedRange(truth), reportFile(settings.stackDir));
  await settings.clickhouse.close();
  return comparisons.some(differs);
}

async function forget(stack: StackOptions, settings: ToolSettings): Promise<void> {
  await stopStack(stack);
  await cleanData(stack.dir);
  rmSync(demoFiles(settings.stackDir).folder, { recursive: true, force: true });
  rmSync(settings.replayFolder, { recursive: true, force: true });
}

/** Simulates and replays, unless this stack holds just this demo; going on where an interrupted one stopped. */
async function load(settings: ToolSettings, options: DemoOptions, stack: StackOptions): Promise<void> {
  const files = demoFiles(settings.stackDir);
  // Events of an older simulator are other events: a stack that holds them is refused below.
  const wanted = JSON.stringify({ ...options, simulator: 'cases reopened, plans of agents, comments of surveys' });
  const wantedTruth = JSON.stringify({ wanted, truth: 'callbacks, surveys, cases, agents' });
  const noted = (file: string, note = wanted): boolean => existsSync(file) && readFileSync(file, 'utf8') === note;
  // Both take a while and neither needs the other.
  const simulated = noted(files.simulated, wantedTruth) ? undefined : simulate(files, options);
  simulated?.catch(() => undefined);
  await startStack(stack);
  const held = await events(settings);
  if (noted(files.loaded) && held > 0) {
    console.error('The stack holds the demo already: nothing is sent.');
    await simulated;
    writeFileSync(files.simulated, wantedTruth);
    await tell(settings, files.settings);
    await waitUntilRepaired(settings.clickhouse, new ProgressLine(), { startedAt: Date.now() });
    return;
  }
  if (!noted(files.begun) && held > 0) {
    await simulated?.catch(() => undefined);
    throw new Error(
      'the stack holds other data, among which the demo’s past would come late: `make down clean-data`, then `make demo`',
    );
  }
  await simulated;
  writeFileSync(files.simulated, wantedTruth);
  writeFileSync(files.begun, wanted);
  await tell(settings, files.settings);
  mkdirSync(settings.replayFolder, { recursive: true });
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

/** The tables that are an organisation's own to fill, as the simulated one fills them. */
const tell = ({ clickhouse }: ToolSettings, file: string): Promise<void> =>
  tellOrganisation(clickhouse, JSON.parse(readFileSync(file, 'utf8')) as OrganisationSettings);

async function events({ clickhouse }: ToolSettings): Promise<number> {
  const result = await clickhouse.query({ query: 'SELECT count() AS n FROM interactions', format: 'JSONEachRow' });
  return Number((await result.json<{ n: string }>())[0].n);
}

/** In a process of its own: the simulator shares nothing with what it checks. */
function simulate(files: ReturnType<typeof demoFiles>, { seed, events: count, fault }: DemoOptions): Promise<void> {
  mkdirSync(files.folder, { recursive: true });
  const script = join(__dirname, '..', '..', '..', 'test', 'simulator', 'main.js');
  const outputs = ['--out', files.events, '--truth', files.truth, '--settings', files.settings];
  const args = [script, '--seed', seed, '--events', count, ...outputs];
  const child = spawn(process.execPath, fault ? [...args, '--fault', fault] : args, {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the simulator ended with code ${code}`))));
  });
}

function farewell({ clickhouseUrl, ingestUrl, database, stackDir }: ToolSettings): string {
  const query = 'SELECT path, sum(sessions) AS n FROM channel_failure_paths GROUP BY path ORDER BY n DESC LIMIT 5';
  return `
  The stack is up. Ask it:

    curl '${clickhouseUrl}/?database=${database}&default_format=PrettyCompact' --data-binary "${query}"

  In a browser: ${clickhouseUrl}/play      Send events: ${ingestUrl}/v1/events (${ingestUrl}/openapi.json)
  \`make status\` shows its parts, \`make report\` prints this again, \`make down\` stops it.

  The same in charts, one file to open in a browser: ${reportFile(stackDir)}
  The dashboards, where there is a Grafana or Docker: \`make grafana\`
`;
}

main().catch((error) => {
  console.error(`demo: ${faultText(error)}`);
  process.exit(1);
});
