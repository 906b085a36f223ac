import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type PartName, partNames, stackAddresses } from './addresses';
import { ensureDownloads } from './downloads';
import { StackFault } from './faults';
import { launchPart, stopPart } from './launch';
import type { PartContext } from './part';
import { partNamed, serviceNames } from './parts';
import { readPidState } from './pid-files';
import { requireFreePort } from './port-holder';
import type { OnProgress } from './progress';
import { requireFreeSpace, requireJava } from './requirements';
import { type SetUpStep, setUpSteps } from './setup-steps';
import type { StackOptions } from './stack-options';

/** A demo's Kafka logs, tables and logs, with room to merge. */
const dataBytes = 1e9;

/** The nearest folder above this file that holds package.json: the same from the sources and from dist. */
export function projectRoot(from = __dirname): string {
  for (let folder = from; dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return process.cwd();
}

/**
 * Starts those of the named parts that do not run, all or nothing; `setUp` says whether the set-up steps come before
 * the services. The caller holds the stack's lock.
 */
export async function startMissing(
  dir: string,
  options: StackOptions,
  names: readonly PartName[],
  setUp: boolean,
): Promise<void> {
  const onProgress = options.onProgress ?? (() => {});
  claimPortOffset(dir, options.portOffset);
  const missing: PartName[] = [];
  for (const name of names) {
    const state = readPidState(dir, name);
    if (state.state === 'running') onProgress({ kind: 'already_running', part: name, pid: state.record.pid });
    else missing.push(name);
  }
  if (missing.length === 0) return;

  const context = newContext(dir, options);
  requireFreeSpace(dir, dataBytes, 'the stack');
  for (const name of missing) {
    for (const port of partNamed(name).ports(context.addresses)) {
      await requireFreePort(context.addresses.host, port, name);
    }
  }
  // Kafka and the registry last: theirs may take a download.
  for (const name of missing.toReversed()) await partNamed(name).check(context);

  const steps = setUp ? (options.setUpSteps ?? setUpSteps).filter((step) => canRun(step, names)) : [];
  try {
    await startInOrder({ missing, steps, context, onProgress, outerSignal: options.signal });
  } catch (error) {
    await stopParts(dir, missing, onProgress);
    throw error;
  }
}

const canRun = (step: SetUpStep, names: readonly PartName[]) => step.needs.every((name) => names.includes(name));

interface StartPlan {
  missing: readonly PartName[];
  steps: readonly SetUpStep[];
  context: PartContext;
  onProgress: OnProgress;
  outerSignal: AbortSignal | undefined;
}

/** The servers all at once, then the set-up steps one by one, then the services all at once. */
async function startInOrder({ missing, steps, context, onProgress, outerSignal }: StartPlan): Promise<void> {
  const attempt = new AbortController();
  const signal = outerSignal ? AbortSignal.any([attempt.signal, outerSignal]) : attempt.signal;
  const startAll = async (names: readonly PartName[]) => {
    signal.throwIfAborted();
    const starts = names.map((name) => launchPart(partNamed(name), context, onProgress, signal));
    // The first fault ends the waiting for the others, and is the one that is told.
    for (const start of starts) start.catch((error: unknown) => attempt.abort(error));
    await Promise.allSettled(starts);
    signal.throwIfAborted();
  };

  await startAll(missing.filter((name) => !serviceNames.includes(name)));
  for (const step of steps) {
    signal.throwIfAborted();
    const startedAt = Date.now();
    const detail = await step.run(context);
    onProgress({ kind: 'set_up', step: step.name, seconds: (Date.now() - startedAt) / 1000, detail });
  }
  await startAll(missing.filter((name) => serviceNames.includes(name)));
}

/** Services first and together, then the servers one after the other; answers the names of those that ran. */
export async function stopParts(dir: string, names: readonly PartName[], onProgress: OnProgress): Promise<PartName[]> {
  const services = serviceNames.filter((name) => names.includes(name));
  const servers = partNames.filter((name) => names.includes(name) && !services.includes(name));
  const stopped: PartName[] = [];
  const stop = async (name: PartName) => {
    if (await stopPart(dir, partNamed(name), onProgress)) stopped.push(name);
  };
  await Promise.all(services.toReversed().map(stop));
  for (const name of servers.toReversed()) await stop(name);
  return stopped;
}

function newContext(stackDir: string, options: StackOptions): PartContext {
  const root = projectRoot();
  let java: ReturnType<PartContext['java']> | undefined;
  const findJava = async () => ({
    command: await requireJava(options.env),
    downloads: await ensureDownloads({
      pomPath: join(root, 'infra', 'local', 'pom.xml'),
      downloadsDir: join(root, '.local', 'downloads'),
      env: options.env,
      signal: options.signal,
      onProgress: (text) => options.onProgress?.({ kind: 'note', text }),
    }),
  });
  return {
    stackDir,
    addresses: stackAddresses(options.portOffset),
    projectRoot: root,
    distDir: options.distDir ?? join(root, 'dist'),
    env: options.env,
    partEnv: options.partEnv ?? {},
    kafka: options.kafka,
    java: () => {
      java ??= findJava();
      return java;
    },
  };
}

const settingsPath = (dir: string) => join(dir, 'stack.json');

/** The port offset this folder's stack was last started with, or undefined. */
export function savedPortOffset(dir: string): number | undefined {
  if (!existsSync(settingsPath(dir))) return undefined;
  const saved: unknown = JSON.parse(readFileSync(settingsPath(dir), 'utf8'));
  return typeof saved === 'object' && saved !== null && 'port_offset' in saved ? Number(saved.port_offset) : undefined;
}

/** Throws StackFault when parts of this stack run at another offset: half a stack could not find the other half. */
function claimPortOffset(dir: string, portOffset: number): void {
  const saved = savedPortOffset(dir);
  const running = partNames.filter((name) => readPidState(dir, name).state === 'running');
  if (saved !== undefined && saved !== portOffset && running.length > 0) {
    throw new StackFault(
      `The stack in ${dir} runs with STACK_PORT_OFFSET=${saved}, not ${portOffset}: use that offset, or stop it first with \`make down\`.`,
    );
  }
  mkdirSync(dir, { recursive: true });
  writeFileSync(settingsPath(dir), `${JSON.stringify({ port_offset: portOffset })}\n`);
}
