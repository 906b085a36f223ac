import type { CountryCode } from 'libphonenumber-js/min';
import type { DeadLetter, EnrichedEvent, InteractionEvent } from '../../schemas/types';
import { AvroCodec } from '../lib/avro';
import { certificateMetric, kafkaCertificates } from '../lib/certificates';
import { consumerMetrics } from '../lib/consumer-metrics';
import { startConsumingService } from '../lib/consuming-service';
import { ErasureLog } from '../lib/erasure-log';
import { createMetrics } from '../lib/metrics';
import { Problems } from '../lib/problems';
import { runService } from '../lib/run';
import { topics, valueSchemas } from '../lib/topics';
import { EnrichTask } from './enrich';
import { enrichMetrics } from './metrics';
import { readingsOf } from './readings';
import { enrichSettings, unsafeIdentityKey } from './settings';
import { Texts } from './texts';

runService('enrich', enrichSettings, process.env, async (settings, log, tracing) => {
  const registry = createMetrics('enrich');
  const metrics = enrichMetrics(registry);
  certificateMetric(registry, 'enrich', kafkaCertificates(settings), { registry: settings.SCHEMA_REGISTRY_URL });
  const groupId = settings.ENRICH_GROUP_ID;
  const url = settings.SCHEMA_REGISTRY_URL;
  const readings = readingsOf(settings, registry, metrics, log);
  if (settings.IDENTITY_KEY === unsafeIdentityKey) log.warn('IDENTITY_KEY is the unsafe local default');
  return startConsumingService({
    service: 'enrich',
    settings,
    groupId,
    topics: [topics.raw],
    registry,
    metrics: consumerMetrics(registry, 'enrich'),
    log,
    prepare: async (client) => ({
      client,
      groupId,
      codecs: {
        raw: await AvroCodec.register<InteractionEvent>(url, `${topics.raw}-value`, valueSchemas[topics.raw]),
        enriched: await AvroCodec.register<EnrichedEvent>(
          url,
          `${topics.enriched}-value`,
          valueSchemas[topics.enriched],
        ),
        deadLetter: await AvroCodec.register<DeadLetter>(
          url,
          `${topics.deadLetter}-value`,
          valueSchemas[topics.deadLetter],
        ),
      },
      rules: {
        latenessMs: settings.LATENESS_MS,
        identity: { key: settings.IDENTITY_KEY, country: settings.DEFAULT_COUNTRY as CountryCode | undefined },
        dedupMaxIds: settings.DEDUP_MAX_IDS,
        dedupMaxAgeMs: settings.DEDUP_MAX_AGE_MS,
      },
      texts: new Texts({ stored: settings.STORE_TEXT, kinds: settings.REDACT_KINDS }, readings, metrics),
      acceptLost: settings.ACCEPT_LOST_RECORDS,
      metrics,
      problems: new Problems(log),
      tracing,
      erasureLog: await ErasureLog.open(client, url, settings.ERASURE_KEY),
    }),
    open: (deps, partition, control, previous) => EnrichTask.open(deps, partition, control, previous as EnrichTask),
  });
});
