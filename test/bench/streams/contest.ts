import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StackAddresses } from '../../../infra/local/stack';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import type { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { topics } from '../../../services/lib/topics';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import { partitions } from './input';
import { changelogOf, type JavaApp, startStreams, streamsFigures } from './kafka-streams';
import { type Measured, untilCommitted } from './measure';
import type { Run } from './report';
import { type SessionizeForm, sessionizeFigures, startSessionize } from './sessionize';
import { readChangeSets, readWindows, type Sessions } from './sessions';
import type { BenchSettings } from './settings';
import { makeProjectTopics, makeTopic, removeTopics, topicEnd } from './topics';

export const gap_ms = defaultRules.gap_ms.WEB;
const streamsOutput = 'bench.streams.sessions';

export interface Arena {
  admin: Admin;
  reader: PartitionReader;
  addresses: StackAddresses;
  brokerPid: number;
  app: JavaApp;
  /** Folder for logs, profiles and Streams' state. */
  dir: string;
  settings: BenchSettings;
}

/** What is run over: how many events, and where each partition of the input ends. */
export interface Course {
  events: number;
  inputEnds: readonly number[];
}

interface Finished {
  run: Run;
  /** What stands in the output after all revisions; read only when asked for. */
  sessions?: Sessions;
}

/** The service over the whole input, with a new group and an empty output. */
export async function runSessionize(
  arena: Arena,
  course: Course,
  form: SessionizeForm,
  name: string,
  verify: boolean,
): Promise<Finished> {
  const { admin, addresses, dir, settings } = arena;
  await removeTopics(admin, [topics.sessions]);
  await makeProjectTopics(admin);
  const groupId = `bench-${form}-${name}`;
  const contender = await startSessionize({
    form,
    groupId,
    addresses,
    heap_mb: settings.NODE_HEAP_MB,
    log: join(dir, 'logs', `${form}-${name}.log`),
    profileDir: settings.PROFILE ? join(dir, 'profiles') : undefined,
  });
  try {
    const measured = await untilCommitted(admin, contender, groupId, course.inputEnds, arena.brokerPid);
    const { commits, change_sets, sessionised, failures } = await sessionizeFigures(addresses);
    if (sessionised !== course.events || failures > 0) {
      throw new Error(`${form} took ${sessionised} events of ${course.events}, with ${failures} failures`);
    }
    const run = runOf(measured, course, {
      commit_interval_ms: (measured.seconds * 1_000 * partitions) / commits,
      updates: change_sets,
      records: await topicEnd(admin, topics.sessions),
    });
    if (!verify) return { run };
    return { run, sessions: await readChangeSets(admin, arena.reader, addresses.schemaRegistryUrl) };
  } finally {
    await contender.stop();
  }
}

/** Kafka Streams over the whole input, with a new application, no state and an empty output. */
export async function runStreams(
  arena: Arena,
  course: Course,
  name: string,
  commit_interval_ms: number,
  verify: boolean,
): Promise<Finished> {
  const { admin, dir, settings } = arena;
  const threads = settings.THREADS;
  const applicationId = `bench-streams-${name}`;
  const stateDir = join(dir, 'state');
  const leftovers = [streamsOutput, changelogOf(applicationId)];
  rmSync(stateDir, { recursive: true, force: true });
  mkdirSync(stateDir, { recursive: true });
  await removeTopics(admin, leftovers);
  await makeTopic(admin, streamsOutput, partitions);
  const contender = await startStreams(arena.app, {
    applicationId,
    brokers: arena.addresses.kafkaBrokers,
    output: streamsOutput,
    gap_ms,
    grace_ms: defaultRules.lateness_ms,
    retention_ms: settings.RETENTION_MINUTES * 60_000,
    commit_interval_ms,
    threads,
    cache_mb: settings.CACHE_MB,
    heap_mb: settings.STREAMS_HEAP_MB,
    stateDir,
    log: join(dir, 'logs', `kafka-streams-${name}.log`),
  });
  let measured: Measured;
  try {
    measured = await untilCommitted(admin, contender, applicationId, course.inputEnds, arena.brokerPid);
  } finally {
    await contender.stop();
  }
  const { commits, dropped } = streamsFigures(contender);
  if (dropped > 0) throw new Error(`Kafka Streams dropped ${dropped} records as late`);
  const updates = await topicEnd(admin, streamsOutput);
  const run = runOf(measured, course, {
    commit_interval_ms: (measured.seconds * 1_000 * threads) / commits,
    updates,
    records: updates + (await topicEnd(admin, changelogOf(applicationId))),
  });
  const sessions = verify ? await readWindows(admin, arena.reader, streamsOutput) : undefined;
  await removeTopics(admin, leftovers);
  rmSync(stateDir, { recursive: true, force: true });
  return { run, ...(sessions && { sessions }) };
}

function runOf(
  measured: Measured,
  { events }: Course,
  { commit_interval_ms, updates, records }: { commit_interval_ms: number; updates: number; records: number },
): Run {
  return {
    ...measured,
    events_per_second: events / measured.seconds,
    cpu_seconds_per_million: (measured.cpu_seconds / events) * 1e6,
    broker_cpu_seconds_per_million: (measured.broker_cpu_seconds / events) * 1e6,
    commit_interval_ms,
    updates_per_event: updates / events,
    records_per_event: records / events,
  };
}
