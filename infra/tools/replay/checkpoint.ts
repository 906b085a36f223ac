import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** How far a file has been sent, kept so that an interrupted replay goes on where it was. */
export interface Checkpoint {
  read(): number;
  write(line: number): void;
  clear(): void;
}

/** A checkpoint for a file as it is now: a changed file begins anew. Standard input has none. */
export function checkpointFor(file: string, folder: string): Checkpoint {
  if (file === '-') return { read: () => 0, write: () => undefined, clear: () => undefined };
  const { size, mtimeMs } = statSync(file);
  const id = createHash('sha256')
    .update(`${resolve(file)} ${size} ${mtimeMs}`)
    .digest('hex')
    .slice(0, 24);
  const path = join(folder, `${id}.json`);
  return {
    read: () => {
      try {
        return (JSON.parse(readFileSync(path, 'utf8')) as { line: number }).line;
      } catch {
        return 0;
      }
    },
    write: (line) => {
      mkdirSync(folder, { recursive: true });
      // Renamed into place: a kill leaves the old one or the new one, never half of one.
      writeFileSync(`${path}.new`, JSON.stringify({ file: resolve(file), line }));
      renameSync(`${path}.new`, path);
    },
    clear: () => rmSync(path, { force: true }),
  };
}
