/** What is asked of a raw record beside its event. */
import type { InteractionEvent } from '../../schemas/types';
import type { AvroCodec } from '../lib/avro';
import { headerNumber, headerText } from '../lib/kafka/headers';
import type { KafkaMessage } from '../lib/kafka/kafkajs';
import { canaryKind, kindHeader, sentAtHeader } from '../lib/topics';

/** When ingest sent this canary, epoch ms; undefined for anything else. One that carries content is none. */
export function canarySentAt(message: KafkaMessage): number | undefined {
  if (message.value === null || message.value.length > 0) return undefined;
  if (headerText(message, kindHeader) !== canaryKind) return undefined;
  const sentAt = headerNumber(message, sentAtHeader);
  return Number.isSafeInteger(sentAt) ? sentAt : undefined;
}

/** What makes two records of one event_id the same: everything but when they arrived. */
export function canonicalBody(codec: AvroCodec<InteractionEvent>, event: InteractionEvent): Buffer {
  const { received_at, observed_at } = event;
  // Lent and given back: a copy of it would cost as much as the rest, and be of another shape to the encoder.
  event.received_at = 0;
  event.observed_at = null;
  try {
    return codec.encode(event);
  } finally {
    event.received_at = received_at;
    event.observed_at = observed_at;
  }
}

/** Offset and the broker's append time of a record. */
export const logPlace = (message: KafkaMessage): [offset: number, appendedAt: number] => [
  Number(message.offset),
  Number(message.timestamp),
];
