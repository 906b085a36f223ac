import type { Server as TlsServer } from 'node:tls';
import { certificateMetric, kafkaCertificates } from '../lib/certificates';
import { BatchingProducer } from '../lib/kafka/batching-producer';
import { createKafka } from '../lib/kafka/client';
import { countPartitions } from '../lib/kafka/offsets';
import { openProducerLink } from '../lib/kafka/producer-link';
import type { Log } from '../lib/log';
import { createMetrics } from '../lib/metrics';
import { runService } from '../lib/run';
import { topics } from '../lib/topics';
import { AccessFile } from './access/access-file';
import { Gate } from './access/gate';
import { buildApp } from './app';
import { startCanaries } from './canary';
import { configuredSources } from './configured-sources';
import { InFlight } from './in-flight';
import { createIngestMetrics } from './metrics';
import { RegisteredSchema } from './schema';
import { type IngestSettings, ingestSettings } from './settings';
import type { Source } from './sources/source';
import { lockFolder } from './spool/folder-lock';
import { Spool } from './spool/spool';
import { SpoolingStore } from './spool/spooling-store';
import { followCertificate, tlsCertificates, tlsOptions } from './tls';

const service = 'ingest';

/** Bytes of one send: large enough to be efficient, under the topic's `max.message.bytes` whatever the partitions. */
const maxBatchBytes = 1_000_000;

/** A file of the spool: deleted when all of it is in Kafka, so that much of the disk is used twice at most. */
const segmentBytes = 16 * 1024 * 1024;

/** Above the default send deadline, below the time that a stop may take (`lib/run.ts`). */
const lastAnswerWithinMs = 12_000;

/** Shorter than kafkajs' own: an answer must come within the send deadline. */
const kafkaPatience = {
  connectionTimeout: 2_000,
  requestTimeout: 4_000,
  retry: { initialRetryTime: 20, multiplier: 2, maxRetryTime: 500, retries: 2 },
};

void runService(service, ingestSettings, process.env, async (settings, log, tracing) => {
  const tls = tlsOptions(settings);
  const unlock = settings.INGEST_SPOOL_DIR === undefined ? undefined : lockFolder(settings.INGEST_SPOOL_DIR);
  const spool = await openSpool(settings, log);
  const sources = configuredSources(settings);
  const registry = createMetrics(service);
  certificateMetric(
    registry,
    service,
    { ...tlsCertificates(settings), ...kafkaCertificates(settings) },
    { registry: settings.SCHEMA_REGISTRY_URL },
  );
  const inFlight = new InFlight(settings.INGEST_MAX_IN_FLIGHT_BYTES);
  const metrics = createIngestMetrics(registry, {
    inFlightBytes: () => inFlight.bytes,
    spoolBytes: () => spool?.unreplayedBytes ?? 0,
  });
  const gate = new Gate({
    rules: undefined,
    signatureWindowMs: settings.INGEST_SIGNATURE_WINDOW_SECONDS * 1_000,
    onAdmitted: metrics.sender,
  });
  const access = openAccess(settings, sources, gate, log);
  const schema = new RegisteredSchema(settings.SCHEMA_REGISTRY_URL, log);
  const kafka = createKafka(settings, service, log, kafkaPatience);
  const batching = {
    maxBatchBytes,
    sendDeadlineMs: settings.INGEST_SEND_DEADLINE_MS,
    probeEveryMs: settings.INGEST_PROBE_EVERY_MS,
    probeDeadlineMs: Math.min(kafkaPatience.requestTimeout, settings.INGEST_SEND_DEADLINE_MS),
    onBatch: metrics.stored,
    onFailure: metrics.sendFailed,
  };
  const producer = new BatchingProducer(() => openProducerLink(kafka, topics.raw), batching, log);
  const store = spool
    ? new SpoolingStore(
        producer,
        spool,
        { batchBytes: maxBatchBytes, retryEveryMs: 200, onSpooled: metrics.spooled, onReplayed: metrics.replayed },
        log,
      )
    : { store: producer.send.bind(producer), notReady: producer.notReady.bind(producer), stop: async () => undefined };
  const app = buildApp({
    settings,
    sources,
    gate,
    tls,
    inFlight,
    metrics,
    registry,
    log,
    tracing,
    encode: (event) => schema.encode(event),
    store: (records) => store.store(records),
    notReady: () => [...schema.notReady(), ...store.notReady()],
    now: Date.now,
  });
  await app.listen({ host: settings.HOST, port: settings.PORT });
  const unfollow = tls ? followCertificate(settings, app.server as unknown as TlsServer, log) : undefined;
  const stopCanaries = startCanaries({
    everyMs: settings.INGEST_CANARY_EVERY_MS,
    partitions: () => countPartitions(kafka, topics.raw),
    send: (records) => producer.send(records),
    now: Date.now,
    registry,
    log,
  });
  log.info(
    { host: settings.HOST, port: settings.PORT, open: access === undefined, tls: tls !== undefined },
    'listening',
  );
  return {
    // No new connections, requests in hand are answered, what they wait for is stored. Who still sends a body when
    // every answer is out is cut off.
    stop: async () => {
      stopCanaries();
      const cutOff = setTimeout(() => app.server.closeAllConnections(), lastAnswerWithinMs);
      await app.close();
      clearTimeout(cutOff);
      schema.stop();
      access?.stop();
      unfollow?.();
      await store.stop();
      await producer.stop();
      unlock?.();
    },
  };
});

/** The rules of who may send, when there are any. Throws SettingsError with the faults of the file. */
function openAccess(
  settings: IngestSettings,
  sources: ReadonlyMap<string, Source>,
  gate: Gate,
  log: Log,
): AccessFile | undefined {
  if (settings.INGEST_ACCESS_FILE === undefined) return undefined;
  const context = {
    sources: new Set(sources.keys()),
    hasPublicUrl: settings.INGEST_PUBLIC_URL !== undefined,
    asksForCertificates: settings.INGEST_TLS_CLIENT_CA_FILE !== undefined,
  };
  const file = AccessFile.open(settings.INGEST_ACCESS_FILE, context, (rules) => gate.change(rules), log);
  gate.change(file.rules);
  return file;
}

/** What waits for Kafka on the disk, when the settings name a place for it. */
async function openSpool(settings: IngestSettings, log: Log): Promise<Spool | undefined> {
  const { INGEST_SPOOL_DIR: folder, INGEST_SPOOL_MAX_BYTES: maxBytes } = settings;
  if (folder === undefined) return undefined;
  const spool = await Spool.open({ folder, maxBytes, segmentBytes }, log);
  if (spool.unreplayedBytes > 0) log.info({ bytes: spool.unreplayedBytes }, 'the spool holds events from before');
  return spool;
}
