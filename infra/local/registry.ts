import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answersOk } from './http';
import { javaEnvironment, javaFlags } from './java';
import type { Command, Part, PartContext } from './part';

export const registryPart: Part = {
  name: 'registry',
  ports: ({ ports }) => [ports.registry],
  address: ({ schemaRegistryUrl }) => schemaRegistryUrl,
  // Kafka's own bound comes first: the registry is started beside it and waits for it.
  readyWithinMs: 240_000,
  stopWithinMs: 10_000,
  check: async (context) => {
    await context.java();
  },
  prepare,
  // Answers only when the registry has read its journal to the end; /health/ready is up before that.
  isReady: ({ schemaRegistryUrl }) => answersOk(`${schemaRegistryUrl}/subjects`),
};

async function prepare(context: PartContext): Promise<Command> {
  const { command, downloads } = await context.java();
  const workDir = join(context.stackDir, 'data', 'registry');
  mkdirSync(workDir, { recursive: true });
  return {
    command,
    args: [
      ...javaFlags(context.stackDir, 'registry', 128),
      // It does next to nothing after its start, and the start is a third faster without the optimising compiler.
      '-XX:TieredStopAtLevel=1',
      '-jar',
      downloads.registryJar,
    ],
    env: { ...javaEnvironment(context.env), ...registrySettings(context, workDir) },
    cwd: workDir,
  };
}

function registrySettings({ addresses }: PartContext, workDir: string): Record<string, string> {
  return {
    QUARKUS_HTTP_HOST: addresses.host,
    QUARKUS_HTTP_PORT: String(addresses.ports.registry),
    QUARKUS_HTTP_ACCESS_LOG_ENABLED: 'false',
    QUARKUS_LOG_CONSOLE_FORMAT: '%d{yyyy-MM-dd HH:mm:ss,SSS} %p %s%e (%c{1})%n',
    APICURIO_IMPORT_WORK_DIR: workDir,
    APICURIO_STORAGE_SNAPSHOT_LOCATION: workDir,

    // In Kafka: the in-memory default hands out its ids anew after a restart, and stored messages carry the old ones.
    APICURIO_STORAGE_KIND: 'kafkasql',
    APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: addresses.kafkaBrokers,
    // It makes its own topics with Kafka's default of 7 days, after which the ids would be gone all the same.
    APICURIO_KAFKASQL_TOPIC_RETENTION_MS: '-1',
    // How long the start waits for Kafka to come up (a minute by default; a recovery after a crash may take longer).
    APICURIO_KAFKASQL_ADMIN_DEFAULT_API_TIMEOUT_MS: '180000',
    // How long the start waits for a snapshot. There are none (next line): 5 s saved, and nothing can be missed.
    APICURIO_KAFKASQL_CONSUMER_POLL_TIMEOUT: '200',
    APICURIO_KAFKASQL_SNAPSHOT_EVERY_SECONDS: 'off',

    // 20 connections each to three databases in its own memory, of which one is used.
    ...Object.fromEntries(
      ['', '_BLUE', '_GREEN'].flatMap((pool) => [
        [`APICURIO_DATASOURCE${pool}_JDBC_INITIAL_SIZE`, '1'],
        [`APICURIO_DATASOURCE${pool}_JDBC_MIN_SIZE`, '1'],
      ]),
    ),
  };
}
