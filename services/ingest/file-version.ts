import { statSync } from 'node:fs';

/** Changes when the file does. Through links: a mounted secret changes by where its link leads. */
export function fileVersion(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'none';
  }
}
