/** A thread of the bulk mode: bodies → validated, encoded records. What ingest does between its socket and Kafka. */
import { parentPort, workerData } from 'node:worker_threads';
import type { InteractionEvent } from '../../../schemas/types';
import { type Items, readBody, readItems } from '../../../services/ingest/body';
import { configuredSources, type SourceSettings } from '../../../services/ingest/configured-sources';
import { intake } from '../../../services/ingest/intake';
import type { SentAs, Source } from '../../../services/ingest/sources/source';
import { AvroCodec } from '../../../services/lib/avro';
import { topics } from '../../../services/lib/topics';
import { pack } from './packed';

export interface WorkerSettings {
  source: string;
  /** How bodies are read: as JSON texts, one a line, or as the source reads this media type itself. */
  mediaType: string;
  asLines: boolean;
  registryUrl: string;
  sourceSettings: SourceSettings;
  maxEventBytes: number;
}

export interface Work {
  id: number;
  bodies: Uint8Array<ArrayBuffer>[];
  receivedAt: number;
}

export interface Done {
  id: number;
  records: Uint8Array<ArrayBuffer>;
  accepted: number;
  items: number;
  rejected: { item: number; errors: { field?: string; reason: string; message: string }[]; value?: unknown }[];
  skipped: Record<string, number>;
}

/** A body of lines is cut by us, and holds as many items as it does. */
const anyNumber = Number.MAX_SAFE_INTEGER - 10;

/** Bodies of one block as records, as `intake` makes them of a request. */
export async function workOff(
  { id, bodies, receivedAt }: Work,
  source: Source,
  { mediaType, asLines, maxEventBytes }: Pick<WorkerSettings, 'mediaType' | 'asLines' | 'maxEventBytes'>,
  encode: (event: InteractionEvent) => Buffer,
): Promise<Done> {
  const sentAs: SentAs = { mediaType, headers: {} };
  const done: Omit<Done, 'records'> = { id, accepted: 0, items: 0, rejected: [], skipped: {} };
  const all = [];
  for (const bytes of bodies) {
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const read: Items = asLines ? readItems(body, 'lines', anyNumber) : await readBody(body, source, sentAs, anyNumber);
    if ('refused' in read) {
      const { reason, message } = read.refused;
      if (reason !== 'empty_body') done.rejected.push({ item: done.items, errors: [{ reason, message }] });
      continue;
    }
    const { records, rejected, skipped } = intake(read.items, source, sentAs, { receivedAt, encode, maxEventBytes });
    for (const record of records) all.push(record);
    for (const { index, errors } of rejected) {
      const item = read.items[index];
      done.rejected.push({ item: done.items + index, errors, value: 'value' in item ? item.value : undefined });
    }
    for (const { reason } of skipped) done.skipped[reason] = (done.skipped[reason] ?? 0) + 1;
    done.items += read.items.length;
  }
  return { ...done, accepted: all.length, records: pack(all) };
}

async function main(): Promise<void> {
  const settings = workerData as WorkerSettings;
  const source = configuredSources(settings.sourceSettings).get(settings.source) as Source;
  const subject = `${topics.raw}-value`;
  const codec = await AvroCodec.register<InteractionEvent>(settings.registryUrl, subject, 'interaction-event.v1');
  const encode = (event: InteractionEvent): Buffer => codec.encode(event);
  parentPort?.on('message', async (work: Work) => {
    const done = await workOff(work, source, settings, encode);
    parentPort?.postMessage(done, [done.records.buffer]);
  });
}

if (parentPort) void main();
