import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';

/** A segment that is being written. */
export interface OpenSegment {
  write(bytes: Buffer, position: number): Promise<void>;
  /** Resolves when what was written is on the disk. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Nobody else's to read: the records hold personal data. What the spool does with its folder, apart so that tests can end it at any step. */
export interface SpoolFiles {
  /** Names of the files, sorted; the folder is made when it is not there. */
  list(folder: string): Promise<string[]>;
  read(path: string): Promise<Buffer>;
  readAt(path: string, position: number, length: number): Promise<Buffer>;
  /** Opens for writing; made when it is not there. */
  open(path: string): Promise<OpenSegment>;
  /** Puts a small file in the place of another, whole. */
  replace(path: string, text: string | Buffer): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the names of the folder's files last. */
  syncFolder(folder: string): Promise<void>;
}

export const diskFiles: SpoolFiles = {
  list: async (folder) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return (await readdir(folder)).sort();
  },
  read: (path) => readFile(path),
  readAt: async (path, position, length) => {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await file.read(bytes, done, length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    } finally {
      await file.close();
    }
  },
  // Not for appending: a position given would be ignored, and with it the repair of a write that failed half-way.
  open: async (path) => segmentOf(await open(path, 'r+').catch(() => open(path, 'wx', 0o600))),
  replace: async (path, text) => {
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  },
  remove: (path) => rm(path, { force: true }),
  syncFolder: async (folder) => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

const segmentOf = (file: FileHandle): OpenSegment => ({
  write: async (bytes, position) => {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  },
  sync: () => file.datasync(),
  truncate: (length) => file.truncate(length),
  close: () => file.close(),
});
