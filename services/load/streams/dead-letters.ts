import type { DeadLetter } from '../../../schemas/types';
import type { AvroCodec } from '../../lib/avro';
import type { KafkaMessage } from '../../lib/kafka/kafkajs';
import { latestTimeOf, valueBytes } from '../../lib/kafka/values';
import { topics } from '../../lib/topics';
import { plansFor } from '../domain/insert-plans';
import { decodeFaults } from './avro-faults';
import { isData, type Stream } from './stream';

/**
 * `interactions.dead-letter`: decoded here, and only what is known of a refused record goes to ClickHouse, with its
 * place in the topic. What it held stays in the topic. There are few of them.
 */
export function deadLettersStream(codec: AvroCodec<DeadLetter>): Stream {
  return {
    topic: topics.deadLetter,
    isData,
    plans: plansFor('deadLetters'),
    weigh: (message) => ({ rows: 1, bytes: valueBytes(message) }),
    inspect: (data) => decodeFaults(codec, data),
    examine: (data) => decodeFaults(codec, data),
    kindOf: () => 0,
    bodyOf: (data) => Buffer.from(data.map((message) => JSON.stringify(rowOf(codec, message))).join('\n')),
    progressOf: (messages) => ({
      loaded_until: latestTimeOf(messages),
      change_seq: 0,
      raw_partitions: 0,
      raw: new Map(),
    }),
  };
}

function rowOf(codec: AvroCodec<DeadLetter>, { value, offset }: KafkaMessage): Record<string, string | number> {
  const letter = codec.decode(value as Buffer);
  return {
    reason: letter.reason,
    step: letter.step,
    error: letter.error,
    field: letter.field ?? '',
    event_id: letter.event_id ?? '',
    source_system: letter.source_system ?? '',
    origin_topic: letter.origin_topic,
    origin_partition: letter.origin_partition,
    origin_offset: letter.origin_offset,
    origin_at: letter.origin_at,
    value_bytes: letter.value?.length ?? 0,
    kafka_offset: Number(offset),
  };
}
