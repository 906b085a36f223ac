import { execFile, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { errorMessage, StackFault, systemErrorCode } from './faults';
import type { Environment } from './requirements';

interface FetchOptions {
  /** Its dependencies are fetched with all that they need. */
  pomPath: string;
  /** Fetched as one file besides: group:artifact:version:type:classifier. */
  artifact: string;
  outputDir: string;
  logPath: string;
  /** Named in messages. */
  what: string;
  env: Environment;
  signal: AbortSignal | undefined;
  onProgress: (message: string) => void;
}

/** In full: the short name `dependency` needs a look-up that hides the reason when there is no network. */
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin';

const progressEveryMs = 3_000;

/**
 * Copies the dependencies of a pom and one more file into a folder, through Maven's own cache. Throws StackFault with
 * Maven's first error.
 *
 * The plugin's version is not pinned: every Maven has a default for it, and any of them will do.
 */
export async function fetchWithMaven(options: FetchOptions): Promise<void> {
  const log = createWriteStream(options.logPath);
  const maven = spawn(
    'mvn',
    [
      '-B',
      // Else Maven remembers for a day that something was not there, although the network is back.
      '-U',
      '-f',
      options.pomPath,
      `${plugin}:copy-dependencies`,
      `${plugin}:copy`,
      `-Dartifact=${options.artifact}`,
      `-DoutputDirectory=${options.outputDir}`,
    ],
    { env: { ...options.env }, stdio: ['ignore', 'pipe', 'pipe'], signal: options.signal },
  );
  const exited = new Promise<number | null>((resolve, reject) => {
    maven.once('error', reject);
    maven.once('close', resolve);
  });
  const startedAt = Date.now();
  let files = 0;
  const tell = () => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    options.onProgress(`fetching ${options.what}: ${files} files downloaded, ${seconds} s`);
  };
  options.onProgress(`fetching ${options.what} (once; about 165 MB)`);
  const timer = setInterval(tell, progressEveryMs);
  maven.stderr.pipe(log, { end: false });
  createInterface({ input: maven.stdout }).on('line', (line) => {
    log.write(`${line}\n`);
    if (line.includes('Downloaded from')) files++;
  });
  try {
    const code = await exited;
    await new Promise((resolve) => log.end(resolve));
    if (code !== 0) throw new StackFault(failureSentence(options, readFileSync(options.logPath, 'utf8')));
  } finally {
    clearInterval(timer);
  }
}

/** Maven's own reason shortened to its cause: the rest of its error text is about itself. */
export function mavenCause(log: string): string {
  const error = /^\[ERROR\] (.*)$/m.exec(log)?.[1] ?? 'Maven gave no reason';
  const offline = /offline mode and the artifact (\S+) has not been downloaded/.exec(error);
  if (offline) return `Maven is offline and does not have ${offline[1]}`;
  const transfer = /Could not transfer artifact (\S+) from\/to \S+ \(([^)]+)\): (.*?)(?: -> .*)?$/.exec(error);
  if (transfer) return `${transfer[1]} from ${transfer[2]}: ${transfer[3]?.replace(/transfer failed for \S+: /, '')}`;
  const missing = /Could not find artifact (\S+)/.exec(error);
  if (missing) return `${missing[1]} is not there`;
  return error.length > 200 ? `${error.slice(0, 199)}…` : error;
}

function failureSentence({ what, logPath }: FetchOptions, log: string): string {
  if (/No space left on device/.test(log))
    return `The disk became full while ${what} were downloaded: free some space.`;
  return `Could not download ${what} (${mavenCause(log)}): check the network and run again; Maven's log is ${logPath}.`;
}

/** Throws StackFault when there is no `tar` or the archive is damaged. */
export async function unpackTarball(tarball: string, intoDir: string): Promise<void> {
  try {
    await promisify(execFile)('tar', ['-xzf', tarball, '-C', intoDir]);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw new StackFault('`tar` was not found: it unpacks the registry.');
    const [summary, reason = summary] = errorMessage(error).split('\n');
    throw new StackFault(`Could not unpack ${tarball} (${reason}): free some disk space, or delete it and run again.`);
  }
}
