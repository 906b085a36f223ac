import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

export interface DatabaseAddress {
  url: string;
  database: string;
  username: string;
  password: string;
  /** Creates the database on every server of it. */
  cluster?: string;
}

/** A migration may copy a month of rows in one statement; the client's own 30 s would give up on what goes on. */
const requestTimeoutMs = 600_000;

/** A client bound to the database, which is created if it is missing: a server refuses clients of an unknown one. */
export async function connectDatabase({ database, cluster, ...server }: DatabaseAddress): Promise<ClickHouseClient> {
  // Errors are thrown; the client would print each as well.
  const log = { level: ClickHouseLogLevel.OFF };
  const any = createClient({ ...server, log });
  try {
    const everywhere = cluster === undefined ? '' : ` ON CLUSTER \`${cluster}\``;
    await any.command({ query: `CREATE DATABASE IF NOT EXISTS \`${database.replaceAll('`', '')}\`${everywhere}` });
  } finally {
    await any.close();
  }
  return createClient({ ...server, database, log, request_timeout: requestTimeoutMs });
}
