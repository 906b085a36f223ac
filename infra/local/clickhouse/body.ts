import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type ClickHouseFault, fault } from './errors';
import type { FrontRequest } from './request';
import { readStatement, type Statement } from './statement';

const decoders: Record<string, (() => Transform) | undefined> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Compressions that only the engine can undo, for data in a file. */
const engineCompressions = new Set(['zstd', 'lz4', 'xz']);

/** How much of a body is looked at for the statement; an INSERT's data begins within it. */
const headBytes = 256 << 10;
/** The longest statement without data; the engine itself stops at `max_query_size`, 256 KiB unless set. */
const longestStatementBytes = 8 << 20;

export interface ReadRequestBody {
  statement: Statement;
  /** Data of a `load`, from its first byte. */
  data: AsyncIterable<Buffer>;
  /** How the engine is to decompress the data: 'none' when that has been done here. */
  compression: string;
}

/**
 * Reads as much of a body as its statement takes: the `query` parameter, a line end, the body, as a server joins them.
 * Data is left unread, so that any amount of it can go to a file. Throws ClickHouseFault.
 */
export async function readBody(request: FrontRequest, chunks: AsyncGenerator<Buffer>): Promise<ReadRequestBody> {
  const { bodyEncoding } = request;
  const prefix: Buffer = Buffer.from(request.query === '' ? '' : `${request.query}\n`);
  if (engineCompressions.has(bodyEncoding)) {
    const statement = readStatement(prefix.toString('latin1'), false);
    if (statement === 'more' || statement.kind !== 'load' || statement.dataStart < prefix.length) {
      throw unknownCompression(
        bodyEncoding,
        'It works only for the data of an INSERT whose statement is in the parameter `query`',
      );
    }
    return { statement, data: chunks, compression: bodyEncoding };
  }

  let text: Buffer = prefix;
  let ended = false;
  for (const wantedBytes of [0, headBytes, longestStatementBytes]) {
    [text, ended] = await gather(text, chunks, wantedBytes);
    const statement = readStatement(text.toString('latin1'), ended);
    if (statement === 'more') continue;
    const start = statement.kind === 'load' ? statement.dataStart : text.length;
    return { statement, data: joined(text.subarray(start), chunks), compression: 'none' };
  }
  throw fault('SYNTAX_ERROR', `Syntax error: the statement is longer than ${longestStatementBytes} bytes`);
}

/** Appends chunks until there are `wantedBytes` or no more; true when there are no more. */
async function gather(
  text: Buffer,
  chunks: AsyncIterator<Buffer>,
  wantedBytes: number,
): Promise<[text: Buffer, ended: boolean]> {
  const parts = [text];
  let size = text.length;
  while (size < wantedBytes) {
    const next = await chunks.next();
    if (next.done) return [Buffer.concat(parts), true];
    parts.push(next.value);
    size += next.value.length;
  }
  return [Buffer.concat(parts), false];
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* rest;
}

/** The whole of a small body, as text decoded as latin1. */
export async function readAll(chunks: AsyncGenerator<Buffer>): Promise<string> {
  const [text, ended] = await gather(Buffer.alloc(0), chunks, longestStatementBytes);
  if (!ended) throw fault('SYNTAX_ERROR', `The form is longer than ${longestStatementBytes} bytes`);
  return text.toString('latin1');
}

/** A body without its compression; one that only the engine can undo is left on. */
export async function* decoded(source: Readable, encoding: string): AsyncGenerator<Buffer> {
  if (encoding === '' || engineCompressions.has(encoding)) return yield* source;
  const decoder = decoders[encoding];
  if (decoder === undefined)
    throw unknownCompression(encoding, `Only ${Object.keys(decoders).join(', ')} are supported`);
  const plain = decoder();
  source.on('error', (error) => plain.destroy(error));
  try {
    yield* source.pipe(plain);
  } catch (error) {
    if (source.errored) throw source.errored;
    throw fault('ZLIB_INFLATE_FAILED', `Cannot decompress the body as ${encoding}: ${String(error)}`);
  }
}

function unknownCompression(encoding: string, hint: string): ClickHouseFault {
  return fault('NOT_IMPLEMENTED', `Unknown compression method '${encoding}'. ${hint}`);
}
