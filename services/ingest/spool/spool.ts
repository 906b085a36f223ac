import { join } from 'node:path';
import { NotStored, type OutgoingRecord } from '../../lib/kafka/batching-producer';
import type { Log } from '../../lib/log';
import { diskFiles, type OpenSegment, type SpoolFiles } from './files';
import { positionName, readFolder, type Segment, segmentPath } from './folder';
import { frameOf, readFrame } from './frame';

export interface SpoolOptions {
  folder: string;
  /** Most bytes on disk, records replayed but not yet deleted included. */
  maxBytes: number;
  /** A segment that is larger is finished; it is deleted when all of it is replayed. */
  segmentBytes: number;
  files?: SpoolFiles;
}

/** The oldest records; `done` when they are stored elsewhere. */
export interface SpoolBatch {
  records: OutgoingRecord[];
  done(): Promise<void>;
}

interface Waiting {
  bytes: Buffer;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * A bounded queue of records on disk, first in, first out. One process at a time.
 *
 * Guarantee: when `append` resolves, its records are on the disk (fdatasync) and come out of `next`, in the order of the
 * calls, in this process or a later one, until `done` is called for them. A crash between `done` and its note of the place
 * makes them come out again. Records that a crash interrupts before `append` resolves may come out or not.
 */
export class Spool {
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private writer?: Promise<void>;
  private current?: { segment: Segment; file: OpenSegment };
  private broken?: string;
  private readonly files: SpoolFiles;

  private constructor(
    private readonly options: SpoolOptions,
    private readonly segments: Segment[],
    private replayed: number,
    private nextNumber: number,
    private readonly log: Log,
  ) {
    this.files = options.files ?? diskFiles;
  }

  /** Throws when the folder cannot be read or what is in it is damaged. */
  static async open(options: SpoolOptions, log: Log): Promise<Spool> {
    const found = await readFolder(options.folder, options.files ?? diskFiles, log);
    return new Spool(options, found.segments, found.replayed, found.next, log);
  }

  /** On disk, what is under way included. */
  get bytes(): number {
    return this.segments.reduce((sum, { bytes }) => sum + bytes, 0) + this.waitingBytes;
  }

  /** Not replayed yet, what is under way included. */
  get unreplayedBytes(): number {
    return this.bytes - this.replayed;
  }

  /** Why nothing more can be taken; empty when it can. */
  notReady(): string[] {
    if (this.broken) return [this.broken];
    return this.bytes >= this.options.maxBytes ? [`spool: holds its ${this.options.maxBytes} bytes`] : [];
  }

  /** Rejects with NotStored when there is no room or the disk refuses. */
  append(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    const bytes = Buffer.concat(records.map(frameOf));
    const reason = this.broken ?? (this.bytes + bytes.length > this.options.maxBytes ? 'spool: no room' : undefined);
    if (reason) return Promise.reject(new NotStored(reason));
    this.waitingBytes += bytes.length;
    return new Promise((resolve, reject) => {
      this.waiting.push({ bytes, resolve, reject });
      this.startWriting();
    });
  }

  /** The oldest records that are on disk, up to so many bytes (one record at least). Call it again after `done`. */
  async next(maxBytes: number): Promise<SpoolBatch | undefined> {
    // Left behind where an append failed that had kept it from being deleted.
    while (this.segments.length > 1 && this.replayed >= this.segments[0].bytes) {
      await this.forget(this.segments[0], this.replayed);
    }
    const segment = this.segments[0];
    if (!segment || this.replayed >= segment.bytes) return undefined;
    const [from, until] = [this.replayed, segment.bytes];
    let length = Math.min(maxBytes, until - from);
    for (;;) {
      const bytes = await this.files.readAt(segment.path, from, length);
      const records: OutgoingRecord[] = [];
      let at = 0;
      let frame = readFrame(bytes, at);
      for (; typeof frame !== 'string'; frame = readFrame(bytes, at)) {
        records.push(frame.record);
        at = frame.next;
      }
      if (frame === 'bad' || (records.length === 0 && length === until - from)) {
        throw new Error(`the spool is damaged: ${segment.path} holds no record at byte ${from + at}`);
      }
      if (records.length > 0) return { records, done: () => this.forget(segment, from + at) };
      length = until - from;
    }
  }

  /** Ends when what is under way is written. What is not replayed stays for the next process. */
  async close(): Promise<void> {
    while (this.writer) await this.writer;
    await this.current?.file.close();
    this.current = undefined;
  }

  private async forget(segment: Segment, replayed: number): Promise<void> {
    this.replayed = replayed;
    const isWritten = segment === this.current?.segment;
    const isDone = replayed === segment.bytes && !(isWritten && this.waiting.length + this.waitingBytes > 0);
    if (isDone) {
      // Out of the list before anything is waited for: who appends meanwhile begins a new one.
      const file = isWritten ? this.current?.file : undefined;
      if (isWritten) this.current = undefined;
      this.segments.shift();
      this.replayed = 0;
      await this.note(async () => {
        await file?.close();
        await this.files.remove(segment.path);
      });
    }
    const place = isDone ? { number: segment.number + 1, bytes: 0 } : { number: segment.number, bytes: replayed };
    const path = join(this.options.folder, positionName);
    await this.note(() => this.files.replace(path, JSON.stringify(place)));
  }

  /** What a full disk may refuse without harm: the next process would replay again what has been replayed. */
  private async note(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.log.warn({ error: (error as Error).message }, 'the spool could not note how far it is replayed');
    }
  }

  private startWriting(): void {
    this.writer ??= this.write().finally(() => {
      this.writer = undefined;
      // Given between the writer's last look and here.
      if (this.waiting.length > 0) this.startWriting();
    });
  }

  /** All who wait share one write and one sync. */
  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      const bytes = Buffer.concat(group.map((it) => it.bytes));
      try {
        if (this.broken) throw new Error(this.broken);
        const { segment, file } = await this.segmentFor();
        await this.writeWhole(segment, file, bytes);
        segment.bytes += bytes.length;
        this.waitingBytes -= bytes.length;
        for (const { resolve } of group) resolve();
      } catch (error) {
        this.waitingBytes -= bytes.length;
        const reason = `spool: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`;
        for (const { reject } of group) reject(new NotStored(reason));
      }
    }
  }

  /** All of it on the disk or, when that fails, none of it in the file. */
  private async writeWhole(segment: Segment, file: OpenSegment, bytes: Buffer): Promise<void> {
    try {
      await file.write(bytes, segment.bytes);
      await file.sync();
    } catch (error) {
      this.log.error({ error: (error as Error).message }, 'the spool could not be written');
      try {
        await file.truncate(segment.bytes);
        await file.sync();
      } catch {
        // Later records behind a half-written one could not be told from damage.
        this.broken = 'spool: its disk has failed; start again when it works';
      }
      throw error;
    }
  }

  private async segmentFor(): Promise<{ segment: Segment; file: OpenSegment }> {
    if (this.current && this.current.segment.bytes < this.options.segmentBytes) return this.current;
    const finished = this.current;
    const number = this.nextNumber++;
    const segment = { number, path: segmentPath(this.options.folder, number), bytes: 0 };
    const file = await this.files.open(segment.path);
    try {
      await this.files.syncFolder(this.options.folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    this.segments.push(segment);
    this.current = { segment, file };
    await finished?.file.close();
    return this.current;
  }
}
