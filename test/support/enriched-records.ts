import type { EnrichedEvent } from '../../schemas/types';
import { schemaTexts } from '../../schemas/types';
import type { Message } from '../../services/lib/kafka/kafkajs';
import { kindHeader, rawHeaders, topics, valueSchemas } from '../../services/lib/topics';

/** Where an enriched record stands in the raw topic: its partition of how many, and the highest event time there. */
export interface RawPlace {
  partition: number;
  partitions: number;
  time: number;
}

/** Headers of every enriched record, as enrich writes them. */
export const rawHeadersOf = ({ partition, partitions, time }: RawPlace): Record<string, string> => ({
  [rawHeaders.partition]: String(partition),
  [rawHeaders.partitions]: String(partitions),
  [rawHeaders.time]: String(time),
});

/** What enrich writes into every enriched partition when nothing else goes there: how far a raw partition has come. */
export const heartbeat = (partition: number, place: RawPlace, rawOffset: number): Message => ({
  key: null,
  value: null,
  partition,
  headers: { ...rawHeadersOf(place), [kindHeader]: 'heartbeat', [rawHeaders.offset]: String(rawOffset) },
});

/** What nobody can decode, made of a framed value: cut short, no frame at all, or of a schema that no registry knows. */
export const spoilt = (whole: Buffer, kind: number): Buffer =>
  [whole.subarray(0, -4), Buffer.from('not avro'), Buffer.concat([Buffer.from([0, 0, 15, 255, 255]), whole])][kind % 3];

/** An enriched event with nothing but the schema's defaults, null where there is none, and what is given. */
export const enrichedEvent = (given: Partial<EnrichedEvent>): EnrichedEvent => ({ ...defaults, ...given });

const { fields } = JSON.parse(schemaTexts[valueSchemas[topics.enriched]]) as {
  fields: { name: string; default?: unknown }[];
};
const defaults = Object.fromEntries(
  fields.map((field) => [field.name, field.default ?? null]),
) as unknown as EnrichedEvent;
