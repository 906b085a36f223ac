import type { Registry } from 'prom-client';
import type { ConsumerMetrics } from './consumer-metrics';
import { startHealthServer } from './health';
import type { ConsumerConfig } from './kafka/kafkajs';
import { type PartitionLoop, startPartitionLoop } from './kafka/partition-loop';
import type { Control, PartitionTask } from './kafka/partition-task';
import { connectService, type ServiceClient } from './kafka/service-client';
import { watchLag } from './lag';
import type { Log } from './log';
import { patiently } from './patience';
import { Refused, refusalOf } from './refusal';
import type { Running } from './run';

export interface ConsumingServiceOptions<Deps> {
  service: string;
  settings: {
    HOST: string;
    PORT: number;
    KAFKA_BROKERS: string;
    KAFKA_SESSION_TIMEOUT_MS: number;
    KAFKA_REBALANCE_TIMEOUT_MS: number;
    FETCH_MAX_WAIT_MS: number;
    FETCH_MIN_BYTES: number;
  };
  groupId: string;
  topics: string[];
  registry: Registry;
  metrics: ConsumerMetrics;
  log: Log;
  /** Makes what tasks need, schemas registered; tried again until it works. */
  prepare(client: ServiceClient): Promise<Deps>;
  open(deps: Deps, partition: number, control: Control, previous: PartitionTask | undefined): Promise<PartitionTask>;
  consumer?: Partial<ConsumerConfig>;
}

/**
 * The start and stop that enrich and sessionize share: health at once, then Kafka, then schemas, then the loop. Until
 * the loop runs the service lives and is not ready. Stopping ends the work in hand first.
 */
export async function startConsumingService<Deps>(options: ConsumingServiceOptions<Deps>): Promise<Running> {
  const { service, settings, log, groupId, metrics } = options;
  let loop: PartitionLoop | undefined;
  let client: ServiceClient | undefined;
  let unwatch: (() => void) | undefined;
  let stopped = false;
  const health = await startHealthServer({ host: settings.HOST, port: settings.PORT }, options.registry, () =>
    loop ? loop.notReady() : ['waits for Kafka and the schema registry'],
  );
  const starting = (async () => {
    const connected = await connectService(settings, service, log, () => stopped);
    client = connected;
    const deps = await patiently(
      'preparing',
      log,
      () => options.prepare(connected),
      () => stopped,
      refusalOf,
    );
    loop = await startPartitionLoop({
      kafka: connected.kafka,
      groupId,
      topics: options.topics,
      open: (partition, control, previous) => options.open(deps, partition, control, previous),
      consumer: {
        sessionTimeout: settings.KAFKA_SESSION_TIMEOUT_MS,
        rebalanceTimeout: settings.KAFKA_REBALANCE_TIMEOUT_MS,
        maxWaitTimeInMs: settings.FETCH_MAX_WAIT_MS,
        // Linger: without it tiny transactions burn the machine even at 100 events/s.
        minBytes: settings.FETCH_MIN_BYTES,
        maxBytesPerPartition: 1_048_576,
        ...options.consumer,
      },
      log,
      onJoin: () => metrics.joined(groupId),
      onFailure: (partition) => metrics.failed(partition),
    });
    unwatch = watchLag(connected.admin, options.topics, metrics, tellPositions(loop, metrics));
  })();
  const refused = new Promise<Refused>((resolve) => {
    starting.catch((error) => {
      if (error instanceof Refused) resolve(error);
      else if (!stopped) log.error({ err: error }, 'start failed');
    });
  });
  return {
    refused,
    stop: async () => {
      stopped = true;
      unwatch?.();
      await loop?.stop();
      await client?.disconnect();
      await health.close();
    },
  };
}

/** Tells how far each partition here is, and forgets those that have gone. */
function tellPositions(loop: PartitionLoop, metrics: ConsumerMetrics): () => void {
  let told = new Map<string, { topic: string; partition: number }>();
  return () => {
    const positions = new Map(loop.positions().map((it) => [`${it.topic}/${it.partition}`, it]));
    for (const [key, { topic, partition }] of told) if (!positions.has(key)) metrics.forget(topic, partition);
    for (const { topic, partition, next, done_until } of positions.values()) {
      metrics.advanced(topic, partition, next, done_until);
    }
    told = positions;
  };
}
