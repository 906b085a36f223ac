import type { DeadLetter, SessionChangeSet, SessionCommand } from '../../schemas/types';
import { AvroCodec } from '../lib/avro';
import { certificateMetric, kafkaCertificates } from '../lib/certificates';
import { consumerMetrics } from '../lib/consumer-metrics';
import { startConsumingService } from '../lib/consuming-service';
import { ErasureLog } from '../lib/erasure-log';
import { coPartitionAssigner } from '../lib/kafka/co-partition-assigner';
import { TransactionalProducer } from '../lib/kafka/transactional-producer';
import type { Log } from '../lib/log';
import { createMetrics } from '../lib/metrics';
import { Problems } from '../lib/problems';
import { topics, valueSchemas } from '../lib/topics';
import type { Tracing } from '../lib/tracing';
import type { SessionInput, SessionizeDeps } from './deps';
import { Customer } from './domain/customer';
import { defaultRules, type SessionRules } from './domain/rules';
import { inputFields } from './input';
import { sessionizeMetrics } from './metrics';
import { packingOf } from './packing';
import { SessionizeTask } from './sessionize';
import type { SessionizeSettings } from './settings';

/** What is computed of a customer, and from which fields of an event. There is one; the benches bring a smaller one. */
export interface SessionForm {
  inputFields: string[];
  newCustomer(rules: SessionRules): Customer;
  /** How change sets are written. */
  changeSets(codec: AvroCodec<SessionChangeSet>): AvroCodec<SessionChangeSet>;
}

const fullRecord: SessionForm = {
  inputFields,
  newCustomer: (rules) => new Customer(rules),
  changeSets: (codec) => codec,
};

/** Wires the service together and starts it. */
export async function startSessionize(
  settings: SessionizeSettings,
  log: Log,
  form: SessionForm = fullRecord,
  tracing?: Tracing,
) {
  const registry = createMetrics('sessionize');
  const metrics = sessionizeMetrics(registry);
  certificateMetric(registry, 'sessionize', kafkaCertificates(settings), { registry: settings.SCHEMA_REGISTRY_URL });
  const groupId = settings.SESSIONIZE_GROUP_ID;
  const url = settings.SCHEMA_REGISTRY_URL;
  return startConsumingService({
    service: 'sessionize',
    settings,
    groupId,
    topics: [topics.enriched, topics.commands],
    registry,
    metrics: consumerMetrics(registry, 'sessionize'),
    log,
    consumer: { partitionAssigners: [coPartitionAssigner] },
    prepare: async (client): Promise<SessionizeDeps> => {
      const changeSet = form.changeSets(
        await AvroCodec.register<SessionChangeSet>(url, `${topics.sessions}-value`, valueSchemas[topics.sessions]),
      );
      const enriched = await AvroCodec.register<SessionInput>(
        url,
        `${topics.enriched}-value`,
        valueSchemas[topics.enriched],
        form.inputFields,
      );
      return {
        client,
        groupId,
        openProducer: (transactionalId) => TransactionalProducer.open(client.kafka, transactionalId, groupId),
        codecs: {
          enriched,
          changeSet,
          command: await AvroCodec.register<SessionCommand>(
            url,
            `${topics.commands}-value`,
            valueSchemas[topics.commands],
          ),
          deadLetter: await AvroCodec.register<DeadLetter>(
            url,
            `${topics.deadLetter}-value`,
            valueSchemas[topics.deadLetter],
          ),
        },
        rules: defaultRules,
        packing: packingOf(changeSet, defaultRules, () => form.newCustomer(defaultRules)),
        now: Date.now,
        revisionEveryMs: settings.REVISION_EVERY_MS,
        customerMaxEvents: settings.CUSTOMER_MAX_EVENTS,
        hotCustomers: settings.STATE_HOT_CUSTOMERS,
        snapshotAfterRecords: settings.SNAPSHOT_AFTER_RECORDS,
        snapshotMaxBytes: 8 * 1_048_576,
        acceptLost: settings.ACCEPT_LOST_RECORDS,
        erasureLog: await ErasureLog.open(client, url, settings.ERASURE_KEY),
        metrics,
        problems: new Problems(log),
        tracing,
      };
    },
    open: (deps, partition, control, previous) =>
      SessionizeTask.open(deps, partition, control, previous as SessionizeTask),
  });
}
