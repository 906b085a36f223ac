import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';

/** One erasure as its log has it; times in epoch ms. */
export interface ErasureRecord {
  erasure_id: string;
  customer_hash: string;
  requested_by: string;
  erased_at: number;
  erased_through: number;
  deleted: Record<string, number>;
  finished_at: number | null;
}

export const clickHouseTime = (epoch_ms: number): string =>
  new Date(epoch_ms).toISOString().replace('T', ' ').slice(0, -1);

/** One that was broken off goes on as it began: what has come since is not erased with it. Else a new one. */
export async function beginOrResume(
  clickhouse: ClickHouseClient,
  customer_hash: string,
  requested_by: string,
  moment: { at: number; through: number },
): Promise<{ record: ErasureRecord; isResumed: boolean }> {
  const result = await clickhouse.query({
    query: `SELECT erasure_id, customer_hash, requested_by, toUnixTimestamp64Milli(erased_at) AS erased_at,
        toUnixTimestamp64Milli(erased_through) AS erased_through, deleted
      FROM erasures AS e WHERE customer_hash = {customer_hash: String} AND finished_at IS NULL ORDER BY e.erased_at LIMIT 1`,
    query_params: { customer_hash },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  const [open] = await result.json<Omit<ErasureRecord, 'finished_at'>>();
  if (open) return { record: { ...open, finished_at: null }, isResumed: true };
  const record = {
    erasure_id: randomUUID(),
    customer_hash,
    requested_by,
    erased_at: moment.at,
    erased_through: moment.through,
    deleted: {},
    finished_at: null,
  };
  await writeRecord(clickhouse, record);
  return { record, isResumed: false };
}

export async function writeRecord(clickhouse: ClickHouseClient, record: ErasureRecord): Promise<void> {
  const { erased_at, erased_through, finished_at } = record;
  await clickhouse.insert({
    table: 'erasure_log',
    values: [
      {
        ...record,
        erased_at: clickHouseTime(erased_at),
        erased_through: clickHouseTime(erased_through),
        finished_at: finished_at === null ? null : clickHouseTime(finished_at),
      },
    ],
    format: 'JSONEachRow',
  });
}
