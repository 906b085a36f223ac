import type { DeadLetter, InteractionEvent } from '../../../schemas/types';
import { enrichEvent } from '../../../services/enrich/domain/enrich-event';
import type { IdentityRules } from '../../../services/enrich/domain/identity';
import { type AvroCodec, UndecodableValue } from '../../../services/lib/avro';
import type { Admin, KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import type { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { topics } from '../../../services/lib/topics';

export interface DeadLetterDeps {
  admin: Admin;
  reader: Pick<PartitionReader, 'read'>;
  letters: AvroCodec<DeadLetter>;
  raw: AvroCodec<InteractionEvent>;
  identity: IdentityRules;
}

/** Place in the dead-letter topic. */
export interface Place {
  partition: number;
  offset: number;
}

/** What the refused record says of itself: the person, and when; undefined where it cannot be told. */
function subjectOf(
  letter: DeadLetter,
  { raw, identity }: DeadLetterDeps,
): { customer_id: string; occurred_at?: number } | undefined {
  const { origin_topic, key, value } = letter;
  if (origin_topic !== topics.raw && origin_topic !== '') return key ? { customer_id: key.toString() } : undefined;
  if (!value) return undefined;
  try {
    const event = raw.decode(value);
    return { customer_id: enrichEvent(event, false, identity).customer_id, occurred_at: event.occurred_at };
  } catch (error) {
    if (error instanceof UndecodableValue) return undefined;
    throw error;
  }
}

/**
 * Dead letters of a person, by what they hold, and those that do not say of whom they are. The topic itself keeps
 * them until its retention ends.
 */
export async function deadLettersOf(
  deps: DeadLetterDeps,
  customer_id: string,
  erased_through: number,
): Promise<{ places: Place[]; unknown: Place[] }> {
  const places: Place[] = [];
  const unknown: Place[] = [];
  for (const { partition, low, high } of await deps.admin.fetchTopicOffsets(topics.deadLetter)) {
    let batch: KafkaMessage[] = [];
    const take = async (): Promise<void> => {
      const messages = batch;
      batch = [];
      await deps.letters.prepare(messages.map(({ value }) => value));
      const read = messages.map((message) => ({ message, letter: letterOf(message, deps.letters) }));
      await deps.raw.prepare(read.map(({ letter }) => letter?.value ?? null));
      for (const { message, letter } of read) {
        const subject = letter && subjectOf(letter, deps);
        const place = { partition, offset: Number(message.offset) };
        if (!subject) unknown.push(place);
        else if (subject.customer_id === customer_id && (subject.occurred_at ?? 0) <= erased_through)
          places.push(place);
      }
    };
    if (Number(low) < Number(high)) {
      await deps.reader.read(topics.deadLetter, partition, Number(low), (message) => batch.push(message) > 0, {
        to: Number(high),
        heartbeat: take,
      });
    }
    await take();
  }
  return { places, unknown };
}

function letterOf({ value }: KafkaMessage, codec: AvroCodec<DeadLetter>): DeadLetter | undefined {
  try {
    return value ? codec.decode(value) : undefined;
  } catch (error) {
    if (error instanceof UndecodableValue) return undefined;
    throw error;
  }
}
