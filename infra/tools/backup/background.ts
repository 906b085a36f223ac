import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';

const pollEveryMs = 250;

/** As the engine's system.backups tells it. */
export interface Finished {
  /** Written or read; what an earlier backup holds is not among them. */
  bytes: number;
  files: number;
}

export interface BackgroundOptions {
  settings?: readonly string[];
  onProgress?(files: number, of: number): void;
}

/**
 * Runs a BACKUP or RESTORE, which may take longer than any request, and waits for its end. Throws with the engine's
 * reason when it fails; a client that goes away does not end it.
 */
export async function inBackground(
  client: ClickHouseClient,
  statement: string,
  { settings = [], onProgress }: BackgroundOptions = {},
): Promise<Finished> {
  const id = randomUUID();
  await client.command({ query: `${statement} SETTINGS ${[`id = '${id}'`, ...settings].join(', ')} ASYNC` });
  for (;;) {
    const result = await client.query({
      query: `SELECT status::String AS status, error, num_files, files_read, compressed_size FROM system.backups WHERE id = {id: String}`,
      query_params: { id },
      format: 'JSONEachRow',
    });
    const [row] = await result.json<{
      status: string;
      error: string;
      num_files: string;
      files_read: string;
      compressed_size: string;
    }>();
    if (!row) throw new Error('the server has forgotten what it was doing: was it started anew?');
    if (/FAILED|CANCELLED/.test(row.status)) throw new Error(row.error.split('\n')[0]);
    if (/CREATED|RESTORED/.test(row.status))
      return { bytes: Number(row.compressed_size), files: Number(row.num_files) };
    onProgress?.(Number(row.files_read), Number(row.num_files));
    await sleep(pollEveryMs);
  }
}
