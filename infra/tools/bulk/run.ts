import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { configuredSources, type SourceSettings } from '../../../services/ingest/configured-sources';
import { ingestSettings } from '../../../services/ingest/settings';
import type { Source } from '../../../services/ingest/sources/source';
import { BatchingProducer } from '../../../services/lib/kafka/batching-producer';
import { createKafka } from '../../../services/lib/kafka/client';
import { openProducerLink } from '../../../services/lib/kafka/producer-link';
import { createLog } from '../../../services/lib/log';
import { readSettings } from '../../../services/lib/settings';
import { topics } from '../../../services/lib/topics';
import { checkpointFor } from '../replay/checkpoint';
import { count, ProgressLine, seconds } from '../replay/progress';
import type { ToolSettings } from '../settings';
import { type BulkResult, bulk } from './bulk';
import { bytesOf, type Format, formatOf, formats, type Input, inputsOf } from './input';
import { Pool } from './pool';

type Env = Record<string, string | undefined>;

/** A block's size: some hundreds of events, so that two threads are busy and little is repeated after a kill. */
const blockBytes = 512 * 1024;
/** Kafka takes sends of this size in one request; a partition gets less of it than the topic's `max.message.bytes`. */
const maxBatchBytes = 1_000_000;

/** Whether a replay is for the bulk mode: asked for, or of a kind that goes through HTTP in no one way. */
export function isBulk({ BULK, FILE = '', FORMAT }: Env): boolean {
  if (BULK) return BULK === '1' || BULK === 'true';
  if (FORMAT) return FORMAT !== 'lines';
  if (FILE === '-') return false;
  const inputs = inputsOf(FILE);
  return inputs.length > 1 || inputs[0].path !== FILE || /\.(?:json|vcon|csv|tsv|mbox|eml|gz|zstd?)$/i.test(FILE);
}

/** Sends files straight into Kafka, by two threads beside this one; see `bulk.ts` for what is guaranteed. */
export async function runBulk(env: Env, settings: ToolSettings): Promise<BulkResult> {
  const { FILE = '', SOURCE = 'events', FORMAT, HEADING, PROCESSES } = env;
  const inputs = inputsOf(FILE);
  const ingest = readSettings(ingestSettings, { ...env, HOST: '127.0.0.1' });
  const source = sourceNamed(SOURCE, ingest);
  const format = await formatFor(inputs, FORMAT);
  const pool = new Pool(Math.min(Math.max(Number(PROCESSES) || 2, 1), 16), {
    source: SOURCE,
    ...readAs(format, source, SOURCE),
    registryUrl: settings.schemaRegistryUrl,
    sourceSettings: {
      INGEST_CSV_MAPPING_FILE: ingest.INGEST_CSV_MAPPING_FILE,
      INGEST_OWN_MAIL: ingest.INGEST_OWN_MAIL,
    },
    maxEventBytes: ingest.INGEST_MAX_EVENT_BYTES,
  });
  const log = createLog('replay', 'silent');
  const kafka = createKafka(settings.kafka, 'replay', log);
  const batching = { maxBatchBytes, sendDeadlineMs: 30_000, probeEveryMs: 5_000, probeDeadlineMs: 5_000 };
  const producer = new BatchingProducer(() => openProducerLink(kafka, topics.raw), batching, log);
  const folder = join(settings.replayFolder, 'bulk', SOURCE);
  mkdirSync(folder, { recursive: true });
  const progress = new ProgressLine();
  const startedAt = Date.now();
  const totalBytes = inputs.every(({ size }) => size !== undefined)
    ? inputs.reduce((sum, { size = 0 }) => sum + size, 0)
    : undefined;
  try {
    const result = await bulk({
      inputs,
      format,
      hasHeading: HEADING !== '0',
      blockBytes,
      pool,
      send: (records) => producer.send(records),
      checkpointOf: ({ path }) => checkpointFor(path, folder),
      rejectsFile: join(settings.replayFolder, 'rejected.ndjson'),
      onRetry: (reason) => progress.show(`Kafka does not take it (${reason}), trying again`),
      onProgress: ({ accepted, bytesRead }) =>
        progress.show(progressText(accepted, Date.now() - startedAt, bytesRead, totalBytes)),
    });
    const ms = Math.max(Date.now() - startedAt, 1);
    progress.end(
      `sent ${count(result.accepted)} events of ${count(result.items)} items in ${seconds(ms)} (${perSecond(result.accepted, ms)})` +
        (result.rejected > 0
          ? `, ${count(result.rejected)} refused: see ${settings.replayFolder}/rejected.ndjson`
          : ''),
    );
    return result;
  } finally {
    await pool.stop();
    await producer.stop();
  }
}

const perSecond = (events: number, ms: number): string => `${count(Math.round((events / ms) * 1_000))} events/s`;

function progressText(accepted: number, ms: number, bytesRead: number, totalBytes: number | undefined): string {
  const text = `sent ${count(accepted)} events, ${seconds(ms)}, ${perSecond(accepted, Math.max(ms, 1))}`;
  if (totalBytes === undefined || bytesRead === 0) return text;
  const share = Math.min(bytesRead / totalBytes, 1);
  return `${text}, ${Math.round(share * 100)} %, ${seconds((ms / share) * (1 - share))} to go`;
}

function sourceNamed(name: string, settings: SourceSettings): Source {
  const sources = configuredSources(settings);
  const source = sources.get(name);
  if (!source) throw new Error(`there is no source ${name}; known sources: ${[...sources.keys()].join(', ')}`);
  return source;
}

const ownTypes: Partial<Record<Format, string>> = { csv: 'text/csv', mbox: 'message/rfc822', mail: 'message/rfc822' };

/** How a source reads what is cut from such a file. Throws when it does not. */
function readAs(format: Format, source: Source, name: string): { mediaType: string; asLines: boolean } {
  const own = ownTypes[format];
  if (own) {
    if (source.form({ mediaType: own, headers: {} }) !== 'own') throw new Error(`source ${name} does not read ${own}`);
    return { mediaType: own, asLines: false };
  }
  const types = ['application/x-ndjson', 'application/json'];
  const mediaType = types.find((it) => source.form({ mediaType: it, headers: {} }) !== undefined);
  if (!mediaType) throw new Error(`source ${name} does not read JSON: it reads ${source.mediaTypes.join(', ')}`);
  return { mediaType, asLines: true };
}

/** What all inputs are alike in. */
async function formatFor(inputs: readonly Input[], given: string | undefined): Promise<Format> {
  const known = formats.find((it) => it === given);
  if (given && !known) throw new Error(`FORMAT=${given} is not known: ${formats.join(', ')}`);
  if (known) return known;
  const found = new Map<Format | undefined, string>();
  for (const input of inputs)
    found.set(formatOf(input.path, input.path === '-' ? Buffer.alloc(0) : await headOf(input)), input.path);
  const [format] = found.keys();
  if (found.size > 1) {
    throw new Error(`the folder holds files of several kinds (${[...found.values()].join(', ')}): send each by itself`);
  }
  if (!format) throw new Error(`how ${inputs[0].path} holds its items cannot be told: say FORMAT=${formats.join('|')}`);
  return format;
}

async function headOf(input: Input): Promise<Buffer> {
  for await (const chunk of bytesOf(input, () => undefined)) return chunk.subarray(0, 65_536);
  return Buffer.alloc(0);
}
