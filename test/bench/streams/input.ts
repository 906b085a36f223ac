import type { EnrichedEvent } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Kafka, Message } from '../../../services/lib/kafka/kafkajs';
import { partitionOf } from '../../../services/lib/kafka/partitioner';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { enrichedEvent, heartbeat, type RawPlace, rawHeadersOf } from '../../support/enriched-records';
import { customerId, type Load } from './loads';

export const partitions = 4;
const rawPartitions = 4;

/**
 * Writes a load to `interactions.enriched` as enrich would: Avro in Confluent's frame, keyed by customer, the raw
 * partition's time in the headers, heartbeats at the end. Returns how many records each partition now holds.
 */
export async function writeInput(kafka: Kafka, registryUrl: string, load: Load): Promise<number[]> {
  const codec = await AvroCodec.register<EnrichedEvent>(
    registryUrl,
    `${topics.enriched}-value`,
    valueSchemas[topics.enriched],
  );
  const producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner: () => namedPartition });
  await producer.connect();
  const written = new Array<number>(partitions).fill(0);
  const send = async (messages: Message[]): Promise<void> => {
    await producer.send({ topic: topics.enriched, messages, acks: -1 });
    for (const { partition } of messages) written[partition as number] += 1;
  };
  const event = blankEvent();
  const rawTimes = new Array<number>(rawPartitions).fill(0);
  let waiting: Message[] = [];
  for (let i = 0; i < load.customer.length; i++) {
    const customer = customerId(load.customer[i]);
    const raw = i % rawPartitions;
    rawTimes[raw] = Math.max(rawTimes[raw], load.occurred_at[i]);
    event.event_id = `00000000-0000-5000-8000-${i.toString(16).padStart(12, '0')}`;
    event.occurred_at = load.occurred_at[i];
    event.received_at = rawTimes[raw];
    event.customer_id = customer;
    waiting.push({
      key: customer,
      value: codec.encode(event),
      partition: partitionOf(customer, partitions),
      headers: rawHeadersOf(placeOf(raw, rawTimes[raw])),
    });
    if (waiting.length < load.shape.records_per_send) continue;
    await send(waiting);
    waiting = [];
  }
  // Into every partition, what each raw partition has come to.
  for (let partition = 0; partition < partitions; partition++) {
    for (const [raw, time] of rawTimes.entries()) {
      waiting.push(heartbeat(partition, placeOf(raw, time), load.customer.length));
    }
  }
  await send(waiting);
  await producer.disconnect();
  return written;
}

const namedPartition = ({ message }: { message: Message }): number => message.partition as number;

const placeOf = (partition: number, time: number): RawPlace => ({ partition, partitions: rawPartitions, time });

/** A page view that fills about as many fields as a real one, with no contact and no interaction. */
export const blankEvent = (): EnrichedEvent =>
  enrichedEvent({
    event_type: 'web.page_viewed',
    identity_type: 'customer_id',
    identity_verified: true,
    sessionised: true,
    source_system: 'web',
    source_instance: 'shop-eu',
    channel: 'WEB',
    direction: 'INBOUND',
    actor_type: 'CUSTOMER',
    page_url: 'https://shop.example.com/help/returns?step=2',
    page_path: '/help/returns',
    page_title: 'Returns and refunds',
    language: 'en',
    attributes: { browser: 'firefox', device: 'desktop' },
  });
