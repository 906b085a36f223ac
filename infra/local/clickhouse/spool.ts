import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { statfs, unlink } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const memoryDir = '/dev/shm';
const sharedPrefix = 'clickhouse-front-';
/** In a folder in memory, the link to the data directory it belongs to. */
const originName = 'origin';
/** A body of at most this many bytes goes to memory, where at least ten times as much must be free. */
const memoryBodyBytes = 64 << 20;

/**
 * The front's temporary files: bodies of INSERTs, answers that are held back whole, the pipes through which the engine
 * streams its answers. All of it is deleted when the folder is prepared, so a kill leaves nothing behind for long.
 */
export class Spool {
  private count = 0;

  private constructor(
    private readonly diskDir: string,
    private readonly sharedDir: string | undefined,
  ) {}

  /** Sweeps what an earlier process left, and makes the pipes. Only while no other process serves the directory. */
  static prepare(dataDir: string, pipes: number): Spool {
    mkdirSync(dataDir, { recursive: true });
    const key = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16);
    const diskDir = join(dataDir, 'http_spool');
    const sharedDir = existsSync(memoryDir) ? join(memoryDir, `${sharedPrefix}${key}`) : undefined;
    const spool = new Spool(diskDir, sharedDir);
    spool.sweep();
    sweepOrphans();
    for (const dir of [diskDir, sharedDir]) if (dir) mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (sharedDir) symlinkSync(realpathSync(dataDir), join(sharedDir, originName));
    execFileSync('mkfifo', ['-m', '600', ...Array.from({ length: pipes }, (_, number) => spool.pipePath(number))]);
    return spool;
  }

  sweep(): void {
    for (const dir of [this.diskDir, this.sharedDir]) if (dir) rmSync(dir, { recursive: true, force: true });
  }

  get configPath(): string {
    return join(this.diskDir, 'engine.xml');
  }

  pipePath(number: number): string {
    return join(this.diskDir, `pipe-${number}`);
  }

  newPath(): string {
    return join(this.diskDir, `answer-${this.count++}`);
  }

  /**
   * Writes a body to a file and answers its path. `expectedBytes` is undefined when it is not known beforehand; such a
   * body goes to disk. Rejects, with nothing left behind, when the source fails.
   */
  async keepBody(chunks: AsyncIterable<Buffer>, expectedBytes: number | undefined): Promise<string> {
    const path = join(await this.bodyDir(expectedBytes), `body-${this.count++}`);
    try {
      await pipeline(Readable.from(chunks, { objectMode: false }), createWriteStream(path));
      return path;
    } catch (error) {
      await this.remove(path);
      throw error;
    }
  }

  async remove(path: string): Promise<void> {
    await unlink(path).catch(() => undefined);
  }

  private async bodyDir(expectedBytes: number | undefined): Promise<string> {
    if (this.sharedDir === undefined || expectedBytes === undefined || expectedBytes > memoryBodyBytes)
      return this.diskDir;
    const { bavail, bsize } = await statfs(this.sharedDir);
    return bavail * bsize > 10 * memoryBodyBytes ? this.sharedDir : this.diskDir;
  }
}

/** Removes what was left in memory for data directories that are no longer there. */
function sweepOrphans(): void {
  if (!existsSync(memoryDir)) return;
  for (const name of readdirSync(memoryDir).filter((entry) => entry.startsWith(sharedPrefix))) {
    const dir = join(memoryDir, name);
    const origin = originOf(dir);
    if (origin !== undefined && !existsSync(origin)) rmSync(dir, { recursive: true, force: true });
  }
}

/** Undefined also for a folder of another user, which cannot be read and is left alone. */
function originOf(dir: string): string | undefined {
  try {
    return readlinkSync(join(dir, originName));
  } catch {
    return undefined;
  }
}

/**
 * Our end of a pipe that the engine writes an answer to. It stays open for writing until `finish`: otherwise the engine
 * could wait for ever to open it, and the reader would see an end whenever the engine closes it in between.
 */
export class AnswerPipe {
  private readonly holder: number;
  private held = true;
  /** The answer; ends after `finish` when all of it has been read. It must be read to its end, or the engine hangs. */
  readonly reader: Socket;

  constructor(readonly path: string) {
    this.holder = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.reader = new Socket({ fd: descriptor, readable: true, writable: false });
  }

  /** To be called when the engine is done with the statement. */
  finish(): void {
    if (!this.held) return;
    this.held = false;
    closeSync(this.holder);
  }
}
