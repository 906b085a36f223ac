import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { EnrichedEvent, InteractionEvent } from '../../../schemas/types';
import { type EnrichDeps, EnrichTask } from '../../../services/enrich/enrich';
import { enrichMetrics } from '../../../services/enrich/metrics';
import { Texts } from '../../../services/enrich/texts';
import { type AvroCodec, UndecodableValue } from '../../../services/lib/avro';
import { Erasures } from '../../../services/lib/erasures';
import type { KafkaMessage, Message } from '../../../services/lib/kafka/kafkajs';
import type { Control } from '../../../services/lib/kafka/partition-task';
import type { ServiceClient } from '../../../services/lib/kafka/service-client';
import type { ProblemRecord } from '../../../services/lib/problems';
import type { Tracing } from '../../../services/lib/tracing';
import { rawEvent } from '../../support/raw-event';

const now = Date.UTC(2026, 10, 26);
const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const control: Control = { heartbeat: async () => {}, assertCurrent: () => {}, commit: async () => {} };

/** JSON in place of Avro, so that a value can be read in a test. */
const codec = <T>(): AvroCodec<T> =>
  ({
    encode: (value: T) => Buffer.from(JSON.stringify(value)),
    decode: (value: Buffer) => {
      try {
        return JSON.parse(value.toString());
      } catch (error) {
        throw new UndecodableValue((error as Error).message);
      }
    },
    prepare: async () => undefined,
  }) as unknown as AvroCodec<T>;

/** A task on a Kafka that remembers what each transaction holds. */
async function open(tracing?: Tracing) {
  const committed: Message[] = [];
  const problems: ProblemRecord[] = [];
  const transaction = async () => ({
    sendBatch: async ({ topicMessages }: { topicMessages: { topic: string; messages: Message[] }[] }) =>
      topicMessages.flatMap(({ topic, messages }) => {
        committed.push(...messages);
        return messages.map(({ partition }) => ({ topicName: topic, partition, baseOffset: '0' }));
      }),
    sendOffsets: async () => undefined,
    commit: async () => undefined,
    abort: async () => undefined,
  });
  const producer = { connect: async () => undefined, disconnect: async () => undefined, transaction };
  const metrics = enrichMetrics(new Registry());
  const deps: EnrichDeps = {
    client: {
      kafka: { producer: () => producer },
      admin: { fetchOffsets: async () => [], fetchTopicOffsets: async () => [] },
      partitionsOf: async () => 2,
    } as unknown as ServiceClient,
    groupId: 'g',
    codecs: { raw: codec<InteractionEvent>(), enriched: codec<EnrichedEvent>(), deadLetter: codec() },
    rules: { latenessMs: 3_600_000, identity: { key: 'k' }, dedupMaxIds: 1_000, dedupMaxAgeMs: 86_400_000 },
    acceptLost: false,
    texts: new Texts({ stored: 'off', kinds: new Set() }, undefined, metrics),
    metrics,
    erasureLog: { fresh: async () => undefined, erasures: new Erasures('a key for tests only') },
    problems: { tell: (problem) => void problems.push(problem) },
    tracing,
  };
  const task = await EnrichTask.open(deps, 0, control);
  let offset = 0;
  const feed = async (...records: [value: Buffer | null, headers?: Record<string, string>][]): Promise<Message[]> => {
    committed.length = 0;
    const messages = records.map(([value, headers = {}]) => ({
      offset: String(offset++),
      timestamp: String(now),
      key: null,
      value,
      attributes: 0,
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    })) as unknown as KafkaMessage[];
    await task.handle({ topic: 'interactions.raw', partition: 0, messages, nextOffset: offset }, control);
    return committed.filter(({ headers }) => headers?.kind !== 'heartbeat');
  };
  return { feed, problems, metrics: deps.metrics };
}

const bytes = (given: Partial<InteractionEvent>): Buffer => Buffer.from(JSON.stringify(rawEvent(given)));
const empty = Buffer.alloc(0);
const canary = { kind: 'canary', sent_at: String(now) };

/** Each value of a label is there from the start, at 0: else Prometheus would not see its first as an increase. */
const counted = <T extends { value: number }>(values: T[]): T[] => {
  expect(values.length).toBeGreaterThan(4);
  return values.filter(({ value }) => value > 0);
};

describe('a canary', () => {
  test('goes to every enriched partition, without content, and says which raw partition it is of', async () => {
    const { feed } = await open();
    const headers = { ...canary, raw_partition: '0', raw_partitions: '2' };
    expect(await feed([empty, canary])).toEqual(
      [0, 1].map((partition) => ({ key: null, value: null, partition, headers })),
    );
  });

  test('moves no event time: events of long ago behind it are in time', async () => {
    const { feed, metrics } = await open();
    const record = (await feed([empty, canary], [bytes({ event_id: 'a' })])).find(({ value }) => value !== null);
    expect(JSON.parse(String(record?.value))).toMatchObject({ event_id: 'a', late: false });
    expect(counted((await metrics.events.get()).values)).toEqual([{ labels: { result: 'enriched' }, value: 1 }]);
  });

  test.each([
    ['one with content', bytes({}), canary, ['e1']],
    ['one without a time', empty, { kind: 'canary' }, ['undecodable']],
    ['an empty record of no kind', empty, {}, ['undecodable']],
  ])('%s is none', async (_name, value, headers, expected) => {
    const { feed } = await open();
    const told = (await feed([value, headers])).map((message) => JSON.parse(String(message.value)));
    expect(told.map(({ reason, event_id }) => reason ?? event_id)).toEqual(expected);
  });
});

test('a refused record is one line with its place and event id, and counted by its reason', async () => {
  const { feed, problems, metrics } = await open();
  await feed([bytes({ event_id: 'same' })], [bytes({ event_id: 'same', text: 'other' })]);
  expect(problems).toEqual([
    {
      reason: 'conflicting_duplicate',
      step: 'enrich',
      topic: 'interactions.raw',
      partition: 0,
      offset: 1,
      event_id: 'same',
    },
  ]);
  expect(counted((await metrics.deadLetters.get()).values)).toEqual([
    { labels: { reason: 'conflicting_duplicate' }, value: 1 },
  ]);
});

describe('a trace', () => {
  const trace = { traceparent: parent, tracestate: 'vendor=1' };

  test('is carried on to the enriched record, and to no other', async () => {
    const { feed } = await open();
    const [first, second] = await feed([bytes({ event_id: 'a' }), trace], [bytes({ event_id: 'b' })]);
    expect(first.headers).toMatchObject(trace);
    expect(second.headers).not.toHaveProperty('traceparent');
  });

  test('goes on in a span of our own that ends with the transaction', async () => {
    const happened: string[] = [];
    const tracing: Tracing = {
      start: (name, kind, from) => {
        happened.push(`${kind} ${name} < ${from?.traceparent}`);
        return { headers: { traceparent: 'ours' }, end: ({ error } = {}) => void happened.push(`end ${error ?? ''}`) };
      },
      stop: async () => undefined,
    };
    const { feed } = await open(tracing);
    const [record] = await feed([bytes({}), trace]);
    expect(record.headers).toMatchObject({ traceparent: 'ours' });
    expect(happened).toEqual([`consumer enrich event < ${parent}`, 'end ']);
  });
});
