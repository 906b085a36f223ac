/**
 * interactions.enriched, sessions, interactions.dead-letter → load → ClickHouse.
 *
 * Guarantee: exactly once into every table and view; see load-task.ts for how and the README for what it rests on.
 */

import type { DeadLetter, SessionCommand } from '../../schemas/types';
import { AvroCodec } from '../lib/avro';
import { certificateMetric, kafkaCertificates } from '../lib/certificates';
import { ErasureLog } from '../lib/erasure-log';
import { startHealthServer } from '../lib/health';
import { type PartitionLoop, startPartitionLoop } from '../lib/kafka/partition-loop';
import { connectService, type ServiceClient } from '../lib/kafka/service-client';
import { watchLag } from '../lib/lag';
import type { Log } from '../lib/log';
import { createMetrics } from '../lib/metrics';
import { patiently } from '../lib/patience';
import { Problems } from '../lib/problems';
import { Refused, refusalOf } from '../lib/refusal';
import type { Running } from '../lib/run';
import { topics, valueSchemas } from '../lib/topics';
import type { Tracing } from '../lib/tracing';
import { DeadLetterProducer } from './dead-letter-producer';
import { currentVersion } from './domain/insert-plans';
import { ForeignMetadata } from './domain/intent';
import { type Status, StatusBook } from './domain/status-book';
import { topicFeeding } from './fed-tables';
import { addFollowUps } from './follow-ups/ask';
import type { FollowUps } from './follow-ups/follow-ups';
import { Halts } from './halt';
import { startJobs } from './jobs';
import { type LoadDeps, LoadTask } from './load-task';
import { loadMetrics } from './metrics';
import { addPauses, Pauses } from './pause';
import { Persistence } from './persistence';
import { loadedBefore, readPosition, requireTablesThere, StartRefused, TablesLost } from './positions';
import { CommandProducer } from './repair/command-producer';
import { Rooms } from './rooms';
import { ErasureScreen } from './screen';
import type { LoadSettings } from './settings';
import { StatusWriter } from './status-writer';
import { deadLettersStream } from './streams/dead-letters';
import { interactionsStream } from './streams/interactions';
import { sessionsStream } from './streams/sessions';
import type { Stream } from './streams/stream';
import { Warehouse } from './warehouse';
import { watchParts } from './watch-parts';

/**
 * Starts: health at once, then Kafka, schemas and ClickHouse, each waited for; then what was loaded before is checked
 * against the tables; then one consumer group a topic. Until all run the service lives and is not ready.
 */
