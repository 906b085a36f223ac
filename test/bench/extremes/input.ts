import type { EnrichedEvent } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Kafka, Message } from '../../../services/lib/kafka/kafkajs';
import { partitionOf } from '../../../services/lib/kafka/partitioner';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { enrichedEvent, heartbeat, rawHeadersOf } from '../../support/enriched-records';

export const partitions = 4;
const minute = 60_000;
const start = Date.UTC(2026, 0, 5, 8);

/** How many of each; what the service must come to follows from them. */
export interface Extremes {
  /** Events of one customer, each a page view. */
  botEvents: number;
  /** Legs of another's one session, each an interaction of its own. */
  botLegs: number;
  /** Customers with one event each and all the same contact_id. */
  shared: number;
  /** Customers who behave, with three events a minute apart, spread over the whole. */
  plain: number;
}

/** Five hours of event time, all mixed; and one customer whose source's clock runs 23 hours ahead. */
function* events({ botEvents, botLegs, shared, plain }: Extremes): Iterable<Partial<EnrichedEvent>> {
  const lengthMs = 300 * minute;
  const total = botEvents + botLegs + shared + plain * 3;
  const made = { bot: 0, legs: 0, shared: 0, plain: 0 };
  for (let i = 0; i < total; i++) {
    const occurred_at = start + Math.floor((i * lengthMs) / total);
    const due = (i + 1) / total;
    // Whatever is furthest behind its share of the whole.
    const behind = [
      due * botEvents - made.bot,
      due * botLegs - made.legs,
      due * shared - made.shared,
      due * plain * 3 - made.plain,
    ];
    const kind = behind.indexOf(Math.max(...behind));
    if (kind === 0) yield { customer_id: 'bot', event_id: `bot-${made.bot++}`, occurred_at };
    else if (kind === 1) {
      const id = `legs-${made.legs++}`;
      yield { customer_id: 'legs', event_id: id, occurred_at, interaction_id: id, contact_id: id };
    } else if (kind === 2) {
      const id = `shared-${made.shared++}`;
      yield { customer_id: id, event_id: id, occurred_at, contact_id: 'everybody' };
    } else {
      const index = made.plain++;
      yield { customer_id: `plain-${Math.floor(index / 3)}`, event_id: `plain-${index}`, occurred_at };
    }
    if (i % 1_000 === 0)
      yield { customer_id: 'ahead', event_id: `ahead-${i}`, occurred_at: occurred_at + 23 * 60 * minute };
  }
}

/** Writes them as enrich would; a clock that runs ahead does not move the raw time. Answers how many records each partition holds. */
export async function writeExtremes(kafka: Kafka, registryUrl: string, extremes: Extremes): Promise<number[]> {
  const codec = await AvroCodec.register<EnrichedEvent>(
    registryUrl,
    `${topics.enriched}-value`,
    valueSchemas[topics.enriched],
  );
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition as number,
  });
  await producer.connect();
  const ends = new Array<number>(partitions).fill(0);
  let waiting: Message[] = [];
  let rawTime = start;
  const send = async (): Promise<void> => {
    for (const { partition } of waiting) ends[partition as number] += 1;
    await producer.send({ topic: topics.enriched, messages: waiting, acks: -1 });
    waiting = [];
  };
  for (const given of events(extremes)) {
    const event = enrichedEvent({ ...blank, ...given });
    if (event.customer_id !== 'ahead') rawTime = event.occurred_at;
    waiting.push({
      key: event.customer_id,
      value: codec.encode(event),
      partition: partitionOf(event.customer_id, partitions),
      headers: rawHeadersOf({ partition: 0, partitions: 1, time: rawTime }),
    });
    if (waiting.length >= 5_000) await send();
  }
  for (let partition = 0; partition < partitions; partition++) {
    waiting.push(heartbeat(partition, { partition: 0, partitions: 1, time: rawTime }, 0));
  }
  await send();
  await producer.disconnect();
  return ends;
}

const blank: Partial<EnrichedEvent> = {
  event_type: 'web.page_viewed',
  sessionised: true,
  source_system: 'web',
  channel: 'WEB',
  direction: 'INBOUND',
  actor_type: 'CUSTOMER',
  received_at: start,
};
