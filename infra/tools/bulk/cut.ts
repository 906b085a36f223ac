/**
 * Cuts a stream of bytes into blocks of whole items. Where it cuts depends on the bytes alone, not on how they arrive, so
 * that an interrupted run finds the same blocks again.
 */

/** Bodies as a source reads them, each holding any number of items, and where in the stream they end. */
export interface Block {
  bodies: Buffer[];
  end: number;
}

type Bytes = AsyncIterable<Buffer>;

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
/** Each may come in a piece of its own; no JSON begins with any of them. */
const byteOrderMark: readonly number[] = [0xef, 0xbb, 0xbf];
const [openBrace, closeBrace, openBracket, closeBracket, comma] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c];

/** Lines, blank ones included; the last may lack its line break. */
export async function* cutLines(bytes: Bytes, blockBytes: number): AsyncGenerator<Block> {
  let held: Buffer = Buffer.alloc(0);
  let start = 0;
  for await (const chunk of bytes) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let from = 0;
    while (held.length - from >= blockBytes) {
      const at = held.indexOf(newline, from + blockBytes - 1);
      if (at < 0) break;
      yield { bodies: [held.subarray(from, at + 1)], end: start + at + 1 };
      from = at + 1;
    }
    held = held.subarray(from);
    start += from;
  }
  if (held.length > 0) yield { bodies: [held], end: start + held.length };
}

/**
 * JSON values one behind the other, whatever is between them; of one array that holds everything, its items. Each becomes
 * a line: line breaks within a value can only be blanks. What is no JSON is cut at the brackets all the same, and refused
 * by the parser later.
 */
export async function* cutJson(bytes: Bytes, blockBytes: number): AsyncGenerator<Block> {
  let held: Buffer = Buffer.alloc(0);
  let start = 0;
  let at = 0;
  let from = -1;
  let depth = 0;
  let inText = false;
  let isEscaped = false;
  let inArray: boolean | undefined;
  let values: Buffer[] = [];
  let size = 0;
  const take = (until: number): void => {
    const value = Buffer.from(held.subarray(from, until));
    for (let index = value.indexOf(newline); index >= 0; index = value.indexOf(newline, index)) value[index] = 0x20;
    values.push(value, Buffer.from('\n'));
    size += value.length + 1;
    from = -1;
  };
  const block = (end: number): Block => {
    const cut = { bodies: [Buffer.concat(values)], end };
    values = [];
    size = 0;
    return cut;
  };
  for await (const chunk of bytes) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (; at < held.length; at++) {
      const code = held[at];
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (code === backslash) isEscaped = true;
        else if (code === quote) inText = false;
        continue;
      }
      if (code <= 0x20 || code === comma || code === closeBracket || code === closeBrace) {
        if (code === closeBracket || code === closeBrace) {
          if (depth > 0) depth--;
          if (from >= 0 && depth === 0) {
            // A closing bracket of the array around everything ends a bare value, and is none of its own.
            const isOwn = held[from] === openBrace || held[from] === openBracket;
            take(isOwn ? at + 1 : at);
          }
        } else if (from >= 0 && depth === 0) take(at);
        if (size >= blockBytes) yield block(start + at + 1);
        continue;
      }
      if (from < 0) {
        if (inArray === undefined && byteOrderMark.includes(code)) continue;
        if (inArray === undefined) {
          inArray = code === openBracket;
          if (inArray) continue;
        }
        from = at;
      }
      if (code === quote) inText = true;
      else if (code === openBrace || code === openBracket) depth++;
    }
    const keep = from >= 0 ? from : at;
    held = held.subarray(keep);
    start += keep;
    at -= keep;
    if (from >= 0) from = 0;
  }
  if (from >= 0) take(held.length);
  if (size > 0) yield block(start + held.length);
}

/** Rows of a table; a line break within quotes belongs to its cell. The heading comes first in every block. */
export async function* cutCsv(bytes: Bytes, blockBytes: number, hasHeading: boolean): AsyncGenerator<Block> {
  let heading: Buffer | undefined = hasHeading ? undefined : Buffer.alloc(0);
  let held: Buffer = Buffer.alloc(0);
  let start = 0;
  let at = 0;
  let from = 0;
  let inQuotes = false;
  for await (const chunk of bytes) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (; at < held.length; at++) {
      const code = held[at];
      if (code === quote) inQuotes = !inQuotes;
      else if (code === newline && !inQuotes) {
        if (heading === undefined) {
          heading = Buffer.from(held.subarray(0, at + 1));
          from = at + 1;
        } else if (at + 1 - from >= blockBytes) {
          yield { bodies: [Buffer.concat([heading, held.subarray(from, at + 1)])], end: start + at + 1 };
          from = at + 1;
        }
      }
    }
    held = held.subarray(from);
    start += from;
    at -= from;
    from = 0;
  }
  if (held.toString('latin1').trim() === '') return;
  yield { bodies: [Buffer.concat([heading ?? Buffer.alloc(0), held])], end: start + held.length };
}

/** Messages of an mbox: each begins with a line `From …`; lines that only look so are written `>From`. */
export async function* cutMbox(bytes: Bytes, blockBytes: number): AsyncGenerator<Block> {
  let bodies: Buffer[] = [];
  let size = 0;
  let end = 0;
  let message: Buffer[] = [];
  const finish = (): void => {
    if (message.length === 0) return;
    const text = Buffer.concat(message)
      .toString('latin1')
      .replace(/^>(>*From )/gm, '$1');
    message = [];
    const body = Buffer.from(text, 'latin1');
    bodies.push(body);
    size += body.length;
  };
  let afterBlank = true;
  for await (const line of linesOf(bytes)) {
    const isStart = afterBlank && line.length > 5 && line.subarray(0, 5).toString('latin1') === 'From ';
    if (isStart) {
      finish();
      if (size >= blockBytes) {
        yield { bodies, end };
        bodies = [];
        size = 0;
      }
    } else message.push(line);
    afterBlank = line.length <= 2 && line.toString('latin1').trim() === '';
    end += line.length;
  }
  finish();
  if (bodies.length > 0) yield { bodies, end };
}

async function* linesOf(bytes: Bytes): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let from = 0;
    for (let at = held.indexOf(newline); at >= 0; at = held.indexOf(newline, from)) {
      yield held.subarray(from, at + 1);
      from = at + 1;
    }
    held = held.subarray(from);
  }
  if (held.length > 0) yield held;
}

/** All of it as one body: a message. */
export async function* whole(bytes: Bytes): AsyncGenerator<Block> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  yield { bodies: [body], end: body.length };
}