export async function startLoad(settings: LoadSettings, log: Log, tracing?: Tracing): Promise<Running> {
  let stopping = false;
  const stopped = () => stopping;
  const registry = createMetrics('load');
  const metrics = loadMetrics(registry);
  certificateMetric(registry, 'load', kafkaCertificates(settings), {
    clickhouse: settings.CLICKHOUSE_URL,
    registry: settings.SCHEMA_REGISTRY_URL,
  });
  const warehouse = new Warehouse(settings, log);
  const persistence = new Persistence(stopped);
  const book = new StatusBook();
  const loops: PartitionLoop[] = [];
  const tasks = new Set<LoadTask>();
  const closing: (() => Promise<void> | void)[] = [];
  let waitsFor: string[] = ['waits for Kafka, the schema registry and ClickHouse'];
  const notReady = () => [
    ...new Set([
      ...waitsFor,
      ...warehouse.notReady(),
      ...persistence.notReady(),
      ...loops.flatMap((loop) => loop.notReady()),
    ]),
  ];
  const pauses = new Pauses(Date.now);
  const landings = new Map<string, string>();
  const feeding = new Map<string, string>();
  const topicOf = async (table: string): Promise<string | undefined> => {
    if (landings.size === 0) throw new Error('load is still starting');
    // Views come with migrations, and those with load stopped: what was found once holds.
    const topic = feeding.get(table) ?? (await topicFeeding(warehouse, landings, table));
    if (topic !== undefined) feeding.set(table, topic);
    return topic;
  };
  let followUps: FollowUps | undefined;
  const health = await startHealthServer({ host: settings.HOST, port: settings.PORT }, registry, notReady, (app) => {
    addPauses(app, pauses, tasks, topicOf, log, {
      token: settings.LOAD_ADMIN_TOKEN,
      consumers: settings.LOAD_CONSUMERS_PER_TOPIC,
    });
    addFollowUps(app, () => followUps);
  });

  const start = async (): Promise<void> => {
    const client = await connectService(settings, 'load', log, stopped);
    closing.push(() => client.disconnect());
    const { clusterId } = await client.admin.describeCluster();
    const { streams, deadLetters, commands, screen, erasures } = await patiently(
      'preparing',
      log,
      () => prepare(settings, client, (count) => metrics.erased.inc(count)),
      stopped,
      refusalOf,
    );
    const landingTopics = streams.map(({ topic }) => topic);
    for (const { topic, plans } of streams) landings.set(topic, plans[currentVersion].landing);
    closing.push(
      () => deadLetters.close(),
      () => commands.close(),
    );
    await patiently('looking for the tables', log, () => warehouse.check(), stopped, refusalOf);
    const refusal = await patiently(
      'recalling what is loaded',
      log,
      () => recall(streams, client, warehouse, settings, book),
      stopped,
    );
    if (refusal) throw refusal;
    warehouse.beforeWritingAgain = async () => {
      const now = warehouse.hasInserted ? Number.POSITIVE_INFINITY : Date.now();
      await requireTablesThere(book.all(), await warehouse.loadedOffsets(), now, () => warehouse.isEmpty());
    };

    const status = new StatusWriter(
      book,
      (rows) => warehouse.writeStatus(rows),
      settings.LOAD_STATUS_EVERY_MS,
      log,
      metrics.canariesVisible,
    );
    closing.push(
      () => status.stop(),
      watchLag(client.admin, landingTopics, metrics),
      watchParts(warehouse, metrics.mostParts),
    );
    const deps: LoadDeps = {
      clusterId,
      warehouse,
      deadLetters,
      persistence,
      halts: new Halts(),
      book,
      metrics,
      log,
      limits: { max_rows: settings.LOAD_MAX_BLOCK_ROWS, max_bytes: settings.LOAD_MAX_BLOCK_BYTES },
      doneAfterMs: settings.LOAD_DONE_AFTER_MS,
      stopping: stopped,
      tasks,
      pauses,
      screen,
      tracing,
      problems: new Problems(log),
      insertTimeoutMs: settings.LOAD_INSERT_TIMEOUT_MS,
      rooms: new Rooms(Date.now),
    };
    const jobs = startJobs({ warehouse, commands, erasures, registry, log }, settings, () =>
      loops.flatMap((loop) => loop.assigned(topics.enriched)),
    );
    followUps = jobs.followUps;
    closing.push(
      () => jobs.repairer.stop(),
      () => jobs.followUps.stop(),
    );
    for (const stream of streams) {
      const own: PartitionLoop[] = [];
      deps.metrics.standingStill.set(stream.topic, () => own.reduce((sum, loop) => sum + loop.standingStill(), 0));
      for (let count = 0; count < settings.LOAD_CONSUMERS_PER_TOPIC; count++) {
        own.push(await startLoop(stream, client, deps, settings, log));
        loops.push(own[count]);
      }
    }
    waitsFor = [];
  };
  const refused = new Promise<Refused>((resolve) => {
    start().catch((error: Error) => {
      if (stopping) return;
      waitsFor = [error.message];
      if (error instanceof Refused) resolve(error);
      else log.error(error.message);
    });
  });

  return {
    refused,
    // What waits in vain gives up, work in hand ends and is committed as done, and what is loaded is written down.
    stop: async () => {
      stopping = true;
      await Promise.all(loops.map((loop) => loop.stop()));
      for (const close of closing.reverse()) await close();
      await warehouse.close();
      await health.close();
    },
  };
}

