import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EnrichedEvent, InteractionEvent } from '../../schemas/types';
import { AvroCodec } from '../../services/lib/avro';
import { createKafka } from '../../services/lib/kafka/client';
import type { Admin, Kafka, Producer } from '../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../services/lib/kafka/partition-reader';
import { partitionOf } from '../../services/lib/kafka/partitioner';
import { createLog } from '../../services/lib/log';
import { topics, valueSchemas } from '../../services/lib/topics';
import { metricSum } from '../support/metric-sum';
import { rawEvent } from '../support/raw-event';
import { readTopic } from '../support/read-topic';
import { ModelServer, readingsFor } from '../unit/enrich/support/model-server';
import { ServiceProcess, until } from './support/service-process';
import { withStack } from './support/stack';

const local = withStack(['kafka', 'registry']);
const said = [
  'I want my money back, this is outrageous! Card 4111 1111 1111 1111',
  'Quero cancelar o contrato, liguem para (11) 98765-4321',
  'أين طلبي؟ بريدي ahmed.ali@example.com',
  'Thank you so much, you were great!',
];
const secrets = ['4111 1111', '98765-4321', 'ahmed.ali'];

describe('enrich reads and redacts what customers write, on a real Kafka', () => {
  let kafka: Kafka;
  let admin: Admin;
  let producer: Producer;
  let raw: AvroCodec<InteractionEvent>;
  const running: ServiceProcess[] = [];
  const sent = 400;

  beforeAll(async () => {
    const { kafkaBrokers, schemaRegistryUrl } = local.stack.addresses;
    kafka = createKafka({ KAFKA_BROKERS: kafkaBrokers }, 'test', createLog('test', 'silent'));
    admin = kafka.admin();
    producer = kafka.producer();
    await Promise.all([admin.connect(), producer.connect()]);
    raw = await AvroCodec.register(schemaRegistryUrl, `${topics.raw}-value`, valueSchemas[topics.raw]);
    const { partitions } = (await admin.fetchTopicMetadata({ topics: [topics.raw] })).topics[0];
    const actor = (type: 'CUSTOMER' | 'AGENT') => ({ type, id: null, team: null });
    const messages = Array.from({ length: sent }, (_, number) => {
      const event = rawEvent({
        event_id: `e${number}`,
        event_type: 'message.sent',
        text: `${said[number % said.length]} ${Math.floor(number / 8)}`,
        actor: actor(number % 8 < 4 ? 'CUSTOMER' : 'AGENT'),
      });
      return {
        key: event.event_id,
        value: raw.encode(event),
        partition: partitionOf(event.event_id, partitions.length),
      };
    });
    await producer.send({ topic: topics.raw, messages });
  }, 180_000);

  afterAll(async () => {
    for (const service of running) service.kill('SIGKILL');
    await Promise.all([admin?.disconnect(), producer?.disconnect()]);
  });

  /** Runs enrich over all of raw as a group of its own, and answers what it wrote, in order of event. */
  async function enriched(group: string, env: Record<string, string>, killed = false) {
    const { kafkaBrokers, schemaRegistryUrl, ports } = local.stack.addresses;
    const settings = {
      KAFKA_BROKERS: kafkaBrokers,
      SCHEMA_REGISTRY_URL: schemaRegistryUrl,
      ENRICH_GROUP_ID: group,
      ...env,
    };
    const start = async (): Promise<ServiceProcess> => {
      const service = await ServiceProcess.start('enrich', { ...settings, PORT: String(ports.enrich) });
      running.push(service);
      return service;
    };
    const before = (await everything()).length;
    let service = await start();
    const done = async (): Promise<boolean> => (await everything()).length >= before + sent;
    if (killed) {
      await until('enrich to begin', 30_000, async () => (await service.notReady()).length === 0);
      service.kill('SIGKILL');
      await service.ended;
      service = await start();
    }
    await until('all events to be enriched', 60_000, done);
    const metrics = await service.metrics();
    service.kill('SIGTERM');
    await service.ended;
    const written = (await everything()).slice(before);
    return {
      metrics,
      log: service.log,
      events: written.sort((a, b) => Number(a.event_id.slice(1)) - Number(b.event_id.slice(1))),
    };
  }

  const seen: Buffer[] = [];
  async function everything(): Promise<EnrichedEvent[]> {
    const { schemaRegistryUrl } = local.stack.addresses;
    const subject = `${topics.enriched}-value`;
    const codec = await AvroCodec.register<EnrichedEvent>(schemaRegistryUrl, subject, valueSchemas[topics.enriched]);
    const reader = await PartitionReader.connect(kafka);
    const events: { at: number; event: EnrichedEvent }[] = [];
    seen.length = 0;
    await readTopic(admin, reader, topics.enriched, ({ value, timestamp }) => {
      if (value === null) return;
      seen.push(value);
      events.push({ at: Number(timestamp), event: codec.decode(value) });
    });
    await reader.disconnect();
    return events.sort((a, b) => a.at - b.at).map(({ event }) => event);
  }

  test('each event once, with what was read in it; no word of an original leaves; read again after a kill it is the same', async () => {
    const first = await enriched('texts-1', { STORE_TEXT: 'all' });
    expect(first.events.map(({ event_id }) => event_id)).toEqual(
      Array.from({ length: sent }, (_, number) => `e${number}`),
    );
    const [english, portuguese, arabic, , agent] = first.events;
    expect([english.language, portuguese.language, arabic.language]).toEqual(['en', 'pt', 'ar']);
    expect(english.text).toBe('I want my money back, this is outrageous! Card [CARD] 0');
    expect(arabic.text).toBe('أين طلبي؟ بريدي [EMAIL] 0');
    expect(agent).toMatchObject({
      text: english.text,
      language: null,
      intent: null,
      desire: null,
      emotion_score: null,
      emotion_label: null,
    });
    for (const secret of secrets) expect(seen.some((value) => value.includes(secret))).toBe(false);
    expect(metricSum(first.metrics, 'enrich_texts_total', 'result="embedded"')).toBe(sent / 2);
    const again = await enriched('texts-2', { STORE_TEXT: 'all' }, true);
    expect(again.events).toEqual(first.events);
  }, 540_000);

  test('a model server reads instead, of redacted texts; where it dies, the embedded model goes on', async () => {
    const server = await ModelServer.start((asked) => readingsFor(asked, () => 'billing'));
    const env = {
      MODEL_SERVER_URL: server.url,
      MODEL_SERVER_KIND: 'json',
      MODEL_SERVER_KEY: 'top-secret',
      MODEL_SERVER_TIMEOUT_MS: '500',
    };
    const served = await enriched('texts-3', env);
    const customers = served.events.filter(({ actor_type }) => actor_type === 'CUSTOMER');
    expect(customers.every(({ intent_model, intent }) => intent_model === 'model-server' && intent === 'billing')).toBe(
      true,
    );
    expect(served.events.every(({ text }) => text === null)).toBe(true);
    expect(server.asked.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(server.asked.some(({ body }) => body.includes(secret))).toBe(false);
    expect(served.log).toContain('redacted texts of customers leave');
    expect(served.log).not.toContain('top-secret');
    await server.stop();
    const alone = await enriched('texts-4', env);
    expect(alone.events.every(({ intent_model }) => intent_model !== 'model-server')).toBe(true);
    expect(metricSum(alone.metrics, 'enrich_texts_total', 'result="embedded"')).toBe(sent / 2);
  }, 540_000);
});
