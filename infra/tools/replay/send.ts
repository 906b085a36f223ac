import { setTimeout as sleep } from 'node:timers/promises';
import type { Chunk } from './window';

/** Lines that ingest refused: where they stand in the file, and why. */
export interface Rejected {
  line: string;
  errors: { field?: string; reason?: string; message?: string }[];
}

export interface SendResult {
  accepted: number;
  rejected: Rejected[];
}

interface Answer {
  accepted?: number;
  rejected?: { index: number; errors?: Rejected['errors'] }[];
  errors?: Rejected['errors'];
}

export class IngestUnreachable extends Error {}

/** Ingest will take nothing of this sender: no line is at fault, and trying again would not help. */
export class NotLetIn extends Error {}

/** How long ingest may be away before a replay gives up; what is acknowledged until then stays so. */
const giveUpAfterMs = 5 * 60_000;

/**
 * Sends one chunk until ingest has answered for it. 503, a broken connection and other 5xx are tried again with the
 * same bytes: ids are the same, so nothing is counted twice. Rejects with IngestUnreachable after five minutes, and with
 * NotLetIn at once where it asks for a key.
 */
export async function sendChunk(
  url: string,
  chunk: Chunk,
  onRetry: (reason: string) => void,
  key?: string,
): Promise<SendResult> {
  const body = chunk.lines.join('\n');
  const startedAt = Date.now();
  for (let attempt = 0; ; attempt++) {
    const reason = await tryOnce(url, body, chunk, key);
    if (typeof reason !== 'string') return reason;
    if (Date.now() - startedAt > giveUpAfterMs) throw new IngestUnreachable(`ingest at ${url}: ${reason}`);
    onRetry(reason);
    await sleep(Math.min(100 * 2 ** attempt, 2_000));
  }
}

/** The answer, or why to try again. */
async function tryOnce(url: string, body: string, chunk: Chunk, key?: string): Promise<SendResult | string> {
  let response: Response;
  let answer: Answer;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...(key ? { 'x-api-key': key } : {}) },
      body,
      signal: AbortSignal.timeout(30_000),
    });
    answer = (await response.json()) as Answer;
  } catch (error) {
    return (error as Error).message;
  }
  if (response.status >= 500 || response.status === 429) return `status ${response.status}`;
  if (response.status === 401 || response.status === 403) {
    throw new NotLetIn(`ingest at ${url} asks for a key: set INGEST_KEY to one that may send to this source`);
  }
  if (response.status === 202) return { accepted: chunk.lines.length, rejected: [] };
  if (answer.rejected) {
    const rejected = answer.rejected.map(({ index, errors = [] }) => ({ line: chunk.lines[index], errors }));
    return { accepted: answer.accepted ?? 0, rejected };
  }
  // Refused as a whole (too large, not text): every line of it, with the one reason.
  return {
    accepted: 0,
    rejected: chunk.lines.map((line) => ({ line, errors: answer.errors ?? [{ reason: String(response.status) }] })),
  };
}