async function prepare(settings: LoadSettings, client: ServiceClient, erased: (count: number) => void) {
  const url = settings.SCHEMA_REGISTRY_URL;
  const codec = await AvroCodec.register<DeadLetter>(
    url,
    `${topics.deadLetter}-value`,
    valueSchemas[topics.deadLetter],
  );
  const partitions = await client.partitionsOf(topics.deadLetter);
  const readsRegistry = settings.CLICKHOUSE_READS_REGISTRY;
  const streams = [
    await interactionsStream(url, readsRegistry),
    await sessionsStream(url, readsRegistry),
    deadLettersStream(codec),
  ];
  const command = await AvroCodec.register<SessionCommand>(
    url,
    `${topics.commands}-value`,
    valueSchemas[topics.commands],
  );
  const erasureLog = await ErasureLog.open(client, url, settings.ERASURE_KEY);
  return {
    streams,
    erasures: erasureLog.erasures,
    screen: await ErasureScreen.open(erasureLog, url, erased),
    deadLetters: await DeadLetterProducer.connect(client.kafka, codec, partitions),
    commands: await CommandProducer.connect(client.kafka, command),
  };
}

const groupOf = (settings: LoadSettings, topic: string): string => `${settings.LOAD_GROUP_PREFIX}-${topic}`;

/**
 * What the groups say is loaded is known again, also for partitions on which nothing arrives any more. Answers why load
 * must not start, if it must not; rejects when Kafka or ClickHouse does not answer.
 */
async function recall(
  streams: readonly Stream[],
  { admin }: ServiceClient,
  warehouse: Warehouse,
  settings: LoadSettings,
  book: StatusBook,
): Promise<Error | undefined> {
  const inTables = await warehouse.loadedOffsets();
  try {
    const groups: Status[] = [];
    for (const { topic } of streams) {
      groups.push(...(await loadedBefore(admin, groupOf(settings, topic), topic, inTables)));
    }
    await requireTablesThere(groups, inTables, Date.now(), () => warehouse.isEmpty());
    for (const status of groups) book.note(status);
    return undefined;
  } catch (error) {
    if (error instanceof StartRefused || error instanceof TablesLost || error instanceof ForeignMetadata) return error;
    throw error;
  }
}

function startLoop(
  stream: Stream,
  { kafka, admin }: ServiceClient,
  deps: LoadDeps,
  settings: LoadSettings,
  log: Log,
): Promise<PartitionLoop> {
  const { topic } = stream;
  const groupId = groupOf(settings, topic);
  return startPartitionLoop({
    kafka,
    groupId,
    topics: [topic],
    open: async (partition, _control, previous) => {
      await previous?.close();
      const position = await readPosition(admin, groupId, topic, partition, settings.ACCEPT_LOST_RECORDS);
      return new LoadTask(deps, stream, partition, position);
    },
    consumer: {
      sessionTimeout: settings.KAFKA_SESSION_TIMEOUT_MS,
      rebalanceTimeout: settings.KAFKA_REBALANCE_TIMEOUT_MS,
      maxWaitTimeInMs: topic === topics.sessions ? settings.FETCH_MAX_WAIT_SESSIONS_MS : settings.FETCH_MAX_WAIT_MS,
      // Linger: an insert costs the same whatever the rows.
      minBytes: settings.FETCH_MIN_BYTES,
      maxBytesPerPartition: settings.FETCH_MAX_PARTITION_BYTES,
      maxBytes: settings.FETCH_MAX_BYTES,
    },
    // A fetch that its limit has cut: there is a backlog.
    handOff: { minBytes: settings.FETCH_MAX_PARTITION_BYTES / 2, maxBytes: 2 * settings.FETCH_MAX_BYTES },
    log,
    onFailure: (partition) => deps.metrics.failures.inc({ topic, partition: String(partition) }),
    onJoin: () => deps.metrics.joins.inc({ group: groupId }),
  });
}
