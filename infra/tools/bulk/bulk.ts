import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotStored, type OutgoingRecord } from '../../../services/lib/kafka/batching-producer';
import type { Checkpoint } from '../replay/checkpoint';
import { type Block, cutCsv, cutJson, cutLines, cutMbox, whole } from './cut';
import { bytesOf, type Format, type Input } from './input';
import { unpack } from './packed';
import type { Pool } from './pool';
import type { Done } from './worker';

export interface BulkOptions {
  inputs: readonly Input[];
  format: Format;
  /** Whether a table begins with the names of its columns. */
  hasHeading: boolean;
  blockBytes: number;
  pool: Pool;
  /** Resolves when every record is stored; rejects with NotStored. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  checkpointOf(input: Input): Checkpoint;
  rejectsFile: string;
  onProgress(state: BulkResult & { bytesRead: number }): void;
  onRetry(reason: string): void;
}

export interface BulkResult {
  accepted: number;
  items: number;
  rejected: number;
  /** Refused items by reason. */
  reasons: Record<string, number>;
  /** Items that rightly made no event, by reason. */
  skipped: Record<string, number>;
}

/** Of a file that is finished, so that an interrupted folder goes on with the next one. */
const finished = Number.MAX_SAFE_INTEGER;
/** How long Kafka may be away before it is given up; what is acknowledged until then stays so. */
const giveUpAfterMs = 5 * 60_000;

/**
 * Files → Kafka. Threads parse, validate and encode; one connection sends, in the order of the input, so that no event is
 * made late by our own doing.
 *
 * Guarantee: at least once, in order. The checkpoint stands behind what Kafka has acknowledged; a run that was ended sends
 * at most the blocks of its last second again, under the same ids.
 */
export async function bulk(options: BulkOptions): Promise<BulkResult> {
  const { pool, inputs } = options;
  const result: BulkResult = { accepted: 0, items: 0, rejected: 0, reasons: {}, skipped: {} };
  const rejects = rejectsTo(options.rejectsFile);
  let bytesRead = 0;
  const checkpoints = inputs.map((input) => options.checkpointOf(input));
  for (const [index, input] of inputs.entries()) {
    const checkpoint = checkpoints[index];
    const from = checkpoint.read();
    let notedAt = Date.now();
    const flying: { end: number; done: Promise<Done> }[] = [];
    const land = async (): Promise<void> => {
      const { end, done } = flying.shift() as (typeof flying)[number];
      const block = await done;
      await stored(unpack(block.records), options);
      count(result, block);
      for (const { item, errors, value } of block.rejected) {
        rejects.write({ file: input.path, block_end: end, item, errors, value });
      }
      if (Date.now() - notedAt > 1_000) {
        notedAt = Date.now();
        checkpoint.write(end);
      }
      options.onProgress({ ...result, bytesRead });
    };
    const read = (bytes: number): void => {
      bytesRead += bytes;
    };
    if (from === finished) {
      bytesRead += input.size ?? 0;
      continue;
    }
    for await (const { bodies, end } of blocksOf(input, options, read)) {
      if (end <= from) continue;
      const done = pool.run(bodies, Date.now());
      // Heard when its turn comes; until then a failure must not count as unhandled.
      done.catch(() => undefined);
      flying.push({ end, done });
      if (flying.length > 2 * pool.size) await land();
    }
    while (flying.length > 0) await land();
    checkpoint.write(finished);
  }
  await rejects.close();
  for (const checkpoint of checkpoints) checkpoint.clear();
  return result;
}

function blocksOf(input: Input, options: BulkOptions, onRead: (bytes: number) => void): AsyncGenerator<Block> {
  const bytes = bytesOf(input, onRead);
  const { format, blockBytes, hasHeading } = options;
  if (format === 'json') return cutJson(bytes, blockBytes);
  if (format === 'csv') return cutCsv(bytes, blockBytes, hasHeading);
  if (format === 'mbox') return cutMbox(bytes, blockBytes);
  return format === 'mail' ? whole(bytes) : cutLines(bytes, blockBytes);
}

/** Tries until Kafka has them. */
async function stored(records: readonly OutgoingRecord[], { send, onRetry }: BulkOptions): Promise<void> {
  const startedAt = Date.now();
  for (;;) {
    try {
      return await send(records);
    } catch (error) {
      if (!(error instanceof NotStored) || Date.now() - startedAt > giveUpAfterMs) throw error;
      onRetry(error.message);
      await sleep(500);
    }
  }
}

function count(result: BulkResult, { accepted, items, rejected, skipped }: Done): void {
  result.accepted += accepted;
  result.items += items;
  result.rejected += rejected.length;
  for (const { errors } of rejected) {
    const reason = errors[0]?.reason ?? 'unknown';
    result.reasons[reason] = (result.reasons[reason] ?? 0) + 1;
  }
  for (const [reason, number] of Object.entries(skipped)) {
    result.skipped[reason] = (result.skipped[reason] ?? 0) + number;
  }
}

/** What was refused, whole, with the reasons; the file is made only when there is something to keep. */
function rejectsTo(path: string): { write(line: object): void; close(): Promise<void> } {
  let stream: WriteStream | undefined;
  return {
    write: (line) => {
      stream ??= createWriteStream(path, { flags: 'a', mode: 0o600 });
      stream.write(`${JSON.stringify(line)}\n`);
    },
    close: () => new Promise((resolve) => (stream ? stream.end(resolve) : resolve())),
  };
}
