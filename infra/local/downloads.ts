import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackFault } from './faults';
import { withLock } from './lock';
import { fetchWithMaven, unpackTarball } from './maven';
import { type Environment, requireFreeSpace, requireMaven, requireWritable } from './requirements';

/** The archive twice (Maven's cache and here), unpacked once, and Kafka's jars twice. */
const downloadBytes = 600e6;

export interface Downloads {
  /** Folder of Kafka's jars. */
  kafkaDir: string;
  /** The registry's runnable jar; its libraries lie beside it. */
  registryJar: string;
}

export interface DownloadOptions {
  pomPath: string;
  /** Shared by all stacks of this project. */
  downloadsDir: string;
  env: Environment;
  signal: AbortSignal | undefined;
  onProgress: (message: string) => void;
}

/** What a finished download holds; written last, so that a half-finished one is never taken for a whole one. */
export interface DownloadStamp {
  kafka: string;
  apicurio: string;
  /** Another binding or exclusion in pom.xml is another download even with the same versions. */
  pom_sha256: string;
}

export function readStampOf(pom: string): DownloadStamp {
  const version = (name: string) => {
    const found = new RegExp(`<${name}\\.version>([^<]+)</${name}\\.version>`).exec(pom)?.[1];
    if (!found) throw new StackFault(`infra/local/pom.xml has no <${name}.version>.`);
    return found.trim();
  };
  const sha256 = createHash('sha256').update(pom).digest('hex');
  return { kafka: version('kafka'), apicurio: version('apicurio'), pom_sha256: sha256 };
}

/**
 * Kafka and the registry as files, fetched on the first run and found without a network on all later ones. Safe to
 * call from several processes at once. Throws StackFault for a missing Maven, a full disk or a failed download.
 */
export async function ensureDownloads(options: DownloadOptions): Promise<Downloads> {
  const stamp = readStampOf(readFileSync(options.pomPath, 'utf8'));
  const finalDir = join(options.downloadsDir, `kafka-${stamp.kafka}-apicurio-${stamp.apicurio}`);
  if (isComplete(finalDir, stamp)) return downloadsIn(finalDir);

  requireWritable(options.downloadsDir);
  return withLock(
    join(options.downloadsDir, 'download.lock'),
    {
      waitMs: 15 * 60_000,
      holderDoes: 'is downloading Kafka and the schema registry',
      onWait: (pid) => options.onProgress(`waiting for process ${pid}, which is downloading`),
    },
    async () => {
      if (!isComplete(finalDir, stamp)) await fetchInto(finalDir, stamp, options);
      return downloadsIn(finalDir);
    },
  );
}

async function fetchInto(finalDir: string, stamp: DownloadStamp, options: DownloadOptions): Promise<void> {
  requireFreeSpace(options.downloadsDir, downloadBytes, 'the first download of Kafka and the schema registry');
  await requireMaven(options.env);
  const draftDir = join(options.downloadsDir, 'unfinished');
  rmSync(draftDir, { recursive: true, force: true });
  const kafkaDir = join(draftDir, 'kafka');
  const registryDir = join(draftDir, 'registry');
  for (const directory of [kafkaDir, registryDir]) mkdirSync(directory, { recursive: true });
  try {
    await fetchWithMaven({
      pomPath: options.pomPath,
      artifact: `io.apicurio:apicurio-registry-app:${stamp.apicurio}:tar.gz:all`,
      outputDir: kafkaDir,
      logPath: join(options.downloadsDir, 'maven.log'),
      what: `Apache Kafka ${stamp.kafka} and Apicurio Registry ${stamp.apicurio}`,
      env: options.env,
      signal: options.signal,
      onProgress: options.onProgress,
    });
    const tarball = readdirSync(kafkaDir).find((name) => name.endsWith('.tar.gz'));
    if (!tarball) throw new StackFault('Maven answered without the registry’s archive: see maven.log beside it.');
    options.onProgress('unpacking');
    await unpackTarball(join(kafkaDir, tarball), registryDir);
    rmSync(join(kafkaDir, tarball));
    writeFileSync(join(draftDir, 'stamp.json'), `${JSON.stringify(stamp, null, 2)}\n`);
    rmSync(finalDir, { recursive: true, force: true });
    renameSync(draftDir, finalDir);
  } finally {
    rmSync(draftDir, { recursive: true, force: true });
  }
}

function isComplete(directory: string, stamp: DownloadStamp): boolean {
  const path = join(directory, 'stamp.json');
  return existsSync(path) && readFileSync(path, 'utf8').trim() === JSON.stringify(stamp, null, 2);
}

function downloadsIn(directory: string): Downloads {
  const registryDir = join(directory, 'registry');
  const jar = readdirSync(registryDir).find((name) => name.endsWith('-runner.jar'));
  if (!jar) throw new StackFault(`${registryDir} holds no runnable jar: delete ${directory} and run again.`);
  return { kafkaDir: join(directory, 'kafka'), registryJar: join(registryDir, jar) };
}
