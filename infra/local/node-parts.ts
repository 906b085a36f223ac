import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PartName, StackAddresses } from './addresses';
import { StackFault } from './faults';
import { answersOk } from './http';
import type { Command, Part, PartContext } from './part';

/** The settings every service of the project reads, for one stack. */
export function serviceEnvironment(addresses: StackAddresses): Record<string, string> {
  return {
    KAFKA_BROKERS: addresses.kafkaBrokers,
    SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
    CLICKHOUSE_URL: addresses.clickhouseUrl,
    HOST: addresses.host,
  };
}

const clickhouseScript = 'infra/local/clickhouse/main.js';

export const clickhousePart: Part = {
  name: 'clickhouse',
  ports: ({ ports }) => [ports.clickhouse],
  address: ({ clickhouseUrl }) => clickhouseUrl,
  // The repair of the deduplication logs and a large data folder come before the first answer.
  readyWithinMs: 120_000,
  stopWithinMs: 30_000,
  check: async (context) => requireScript(context, clickhouseScript),
  prepare: async (context) => {
    const dataDir = join(context.stackDir, 'data', 'clickhouse');
    mkdirSync(dataDir, { recursive: true });
    return nodeCommand(context, 'clickhouse', clickhouseScript, 512, {
      CLICKHOUSE_DATA_DIR: dataDir,
      CLICKHOUSE_BACKUP_DIR: context.env.CLICKHOUSE_BACKUP_DIR || join(context.stackDir, 'backups'),
    });
  },
  // A query, since the port opens before the engine has opened its folder.
  isReady: ({ clickhouseUrl }) => answersOk(`${clickhouseUrl}/?query=SELECT%201`),
};

/**
 * V8's heap for each service, so that none passes 400 MB resident: buffers (Kafka batches, blocks for ClickHouse, the
 * window of seen ids) lie outside it.
 */
const heapMegabytes = { ingest: 160, enrich: 192, sessionize: 320, load: 160 } as const;

export const serviceParts: readonly Part[] = (['ingest', 'enrich', 'sessionize', 'load'] as const).map((name) => ({
  name,
  ports: ({ ports }) => [ports[name]],
  address: (addresses) => addresses[`${name}Url`],
  readyWithinMs: 90_000,
  stopWithinMs: 15_000,
  check: async (context) => requireScript(context, serviceScript(name)),
  prepare: async (context) => nodeCommand(context, name, serviceScript(name), heapMegabytes[name], localSettings[name]),
  isReady: (addresses) => answersOk(`${addresses[`${name}Url`]}/readyz`),
}));

/**
 * Where a local stack differs from the defaults: late events need not wait a minute for their repair, nor what followed
 * contacts an hour; heaps are small, and load holds five times its fetches of two topics in a backlog.
 */
const localSettings: Partial<Record<PartName, Record<string, string>>> = {
  load: {
    REPAIR_EVERY_MS: '2000',
    FOLLOW_UPS_EVERY_MS: '300000',
    FETCH_MAX_PARTITION_BYTES: String(12 * 1_048_576),
    FETCH_MAX_BYTES: String(12 * 1_048_576),
  },
  sessionize: { STATE_HOT_CUSTOMERS: '2000' },
};

const serviceScript = (name: PartName) => `services/${name}/main.js`;

function requireScript({ distDir }: PartContext, script: string): void {
  if (existsSync(join(distDir, script))) return;
  throw new StackFault(`${join(distDir, script)} is missing: build the project first with \`npm run build\`.`);
}

function nodeCommand(
  context: PartContext,
  name: PartName,
  script: string,
  heap: number,
  own: Record<string, string> = {},
): Command {
  return {
    command: process.execPath,
    args: [`--max-old-space-size=${heap}`, join(context.distDir, script)],
    env: {
      ...context.env,
      ...serviceEnvironment(context.addresses),
      PORT: String(context.addresses.ports[name]),
      ...own,
      ...context.partEnv[name],
    },
    cwd: context.projectRoot,
  };
}
