import { join } from 'node:path';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { z } from 'zod';
import { commonSettings, integer, readSettings, url } from '../../services/lib/settings';

/** What the commands for people read: the same names as the services, moved by STACK_PORT_OFFSET. */
const schema = z.object({
  ...commonSettings,
  STACK_DIR: z.string().default('.local'),
  STACK_PORT_OFFSET: integer(0, 0, 50_000),
  INGEST_URL: url('http://127.0.0.1:8080').optional(),
  /** Of a sender, where ingest asks for one. */
  INGEST_KEY: z.string().optional(),
  CLICKHOUSE_URL: url('http://127.0.0.1:8123').optional(),
  CLICKHOUSE_DATABASE: z.string().default('customer_dynamics'),
  CLICKHOUSE_USER: z.string().default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
});

export interface ToolSettings {
  stackDir: string;
  portOffset: number;
  brokers: string;
  registryUrl: string;
  ingestUrl: string;
  ingestKey?: string;
  clickhouseUrl: string;
  database: string;
  clickhouse: ClickHouseClient;
  replayFolder: string;
}

export function toolSettings(env: Record<string, string | undefined>): ToolSettings {
  const settings = readSettings(schema, env);
  const at = (port: number) => `127.0.0.1:${port + settings.STACK_PORT_OFFSET}`;
  const clickhouseUrl = env.CLICKHOUSE_URL || `http://${at(8123)}`;
  return {
    stackDir: settings.STACK_DIR,
    portOffset: settings.STACK_PORT_OFFSET,
    brokers: env.KAFKA_BROKERS || at(9092),
    registryUrl: env.SCHEMA_REGISTRY_URL || `http://${at(8085)}/apis/ccompat/v7`,
    ingestUrl: env.INGEST_URL || `http://${at(8080)}`,
    ingestKey: settings.INGEST_KEY,
    clickhouseUrl,
    database: settings.CLICKHOUSE_DATABASE,
    clickhouse: createClient({
      url: clickhouseUrl,
      database: settings.CLICKHOUSE_DATABASE,
      username: settings.CLICKHOUSE_USER,
      password: settings.CLICKHOUSE_PASSWORD,
    }),
    replayFolder: join(settings.STACK_DIR, 'replay'),
  };
}
