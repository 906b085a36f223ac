import type { ClickHouseClient } from '@clickhouse/client';

/** ClickHouse as the erasure uses it; 64-bit integers as numbers. */
export class Tables {
  constructor(readonly client: ClickHouseClient) {}

  async rows<T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
    const result = await this.client.query({
      query,
      query_params,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    return result.json<T>();
  }

  async count(table: string, where: string): Promise<number> {
    const [{ n }] = await this.rows<{ n: number }>(`SELECT count() AS n FROM ${table} WHERE ${where}`);
    return n;
  }

  async command(query: string): Promise<void> {
    await this.client.command({ query, clickhouse_settings: { max_execution_time: 300 } });
  }

  /** Rewrites the parts that have such rows, and waits until that is done. */
  async deleteRows(table: string, where: string): Promise<void> {
    await this.command(
      `ALTER TABLE ${table} DELETE WHERE ${where} SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1`,
    );
  }
}
