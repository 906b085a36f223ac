import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { connectDatabase } from '../../../infra/clickhouse/database';
import { migrate } from '../../../infra/clickhouse/migrate';
import { projectRoot } from './build';

export const migrationsFolder = join(projectRoot, 'infra/clickhouse/migrations');

/** A database of its own with migrations applied. */
export class MigratedDatabase {
  protected constructor(readonly client: ClickHouseClient) {}

  protected static async migrated(url: string, database: string, folder = migrationsFolder): Promise<ClickHouseClient> {
    const client = await connectDatabase({ url, database, username: 'default', password: '' });
    await migrate(client, { folder });
    return client;
  }

  /** One block of rows, straight into a base table: the views chained behind it fill as they do behind load. */
  async insertRows(table: string, values: object[]): Promise<void> {
    if (values.length > 0) await this.client.insert({ table, values, format: 'JSONEachRow' });
  }

  async rows<Row = Record<string, number | string | null>>(
    query: string,
    query_params: Record<string, unknown> = {},
  ): Promise<Row[]> {
    const result = await this.client.query({
      query,
      query_params,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    return result.json<Row>();
  }
}
