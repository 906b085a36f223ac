import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Transform, Writable } from 'node:stream';
import { createDeflate, createGzip } from 'node:zlib';
import { contentType } from './content-types';
import { type ClickHouseFault, httpStatus, renderFault } from './errors';
import type { FrontRequest } from './request';

/** What X-ClickHouse-Summary tells; its numbers travel as texts. */
export interface Summary {
  resultRows: number;
  resultBytes: number;
  writtenRows: number;
  writtenBytes: number;
  elapsedSeconds: number;
}

/**
 * One answer on its way out. The first megabyte is held back: until then a failing statement still becomes a status and
 * a clean error. Later the error is appended to what was sent, between marks that clients look for, and the connection
 * is cut, so that nobody takes half an answer for a whole one.
 */
export class Answer {
  /** Aborts when the client has gone, or has taken nothing for too long. */
  readonly gone: AbortSignal;
  private known: Partial<Summary> = {};
  private held: Buffer[] = [];
  private heldBytes = 0;
  private sink: Writable | undefined;
  private readonly startedAt = process.hrtime.bigint();
  private readonly exceptionTag = randomBytes(8).toString('hex');

  constructor(
    private readonly response: ServerResponse,
    private readonly request: Pick<FrontRequest, 'holdBytes' | 'answerEncoding' | 'gzipLevel'>,
    private readonly version: string,
    private readonly stallMs: number,
  ) {
    const gone = new AbortController();
    this.gone = gone.signal;
    response.on('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the client has gone'));
    });
  }

  /** Sets the headers that say what the answer is, before anything is sent. */
  describe(format: string, queryId: string): void {
    this.response.setHeader('Content-Type', contentType(format));
    this.response.setHeader('X-ClickHouse-Format', format);
    this.response.setHeader('X-ClickHouse-Query-Id', queryId);
    this.response.setHeader('X-ClickHouse-Timezone', 'UTC');
  }

  /** What the summary is to say, if it has not been sent yet. */
  tell(summary: Partial<Summary>): void {
    this.known = summary;
  }

  /** Takes a piece and resolves when there is room for the next. Once the client has gone, pieces are thrown away. */
  async write(chunk: Buffer): Promise<void> {
    if (this.gone.aborted) return;
    if (this.sink === undefined) {
      this.held.push(chunk);
      this.heldBytes += chunk.length;
      if (this.heldBytes > this.request.holdBytes) await this.send(this.begin(), this.takeHeld());
    } else {
      await this.send(this.sink, chunk);
    }
  }

  end(): void {
    if (this.gone.aborted) return;
    const rest = this.takeHeld();
    if (this.sink === undefined && this.request.answerEncoding === undefined) {
      this.response.setHeader('Content-Length', rest.length);
    }
    const sink = this.sink ?? this.begin();
    if (sink === this.response) sink.end(rest);
    else this.whenEncoded(() => this.response.end()).end(rest);
  }

  fail(fault: ClickHouseFault): void {
    if (this.gone.aborted) return;
    const text = renderFault(fault, this.version);
    if (this.sink === undefined) {
      this.response.statusCode = httpStatus(fault.code);
      this.response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
      this.response.setHeader('X-ClickHouse-Exception-Code', fault.code);
      this.response.setHeader('Content-Length', Buffer.byteLength(text));
      this.response.end(text);
      return;
    }
    const mark = `\r\n__exception__\r\n`;
    const block = `${mark}${this.exceptionTag}\r\n${text}${Buffer.byteLength(text)} ${this.exceptionTag}${mark}`;
    // Without its last chunk the answer is visibly cut short, also for programs that know no marks.
    const cut = () => this.response.write('', () => this.response.socket?.destroySoon());
    if (this.sink === this.response) this.response.write(block, cut);
    else this.whenEncoded(cut).end(block);
  }

  private begin(): Writable {
    this.response.setHeader('X-ClickHouse-Summary', JSON.stringify(this.summary()));
    this.response.setHeader('X-ClickHouse-Exception-Tag', this.exceptionTag);
    const { answerEncoding, gzipLevel } = this.request;
    if (answerEncoding === undefined) {
      this.sink = this.response;
    } else {
      this.response.setHeader('Content-Encoding', answerEncoding);
      this.response.setHeader('Vary', 'Accept-Encoding');
      const options = { level: gzipLevel };
      this.sink = this.feeding(answerEncoding === 'gzip' ? createGzip(options) : createDeflate(options));
    }
    return this.sink;
  }

  /** The response is not ended with the encoder: it may have to be cut instead. */
  private feeding(encoder: Transform): Writable {
    encoder.pipe(this.response, { end: false });
    this.response.on('close', () => encoder.destroy());
    return encoder;
  }

  private whenEncoded(then: () => void): Writable {
    return this.sink!.once('end', then);
  }

  private async send(sink: Writable, chunk: Buffer): Promise<void> {
    if (chunk.length === 0 || sink.write(chunk)) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.gone.removeEventListener('abort', go);
        sink.removeListener('drain', go);
        resolve();
      };
      const timer = setTimeout(() => this.response.destroy(), this.stallMs);
      this.gone.addEventListener('abort', go, { once: true });
      sink.once('drain', go);
      if (this.gone.aborted) go();
    });
  }

  private takeHeld(): Buffer {
    const all = Buffer.concat(this.held);
    this.held = [];
    return all;
  }

  private summary(): Record<string, string> {
    const { resultRows = 0, resultBytes = 0, writtenRows = 0, writtenBytes = 0, elapsedSeconds } = this.known;
    const elapsedNs = Number(process.hrtime.bigint() - this.startedAt);
    return {
      read_rows: String(resultRows || writtenRows),
      read_bytes: String(resultBytes || writtenBytes),
      written_rows: String(writtenRows),
      written_bytes: String(writtenBytes),
      total_rows_to_read: '0',
      result_rows: String(resultRows || writtenRows),
      result_bytes: String(resultBytes || writtenBytes),
      elapsed_ns: String(elapsedSeconds === undefined ? elapsedNs : Math.round(elapsedSeconds * 1e9)),
    };
  }
}
