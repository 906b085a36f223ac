import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Environment, requireJava, requireMaven } from '../../../infra/local/requirements';
import { topics } from '../../../services/lib/topics';
import { type Contender, startContender, until } from './process';

const run = promisify(execFile);
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin';

export interface JavaApp {
  java: string;
  classPath: string;
  /** All that the app is given of the caller's environment. */
  env: Record<string, string>;
}

/**
 * Fetches Kafka Streams and compiles the app, once for each state of its folder; later runs need no network. Throws
 * with what Maven or javac said.
 */
export async function prepareApp(sourceDir: string, downloadsDir: string, env: Environment): Promise<JavaApp> {
  const java = await requireJava(env);
  const sources = readdirSync(sourceDir).sort();
  const hash = createHash('sha256');
  for (const name of sources) hash.update(readFileSync(join(sourceDir, name)));
  const dir = join(downloadsDir, `bench-streams-${hash.digest('hex').slice(0, 12)}`);
  const classPath = [join(dir, 'classes'), join(dir, 'jars', '*')].join(':');
  const app = { java, classPath, env: { PATH: env.PATH ?? '' } };
  if (existsSync(dir)) return app;

  await requireMaven(env);
  console.error('fetching Kafka Streams (once; about 96 MB) and compiling');
  const draft = `${dir}.unfinished`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(join(draft, 'classes'), { recursive: true });
  const jars = join(draft, 'jars');
  await run('mvn', [
    '-B',
    '-q',
    '-f',
    join(sourceDir, 'pom.xml'),
    `${plugin}:copy-dependencies`,
    `-DoutputDirectory=${jars}`,
  ]);
  const files = sources.filter((name) => name.endsWith('.java')).map((name) => join(sourceDir, name));
  const javac = java === 'java' ? 'javac' : join(java, '..', 'javac');
  await run(javac, ['--release', '17', '-cp', join(jars, '*'), '-d', join(draft, 'classes'), ...files]);
  renameSync(draft, dir);
  return app;
}

export interface StreamsRun {
  applicationId: string;
  brokers: string;
  output: string;
  gap_ms: number;
  grace_ms: number;
  retention_ms: number;
  commit_interval_ms: number;
  threads: number;
  cache_mb: number;
  heap_mb: number;
  stateDir: string;
  log: string;
}

/** The topic in which Streams keeps what its store holds. */
export const changelogOf = (applicationId: string): string => `${applicationId}-sessions-changelog`;

/** Starts the app and resolves when it has its partitions. */
export async function startStreams(app: JavaApp, options: StreamsRun): Promise<Contender> {
  const settings: Record<string, string | number> = {
    'application.id': options.applicationId,
    'bootstrap.servers': options.brokers,
    'processing.guarantee': 'exactly_once_v2',
    'num.stream.threads': options.threads,
    'commit.interval.ms': options.commit_interval_ms,
    'statestore.cache.max.bytes': options.cache_mb * 1024 * 1024,
    'auto.offset.reset': 'earliest',
    'state.dir': options.stateDir,
    // The changelog's records carry event time: at the default of a day, retention would delete them while they are written.
    'windowstore.changelog.additional.retention.ms': 10 * 365 * 24 * 3_600_000,
    input: topics.enriched,
    output: options.output,
    'gap.ms': options.gap_ms,
    'grace.ms': options.grace_ms,
    'retention.ms': options.retention_ms,
  };
  const contender = startContender(
    app.java,
    [
      `-Xmx${options.heap_mb}m`,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-cp',
      app.classPath,
      'SessionStreams',
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ],
    app.env,
    options.log,
  );
  await until('Kafka Streams to run', 60_000, 20, async () => {
    contender.assertRunning();
    return contender.output().includes('RUNNING');
  });
  return contender;
}

/** The line of figures that the app prints when it is stopped. */
export function streamsFigures(contender: Contender): { commits: number; processed: number; dropped: number } {
  const line = /^\{"commits".*\}$/m.exec(contender.output())?.[0];
  if (line === undefined) throw new Error(`Kafka Streams gave no figures: ${contender.output().slice(-2_000)}`);
  return JSON.parse(line);
}
