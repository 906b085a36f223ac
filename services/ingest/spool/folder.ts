import { join } from 'node:path';
import type { Log } from '../../lib/log';
import type { SpoolFiles } from './files';
import { wholeBytes } from './frame';

/** A file of records in the order they came; `bytes` of it are on the disk and whole. */
export interface Segment {
  number: number;
  path: string;
  bytes: number;
}

/** What an earlier process left in the folder. */
export interface Found {
  segments: Segment[];
  /** Bytes of the first segment that were replayed. */
  replayed: number;
  /** Number of the next new segment. */
  next: number;
}

const segmentName = /^(\d{12})\.spool$/;
export const positionName = 'position.json';

export const segmentPath = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(12, '0')}.spool`);

/**
 * Reads the folder at the start. The last segment may end in a record that a crash has cut off: nobody was told that it is
 * stored, so it is taken off (and kept beside, `.torn`). Damage anywhere else can be a record that somebody was told is
 * stored: throws, naming the file and the place.
 */
export async function readFolder(folder: string, files: SpoolFiles, log: Log): Promise<Found> {
  const names = await files.list(folder);
  const segments: Segment[] = [];
  const numbers = names.flatMap((name) => (segmentName.exec(name) ? [Number(segmentName.exec(name)?.[1])] : []));
  for (const [index, number] of numbers.entries()) {
    const path = segmentPath(folder, number);
    const content = await files.read(path);
    const bytes = wholeBytes(content);
    if (bytes < content.length) {
      if (index < numbers.length - 1) {
        throw new Error(
          `the spool is damaged: ${path} holds no record at byte ${bytes}; move the file away to start without it`,
        );
      }
      await takeOff(path, content, bytes, files);
      log.warn({ file: path, bytes: content.length - bytes }, 'the spool ended in an unfinished record: taken off');
    }
    segments.push({ number, path, bytes });
  }
  const { number = -1, bytes: at = 0 } = await positionIn(folder, files);
  const isDone = (it: Segment): boolean => it.number < number || it.bytes <= (it.number === number ? at : 0);
  for (const { path } of segments.filter(isDone)) await files.remove(path);
  const left = segments.filter((it) => !isDone(it));
  const replayed = left[0]?.number === number ? at : 0;
  return { segments: left, replayed, next: Math.max(-1, number, ...numbers) + 1 };
}

async function takeOff(path: string, content: Buffer, bytes: number, files: SpoolFiles): Promise<void> {
  const tail = content.subarray(bytes);
  if (tail.some((byte) => byte !== 0)) await files.replace(`${path}.torn`, tail);
  const file = await files.open(path);
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function positionIn(folder: string, files: SpoolFiles): Promise<{ number?: number; bytes?: number }> {
  try {
    const { number, bytes } = JSON.parse((await files.read(join(folder, positionName))).toString('utf8'));
    return Number.isSafeInteger(number) && Number.isSafeInteger(bytes) ? { number, bytes } : {};
  } catch {
    // Not there yet, or lost in a power cut: what was replayed is replayed again, under the same ids.
    return {};
  }
}
