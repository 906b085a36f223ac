import type { DeadLetter, SessionChangeSet, SessionCommand } from '../../schemas/types';
import { AvroCodec } from '../lib/avro';
import { startConsumingService } from '../lib/consuming-service';
import { coPartitionAssigner } from '../lib/kafka/co-partition-assigner';
import { createMetrics } from '../lib/metrics';
import { runService } from '../lib/run';
import { topics } from '../lib/topics';
import { defaultRules } from './domain/rules';
import { inputFields } from './input';
import { sessionizeMetrics } from './metrics';
import { type SessionInput, SessionizeTask } from './sessionize';
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
    prepare: async (client) => ({
      client,
      groupId,
      codecs: {
        enriched: await AvroCodec.register<SessionInput>(
          url,
          `${topics.enriched}-value`,
          'enriched-event.v1',
          inputFields,
        ),
        changeSet: await AvroCodec.register<SessionChangeSet>(url, `${topics.sessions}-value`, 'session-change-set.v1'),
        command: await AvroCodec.register<SessionCommand>(url, `${topics.commands}-value`, 'session-command.v1'),
        deadLetter: await AvroCodec.register<DeadLetter>(url, `${topics.deadLetter}-value`, 'dead-letter.v1'),
      },
      rules: defaultRules,
      acceptLost: settings.ACCEPT_LOST_RECORDS,
      metrics,
    }),
    open: (deps, partition, control, previous) =>
      SessionizeTask.open(deps, partition, control, previous as SessionizeTask),
    onFailure: (partition) => metrics.failures.inc({ partition: String(partition) }),
  });
});
