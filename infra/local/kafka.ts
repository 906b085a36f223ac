import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from '../../services/lib/kafka/kafkajs';
import type { StackAddresses } from './addresses';
import { errorMessage, StackFault } from './faults';
import { javaEnvironment, javaFlags } from './java';
import type { Command, KafkaExtras, Part, PartContext } from './part';

/** 16 MB messages (change sets) and the batch around them. */
const maxMessageBytes = 17 * 1024 * 1024;

/** The settings of a one-node KRaft Kafka that is broker and controller at once. */
export function serverProperties(addresses: StackAddresses, logDir: string): Record<string, string | number | boolean> {
  const { host, ports } = addresses;
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${host}:${ports.kafkaController}`,
    listeners: `PLAINTEXT://${host}:${ports.kafka},CONTROLLER://${host}:${ports.kafkaController}`,
    'advertised.listeners': `PLAINTEXT://${host}:${ports.kafka}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logDir,
    'auto.create.topics.enable': false,

    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 8,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,

    // Not below the retention of any topic (30 days): a stack that was down for weeks must find its place again.
    'offsets.retention.minutes': 90 * 24 * 60,
    // The default waits 3 s for more members at each first join: nobody else comes here.
    'group.initial.rebalance.delay.ms': 0,
    // What a killed producer left open is aborted within a second of its time-out, not within ten.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1_000,

    'message.max.bytes': maxMessageBytes,
    'replica.fetch.max.bytes': maxMessageBytes,
    'log.segment.bytes': 256 * 1024 * 1024,
    // 128 MB by default, taken from the heap at start: more than a third of it for two small compacted topics.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    // Twice a second by default, written to disk, so that followers notice a stale controller: there are no followers.
    'metadata.max.idle.interval.ms': 5_000,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 4,
  };
}

const log4jProperties = {
  'log4j.rootLogger': 'INFO, stdout',
  'log4j.appender.stdout': 'org.apache.log4j.ConsoleAppender',
  'log4j.appender.stdout.layout': 'org.apache.log4j.PatternLayout',
  'log4j.appender.stdout.layout.ConversionPattern': '%d{ISO8601} %p %m (%c{1})%n',
  // Hundreds of lines at each start that repeat the settings.
  'log4j.logger.org.apache.kafka.common.config.AbstractConfig': 'WARN',
  'log4j.logger.org.apache.kafka.common.utils.AppInfoParser': 'WARN',
  // A line a minute for as long as the stack is up.
  'log4j.logger.org.apache.kafka.controller.EventPerformanceMonitor': 'WARN',
};

export const kafkaPart: Part = {
  name: 'kafka',
  ports: ({ ports }) => [ports.kafka, ports.kafkaController],
  address: ({ kafkaBrokers }) => kafkaBrokers,
  readyWithinMs: 180_000,
  stopWithinMs: 20_000,
  check: async (context) => {
    await context.java();
  },
  prepare,
  isReady,
};

async function prepare(context: PartContext): Promise<Command> {
  const { command, downloads } = await context.java();
  const configDir = join(context.stackDir, 'config');
  const dataDir = join(context.stackDir, 'data');
  for (const directory of [configDir, dataDir]) mkdirSync(directory, { recursive: true });

  const log4jPath = join(configDir, 'kafka-log4j.properties');
  writeProperties(log4jPath, log4jProperties);
  const base: Command = {
    command,
    args: [
      `-Dlog4j.configuration=file:${log4jPath}`,
      // Kafka also carries log4j 2, unused and not configured; without this it complains on every start.
      '-Dlog4j2.StatusLogger.level=OFF',
      // Else the JVM keeps a native copy of the largest message for each network thread.
      '-Djdk.nio.maxCachedBufferSize=1048576',
      '-cp',
      join(downloads.kafkaDir, '*'),
    ],
    env: javaEnvironment(context.env),
    cwd: dataDir,
  };
  const flags = javaFlags(context.stackDir, 'kafka', 320);
  const logDir = join(dataDir, 'kafka');
  // It lives for seconds: what the optimising compiler does for it comes too late.
  const brief = [...flags, '-XX:TieredStopAtLevel=1'];
  if (!existsSync(logDir)) await format({ ...base, args: [...brief, ...base.args] }, context, logDir);

  const propertiesPath = join(configDir, 'kafka.properties');
  writeProperties(propertiesPath, { ...serverProperties(context.addresses, logDir), ...context.kafka?.properties });
  const args = [...flags, ...(context.kafka?.javaFlags ?? []), ...base.args, 'kafka.Kafka', propertiesPath];
  return { ...base, args };
}

/** Formats a draft and renames it, so that a format cut short is begun again instead of being started from. */
async function format(java: Command, { addresses, kafka }: PartContext, logDir: string): Promise<void> {
  const draftDir = `${logDir}.unformatted`;
  const propertiesPath = `${draftDir}.properties`;
  rmSync(draftDir, { recursive: true, force: true });
  mkdirSync(draftDir, { recursive: true });
  writeProperties(propertiesPath, { ...serverProperties(addresses, draftDir), ...kafka?.properties });
  const tool = ['kafka.tools.StorageTool', 'format', '-t', newClusterId(), '-c', propertiesPath];
  const args = [...java.args, ...tool, ...scramUsers(kafka)];
  try {
    await promisify(execFile)(java.command, args, { env: { ...java.env }, cwd: java.cwd, maxBuffer: 16 * 1024 * 1024 });
    renameSync(draftDir, logDir);
  } catch (error) {
    const lines = errorMessage(error).trimEnd().split('\n');
    throw new StackFault(`Kafka could not prepare its data folder ${logDir}.`, lines.slice(-10));
  } finally {
    rmSync(draftDir, { recursive: true, force: true });
    rmSync(propertiesPath, { force: true });
  }
}

/** Users that are there before the first start, so that brokers and tools may be among them. */
const scramUsers = (kafka: KafkaExtras | undefined): string[] =>
  Object.entries(kafka?.scramUsers ?? {}).flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);

/** 16 random bytes as Kafka writes them; Kafka's own tool also avoids a leading '-', which reads as an option. */
export function newClusterId(random: () => Buffer = () => randomBytes(16)): string {
  for (;;) {
    const id = random().toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** Asks the broker who is in the cluster: an open port alone also belongs to a broker that is still recovering. */
async function isReady({ kafkaBrokers }: StackAddresses): Promise<boolean> {
  const admin = new Kafka({
    clientId: 'local-stack',
    brokers: [kafkaBrokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** A properties file; backslashes and colons in values are taken as they are only after escaping. */
function writeProperties(path: string, entries: Record<string, string | number | boolean>): void {
  const lines = Object.entries(entries).map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\')}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
}
