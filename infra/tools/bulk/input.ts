import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';

/** How the bytes of an input hold items. */
export type Format = 'lines' | 'json' | 'csv' | 'mbox' | 'mail';
export const formats: readonly Format[] = ['lines', 'json', 'csv', 'mbox', 'mail'];

/** One file, or standard input (`-`). */
export interface Input {
  path: string;
  /** Bytes as they lie there; undefined of standard input. */
  size?: number;
}

/** The files that a name stands for, in the order of their names; hidden ones in folders are passed over. */
export function inputsOf(path: string): Input[] {
  if (path === '-') return [{ path }];
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error(`there is no file ${path}`);
  if (!found.isDirectory()) return [{ path, size: found.size }];
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new Error(`the folder ${path} holds no files`);
  return files.map((file) => ({ path: file, size: statSync(file).size }));
}

const byExtension: Record<string, Format> = {
  ndjson: 'lines',
  jsonl: 'lines',
  json: 'json',
  vcon: 'json',
  csv: 'csv',
  tsv: 'csv',
  mbox: 'mbox',
  eml: 'mail',
};

/** By name first, then by its first bytes (decompressed); undefined where neither says. */
export function formatOf(path: string, head: Buffer): Format | undefined {
  const extension = /\.([a-z]+)$/.exec(path.toLowerCase().replace(/\.(?:gz|zst|zstd)$/, ''))?.[1] ?? '';
  const named = byExtension[extension];
  if (named) return named;
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('From ')) return 'mbox';
  if (text.startsWith('[')) return 'json';
  if (!text.startsWith('{')) return undefined;
  return isJson(text.split('\n', 1)[0]) ? 'lines' : 'json';
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/**
 * The bytes of an input, decompressed where they begin as gzip or zstd do. `onRead` hears of bytes read from the disk.
 * Several gzip members or zstd frames one behind the other are one stream.
 */
export async function* bytesOf({ path }: Input, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  const source = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
  source.on('data', (chunk: Buffer | string) => onRead(chunk.length));
  source.pause();
  const iterator = source.iterator({ destroyOnReturn: true });
  const first = await iterator.next();
  if (first.done) return;
  const whole = async function* (): AsyncGenerator<Buffer> {
    yield first.value as Buffer;
    for await (const chunk of iterator) yield chunk as Buffer;
  };
  const magic = (first.value as Buffer).subarray(0, 4).toString('hex');
  if (magic.startsWith('1f8b')) yield* through(whole(), createGunzip());
  else if (magic === '28b52ffd') yield* through(whole(), unzstd());
  else yield* whole();
}

async function* through(input: AsyncIterable<Buffer>, transform: Transform): AsyncGenerator<Buffer> {
  const feeding = (async () => {
    for await (const chunk of input) {
      if (!transform.write(chunk)) await new Promise((resolve) => transform.once('drain', resolve));
    }
    transform.end();
  })();
  feeding.catch((error) => transform.destroy(error as Error));
  for await (const chunk of transform) yield chunk as Buffer;
  await feeding;
}

function unzstd(): Transform {
  let transform: Transform;
  const decompress = new Decompress((chunk) => void transform.push(Buffer.from(chunk)));
  transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        decompress.push(chunk);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        decompress.push(new Uint8Array(0), true);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  return transform;
}
