import type { InteractionEvent } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Kafka } from '../../../services/lib/kafka/kafkajs';
import { partitionOf } from '../../../services/lib/kafka/partitioner';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { phrases } from '../../simulator/texts/texts';
import { rawEvent } from '../../support/raw-event';

export interface Input {
  /** Records written, repeats among them. */
  records: number;
  /** Different events. */
  events: number;
  /** Those with a customer's text of 15 words. */
  texts: number;
}

const perSend = 2_000;
const start = Date.UTC(2026, 0, 20);
const customers = 50_000;
const words = 15;
/** One in so many is sent twice. */
const repeatEvery = 50;

/** Texts as customers write them, of 15 words each, in three languages; some with something to redact. No two in a row are the same. */
function* textsForEver(): Generator<string, never> {
  const lists = Object.values(phrases).map((language) => [
    ...Object.values(language.opening).flat(),
    ...language.angry,
    ...language.pleased,
    ...language.praise,
    ...language.criticism,
  ]);
  const contacts = ['ana.silva@example.com', '+351 912 345 678', '4111 1111 1111 1111'];
  const heads = lists.map(() => 0);
  for (let number = 0; ; number++) {
    const list = lists[number % lists.length];
    const text: string[] = number % 10 === 0 ? contacts[(number / 10) % contacts.length].split(' ') : [];
    while (text.length < words) {
      const at = heads[number % lists.length]++;
      text.push(...list[at % list.length].replace('{order}', String(100_000 + (number % 899_999))).split(' '));
    }
    yield text.slice(0, words).join(' ');
  }
}

/** Fills `interactions.raw` as ingest does: by `event_id`, events of ten types, a share of them a customer's message. */
export async function writeRaw(
  kafka: Kafka,
  registryUrl: string,
  events: number,
  share: number,
  partitions: number,
): Promise<Input> {
  const codec = await AvroCodec.register<InteractionEvent>(
    registryUrl,
    `${topics.raw}-value`,
    valueSchemas[topics.raw],
  );
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const texts = textsForEver();
  const input: Input = { records: 0, events, texts: 0 };
  let messages: { key: string; value: Buffer; partition: number }[] = [];
  const flush = async (): Promise<void> => {
    await producer.send({ topic: topics.raw, messages, acks: -1 });
    input.records += messages.length;
    messages = [];
  };
  for (let number = 0; number < events; number++) {
    const isText = Math.floor((number + 1) * share) > Math.floor(number * share);
    if (isText) input.texts += 1;
    const event = eventOf(number, isText ? texts.next().value : null);
    const message = {
      key: event.event_id,
      value: codec.encode(event),
      partition: partitionOf(event.event_id, partitions),
    };
    messages.push(message);
    if (number % repeatEvery === 0) messages.push(message);
    if (messages.length >= perSend) await flush();
  }
  if (messages.length > 0) await flush();
  await producer.disconnect();
  return input;
}

const types = [
  'interaction.started',
  'queue.entered',
  'agent.joined',
  'hold.started',
  'hold.ended',
  'agent.left',
  'wrapup.completed',
  'interaction.ended',
];

function eventOf(number: number, text: string | null): InteractionEvent {
  const customer = (number * 7_919) % customers;
  const at = start + number * 20;
  return rawEvent({
    event_id: `bench-${number}`,
    event_type: text === null ? types[number % types.length] : 'message.sent',
    occurred_at: at,
    received_at: at + 150,
    source: { system: 'bench', instance: 'eu-1', event_id: String(number), sequence: number },
    channel: text === null && number % 3 === 0 ? 'VOICE' : 'CHAT',
    provider: 'bench-provider',
    interaction_id: `interaction-${Math.floor(number / 8)}`,
    contact_id: `contact-${Math.floor(number / 16)}`,
    // Half of them are known by a mail address only: an HMAC each.
    identities:
      customer % 2 === 0
        ? [{ type: 'customer_id', value: `c${customer}`, verified: true }]
        : [{ type: 'email', value: `customer.${customer}@example.org`, verified: false }],
    actor:
      text === null
        ? { type: 'AGENT', id: `agent-${number % 300}`, team: 'north' }
        : { type: 'CUSTOMER', id: null, team: null },
    queue: { id: `q${number % 20}`, name: 'Billing and payments', skill: 'billing' },
    text,
    attributes: { device: 'phone', plan: 'family', region: `r${number % 12}` },
  });
}
