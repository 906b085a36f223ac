import { join } from 'node:path';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { z } from 'zod';
import type { KafkaSettings } from '../../services/lib/kafka/client';
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
  /** Every load there is, comma-separated: they are asked to leave a table alone while it is rebuilt. */
  LOAD_URLS: z
    .string()
    .refine(
      (value) => value.split(',').every((one) => URL.canParse(one.trim())),
      'must be http(s) URLs, comma-separated',
    )
    .optional(),
  LOAD_GROUP_PREFIX: z.string().min(1).default('load'),
  /** As load has it. */
  LOAD_ADMIN_TOKEN: z.string().optional(),
  CLICKHOUSE_DATABASE: z.string().default('customer_dynamics'),
  CLICKHOUSE_USER: z.string().default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
});

/** As long as the local engine lets a statement run: a rebuild's take more than the client's 30 s. */
const statementTimeoutMs = 300_000;

export interface ToolSettings {
  stackDir: string;
  portOffset: number;
  /** Addresses and how to prove who asks, as `createKafka` takes them. */
  kafka: KafkaSettings;
  ingestUrl: string;
  ingestKey?: string;
  schemaRegistryUrl: string;
  clickhouseUrl: string;
  database: string;
  clickhouse: ClickHouseClient;
  loadUrls: string[];
  loadAdminToken?: string;
  loadGroupPrefix: string;
  replayFolder: string;
}

/** What load's admin calls ask for where a token is set. */
export const adminHeaders = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

export function toolSettings(env: Record<string, string | undefined>): ToolSettings {
  const settings = readSettings(schema, env);
  const at = (port: number) => `127.0.0.1:${port + settings.STACK_PORT_OFFSET}`;
  const clickhouseUrl = env.CLICKHOUSE_URL || `http://${at(8123)}`;
  return {
    stackDir: settings.STACK_DIR,
    portOffset: settings.STACK_PORT_OFFSET,
    kafka: { ...settings, KAFKA_BROKERS: env.KAFKA_BROKERS || at(9092) },
    ingestUrl: env.INGEST_URL || `http://${at(8080)}`,
    ingestKey: settings.INGEST_KEY,
    schemaRegistryUrl: env.SCHEMA_REGISTRY_URL ? settings.SCHEMA_REGISTRY_URL : `http://${at(8085)}/apis/ccompat/v7`,
    clickhouseUrl,
    database: settings.CLICKHOUSE_DATABASE,
    clickhouse: createClient({
      url: clickhouseUrl,
      database: settings.CLICKHOUSE_DATABASE,
      username: settings.CLICKHOUSE_USER,
      password: settings.CLICKHOUSE_PASSWORD,
      request_timeout: statementTimeoutMs,
      // Errors are thrown; the client would print each as well.
      log: { level: ClickHouseLogLevel.OFF },
    }),
    loadUrls: (settings.LOAD_URLS ?? `http://${at(9103)}`).split(',').map((one) => one.trim().replace(/\/$/, '')),
    loadAdminToken: settings.LOAD_ADMIN_TOKEN,
    loadGroupPrefix: settings.LOAD_GROUP_PREFIX,
    replayFolder: join(settings.STACK_DIR, 'replay'),
  };
}
