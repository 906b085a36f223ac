import type { ClickHouseClient } from '@clickhouse/client';

/**
 * Where one partition's loading stands in a backup. It is stored in the very database that it belongs to, just before
 * that is backed up, so that the two cannot be parted.
 */
export interface PositionRecord {
  backup_id: string;
  /** ISO 8601. */
  taken_at: string;
  cluster_id: string;
  group_id: string;
  topic: string;
  /** What Kafka gave the topic at its creation; hexadecimal. */
  topic_id: string;
  partition: number;
  /** First offset that is not in the tables. */
  committed_offset: number;
  metadata: string;
}

/** What a table held, whatever its parts: rows as FINAL shows them, and a sum over their hashes. */
export interface FigureRecord {
  backup_id: string;
  taken_at: string;
  table_name: string;
  rows: number;
  /** Sum (modulo 2^64) of a hash of each row, in decimal digits. */
  content: string;
}

export const positionsTable = 'backup_positions';
export const figuresTable = 'backup_figures';

/** Not migrations: they say what a tool did, and a database that was never backed up needs none. */
const tablesIn = (database: string): string[] => [
  `CREATE TABLE IF NOT EXISTS \`${database}\`.${positionsTable}
(
  backup_id String COMMENT 'Identity of the backup.',
  taken_at DateTime64(3, 'UTC') COMMENT 'When it was begun (UTC).',
  cluster_id String COMMENT 'Kafka cluster that the offsets belong to.',
  group_id String COMMENT 'Consumer group of load.',
  topic String COMMENT 'Topic that load reads.',
  topic_id String COMMENT 'Id that Kafka gave the topic when it was made.',
  partition Int32 COMMENT 'Partition of it.',
  committed_offset Int64 COMMENT 'First offset that is not in the tables of the backup.',
  metadata String COMMENT 'What load had written beside the offset.'
)
ENGINE = MergeTree
ORDER BY (backup_id, topic, partition)
COMMENT 'Up to where each backup holds the topics: what make restore sets the offsets of load to.'`,
  `CREATE TABLE IF NOT EXISTS \`${database}\`.${figuresTable}
(
  backup_id String COMMENT 'Identity of the backup.',
  taken_at DateTime64(3, 'UTC') COMMENT 'When it was begun (UTC).',
  table_name String COMMENT 'A table of this database.',
  rows UInt64 COMMENT 'Rows of it, as FINAL shows them.',
  content UInt64 COMMENT 'Sum over the hashes of those rows, modulo 2^64.'
)
ENGINE = MergeTree
ORDER BY (backup_id, table_name)
COMMENT 'What each table of a backup held: what make restore compares.'`,
];

/** Notes a backup in the database that is about to be backed up. */
export async function noteBackup(
  client: ClickHouseClient,
  database: string,
  positions: readonly PositionRecord[],
  figures: readonly FigureRecord[],
): Promise<void> {
  for (const query of tablesIn(database)) await client.command({ query });
  const insert = (table: string, values: readonly object[]) =>
    client.insert({
      table: `\`${database}\`.${table}`,
      values,
      format: 'JSONEachRow',
      clickhouse_settings: { date_time_input_format: 'best_effort' },
    });
  await insert(positionsTable, positions);
  await insert(figuresTable, figures);
}

/** Forgets a backup that has failed. */
export async function forgetBackup(client: ClickHouseClient, database: string, backup_id: string): Promise<void> {
  for (const table of [positionsTable, figuresTable]) {
    await client.command({
      query: `DELETE FROM \`${database}\`.${table} WHERE backup_id = {backup_id: String}`,
      query_params: { backup_id },
    });
  }
}

/** What the newest backup that a database knows of says of itself: in a restored one, of that backup. */
export async function newestBackup(
  client: ClickHouseClient,
  database: string,
): Promise<{ positions: PositionRecord[]; figures: FigureRecord[] }> {
  const newest = async <Row>(table: string, exact = ''): Promise<Row[]> => {
    const result = await client.query({
      query: `SELECT * REPLACE (formatDateTime(taken_at, '%FT%T.%fZ') AS taken_at${exact}) FROM \`${database}\`.${table} AS t
        WHERE t.backup_id = (SELECT argMax(backup_id, taken_at) FROM \`${database}\`.${positionsTable})`,
      format: 'JSONEachRow',
    });
    return result.json<Row>();
  };
  const positions = await newest<PositionRecord>(positionsTable);
  const figures = await newest<FigureRecord>(figuresTable, ', toString(content) AS content');
  return {
    positions: positions.map((row) => ({ ...row, committed_offset: Number(row.committed_offset) })),
    figures: figures.map((row) => ({ ...row, rows: Number(row.rows) })),
  };
}
