import type { DeadLetter } from '../../schemas/types';
import type { KafkaMessage } from './kafka/kafkajs';

/** Why a record is refused: `reason` is countable, `error` is for people and names the field. */
export interface Refusal {
  reason: string;
  error: string;
  field?: string;
  event_id?: string;
  source_system?: string;
}

/** The refused Kafka record, whole, with where it came from and which step refused it. Headers of one name: last wins. */
export function deadLetterOf(
  message: KafkaMessage,
  origin: { topic: string; partition: number },
  step: string,
  refusal: Refusal,
): DeadLetter {
  return {
    reason: refusal.reason,
    step,
    error: refusal.error,
    field: refusal.field ?? null,
    event_id: refusal.event_id ?? null,
    source_system: refusal.source_system ?? null,
    origin_topic: origin.topic,
    origin_partition: origin.partition,
    origin_offset: Number(message.offset),
    origin_at: Number(message.timestamp),
    key: message.key ?? null,
    value: message.value ?? null,
    headers: headersOf(message),
  };
}

function headersOf(message: KafkaMessage): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(message.headers ?? {}).flatMap(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value;
      return last === undefined ? [] : [[name, Buffer.from(last)]];
    }),
  );
}
