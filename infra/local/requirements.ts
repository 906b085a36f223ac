import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StackFault, systemErrorCode } from './faults';

const run = promisify(execFile);

export type Environment = Readonly<Record<string, string | undefined>>;

const minNode = [20, 19] as const;
const minJava = 17;

/** Throws StackFault when `version` (process.versions.node) is too old. */
export function requireNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > minNode[0] || (major === minNode[0] && minor >= minNode[1])) return;
  throw new StackFault(`Node.js ${version} is too old: install Node.js ${minNode.join('.')} or newer.`);
}

/** The major version in what `java -version` prints: 17 for "17.0.15", 8 for "1.8.0_402"; undefined for other text. */
export function parseJavaVersion(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match ? Number(match[1]) : undefined;
}

/**
 * The Java command of `env` (JAVA_HOME first, then PATH). Throws StackFault when there is none or it is older than 17.
 */
export async function requireJava(env: Environment): Promise<string> {
  const command = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';
  const from = env.JAVA_HOME ? ` in JAVA_HOME (${env.JAVA_HOME})` : '';
  let output: string;
  try {
    const { stdout, stderr } = await run(command, ['-version'], { env: { ...env } });
    output = stderr + stdout;
  } catch {
    throw new StackFault(
      `Java was not found${from}: Kafka and the schema registry need Java ${minJava} or newer, as \`java\` in PATH or in JAVA_HOME.`,
    );
  }
  const version = parseJavaVersion(output);
  if (version !== undefined && version >= minJava) return command;
  throw new StackFault(
    `Java ${version ?? 'of an unknown version'}${from} is too old: Kafka and the schema registry need Java ${minJava} or newer.`,
  );
}

/** Throws StackFault when Maven cannot be run; asked only when the downloads are not there yet. */
export async function requireMaven(env: Environment): Promise<void> {
  try {
    await run('mvn', ['-v'], { env: { ...env } });
  } catch {
    throw new StackFault(
      'Maven (`mvn`) was not found: it is needed once, to download Kafka and the schema registry; install it and run again.',
    );
  }
}

/** Makes the folder and checks that it can be written. Throws StackFault with the reason. */
export function requireWritable(directory: string): void {
  const probe = join(directory, `.probe-${process.pid}`);
  try {
    makeFolder(directory);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    throw new StackFault(unwritableSentence(directory, systemErrorCode(error)));
  }
}

/** Not mkdirSync's `recursive`: where a folder cannot be made although its parent is there (/proc), that never ends. */
function makeFolder(directory: string): void {
  if (existsSync(directory)) return;
  makeFolder(dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
}

export function unwritableSentence(directory: string, code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return `The disk that holds ${directory} is full: free some space.`;
  return `Cannot write to ${directory} (${code || 'unknown error'}): give yourself the right to, or set STACK_DIR to another folder.`;
}

/** Throws StackFault when the disk of an existing folder has less free space than needed. */
export function requireFreeSpace(directory: string, neededBytes: number, what: string): void {
  const { bavail, bsize } = statfsSync(directory);
  const sentence = shortDiskSentence(directory, bavail * bsize, neededBytes, what);
  if (sentence !== undefined) throw new StackFault(sentence);
}

export function shortDiskSentence(
  directory: string,
  freeBytes: number,
  neededBytes: number,
  what: string,
): string | undefined {
  if (freeBytes >= neededBytes) return undefined;
  return `The disk that holds ${directory} has ${megabytes(freeBytes)} free but ${what} needs ${megabytes(neededBytes)}: free some space.`;
}

const megabytes = (bytes: number) => `${Math.floor(bytes / 1e6)} MB`;
