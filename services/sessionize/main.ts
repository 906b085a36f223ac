import type { DeadLetter, SessionChangeSet, SessionCommand } from '../../schemas/types';
import { AvroCodec } from '../lib/avro';
import { startConsumingService } from '../lib/consuming-service';
import { coPartitionAssigner } from '../lib/kafka/co-partition-assigner';
import { TransactionalProducer } from '../lib/kafka/transactional-producer';
import { createMetrics } from '../lib/metrics';
import { runService } from '../lib/run';
import { topics } from '../lib/topics';
import type { SessionInput, SessionizeDeps } from './deps';
import { defaultRules } from './domain/rules';
import { inputFields } from './input';
import { sessionizeMetrics } from './metrics';
import { packingOf } from './packing';
import { SessionizeTask } from './sessionize';
import { sessionizeSettings } from './settings';

runService('sessionize', sessionizeSettings, process.env, async (settings, log) => {
  const registry = createMetrics('sessionize');
  const metrics = sessionizeMetrics(registry);
  const groupId = settings.SESSIONIZE_GROUP_ID;
  const url = settings.SCHEMA_REGISTRY_URL;
  return startConsumingService({
    service: 'sessionize',
    settings,
    groupId,
    topics: [topics.enriched, topics.commands],
    registry,
    log,
    consumer: { partitionAssigners: [coPartitionAssigner] },
    prepare: async (client): Promise<SessionizeDeps> => {
      const changeSet = await AvroCodec.register<SessionChangeSet>(
        url,
        `${topics.sessions}-value`,
        'session-change-set.v1',
      );
      const enriched = await AvroCodec.register<SessionInput>(
        url,
        `${topics.enriched}-value`,
        'enriched-event.v1',
        inputFields,
      );
      return {
        client,
        groupId,
        openProducer: (transactionalId) => TransactionalProducer.open(client.kafka, transactionalId, groupId),
        codecs: {
          enriched,
          changeSet,
          command: await AvroCodec.register<SessionCommand>(url, `${topics.commands}-value`, 'session-command.v1'),
          deadLetter: await AvroCodec.register<DeadLetter>(url, `${topics.deadLetter}-value`, 'dead-letter.v1'),
        },
        rules: defaultRules,
        packing: packingOf(changeSet, defaultRules),
        now: Date.now,
        revisionEveryMs: settings.REVISION_EVERY_MS,
        hotCustomers: settings.STATE_HOT_CUSTOMERS,
        snapshotAfterRecords: settings.SNAPSHOT_AFTER_RECORDS,
        snapshotMaxBytes: 8 * 1_048_576,
        acceptLost: settings.ACCEPT_LOST_RECORDS,
        metrics,
      };
    },
    open: (deps, partition, control, previous) =>
      SessionizeTask.open(deps, partition, control, previous as SessionizeTask),
    onFailure: (partition) => metrics.failures.inc({ partition: String(partition) }),
  });
});
