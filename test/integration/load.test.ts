import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeadLetter } from '../../schemas/types';
import { AvroCodec } from '../../services/lib/avro';
import { createKafka } from '../../services/lib/kafka/client';
import type { Kafka } from '../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../services/lib/kafka/partition-reader';
import { createLog } from '../../services/lib/log';
import { topics } from '../../services/lib/topics';
import { Random } from '../simulator/core/random';
import { metricSum } from '../support/metric-sum';
import { PoisonedBlock } from '../support/poisoned-block';
import { readTopic } from '../support/read-topic';
import { containersOnly, LoadFleet, loadSessionTimeoutMs } from './support/load-fleet';
import { LoadInput } from './support/load-input';
import { viewsAgainstRows } from './support/recomputed';
import { until } from './support/service-process';
import { withStack } from './support/stack';

const local = withStack(['kafka', 'registry', 'clickhouse']);
const seed = Number(process.env.CD_SEED ?? 20_261_123);

let kafka: Kafka;
let fleet: LoadFleet;

beforeAll(async () => {
  kafka = createKafka({ KAFKA_BROKERS: local.stack.addresses.kafkaBrokers }, 'test', createLog('test', 'silent'));
  // One sends blocks as they came, the other in containers: either may have to repeat what the other has begun.
  fleet = await LoadFleet.connect(local.stack, (name) => (name === 'b' ? containersOnly : {}));
});

afterAll(async () => {
  await fleet?.close();
});

const rows = <T>(query: string): Promise<T[]> => fleet.rows<T>(query);

/** The short form of `test/chaos/load.ts`: every kind of fault once. */
describe('whatever is killed', () => {
  const victims = ['clickhouse', 'a', 'forgetful', 'b', 'registry', 'zombie', 'overloaded', 'clickhouse'] as const;

  test('every record is in its table once, and every view agrees with its rows', async () => {
    const random = Random.of(seed, 'load');
    const input = await LoadInput.open(kafka, local.stack.addresses.schemaRegistryUrl, () => random.next());
    let writing = true;
    const written = (async () => {
      for (; writing; await sleep(150)) await input.write(120);
    })();
    await fleet.start('a');
    await fleet.start('b');
    const restart = async (part: 'clickhouse' | 'registry', meanwhile = async () => {}) => {
      await local.stack.killPart(part);
      await meanwhile();
      await local.stack.startPart(part);
    };

    for (const victim of victims) {
      await sleep(500 + random.next() * 1_000);
      if (victim === 'clickhouse') await restart('clickhouse');
      // A new engine has no schemas in its memory; load goes on with those it knows.
      else if (victim === 'registry') await restart('registry', () => restart('clickhouse'));
      // Frozen for longer than its session: it wakes when another has gone on with its partitions.
      else if (victim === 'zombie') await fleet.freeze('a', loadSessionTimeoutMs + 2_000);
      else if (victim === 'forgetful' || victim === 'overloaded') {
        fleet.proxy.mood = victim;
        await sleep(1_500);
        fleet.proxy.mood = 'well';
      } else {
        await fleet.kill(victim);
        await fleet.start(victim);
      }
    }
    writing = false;
    await written;
    await input.close();

    const { truth } = input;
    await fleet.untilLoaded(truth, 60_000);
    expect(fleet.proxy.lostAnswers).toBeGreaterThan(0);
    const number = 'toUInt64(substring(event_id, 3))';
    const loaded = new Set((await rows<{ n: number }>(`SELECT ${number} AS n FROM interactions`)).map(({ n }) => n));
    expect({ lost: truth.committed.filter((n) => !loaded.has(n)) }).toEqual({ lost: [] });
    expect(
      await rows(`SELECT count() AS events, uniqExact(event_id) AS ids, sum(${number}) AS numbers, sum(talk_ms) AS talk_ms
                  FROM interactions`),
    ).toEqual([{ events: truth.events, ids: truth.events, numbers: truth.numbers, talk_ms: truth.talk_ms }]);
    const current = (table: string, id: string) =>
      rows<{ id: string; version: number }>(`SELECT ${id} AS id, version FROM ${table} ORDER BY id`);
    const versions = (all: Map<string, { version: number }>) =>
      [...all].map(([id, { version }]) => ({ id, version })).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await current('sessions_current', 'session_id')).toEqual(versions(truth.sessions));
    expect(await current('legs_current', 'leg_id')).toEqual(versions(truth.legs));
    for (const [view, query] of Object.entries(viewsAgainstRows)) {
      expect({ view, differences: await rows(query) }).toEqual({ view, differences: [{ rows: 0 }] });
    }
    expect(truth.unreadable).toBeGreaterThan(0);
    expect(await rows('SELECT count() AS n, uniqExact(identity) AS ids FROM dead_letters_log FINAL')).toEqual([
      { n: truth.unreadable, ids: truth.unreadable },
    ]);
    expect(
      await rows(`SELECT DISTINCT raw_partitions, watermark FROM pipeline_status WHERE topic = '${topics.sessions}'`),
    ).toEqual([{ raw_partitions: 1, watermark: '2026-01-20 00:00:00.000' }]);
  }, 720_000);

  test('while ClickHouse is away load is not ready and shows its lag, and it goes on by itself', async () => {
    const reasons = () => fleet.member('a').notReady();
    await until('load to be ready', 20_000, async () => (await reasons()).length === 0);
    await local.stack.killPart('clickhouse');
    await until('load to see it', 10_000, async () => (await reasons()).some((reason) => /^ClickHouse: /.test(reason)));
    await local.stack.startPart('clickhouse');
    await until('load to be ready again', 10_000, async () => (await reasons()).length === 0);
  }, 180_000);
});

describe('several records in one block that cannot be loaded', () => {
  // In the order of their discovery: by the frame, by decoding, by halving what ClickHouse refuses.
  test.each([
    { name: 'a', kills: 3 },
    { name: 'b', kills: 2 },
  ])(
    'load $name is killed while it halves: all are in the dead letters, whole, and their neighbours in the table',
    async ({ name, kills }) => {
      for (const running of [...fleet.members.keys()]) await fleet.stop(running);
      const block = await PoisonedBlock.write(kafka, local.stack.addresses.schemaRegistryUrl, name);
      // A trial asks whether ClickHouse can read some of the records, and inserts nothing.
      let trials = 0;
      let killed = 0;
      let restarted: Promise<unknown> = Promise.resolve();
      fleet.proxy.onRequest = (url) => {
        if (!/INTO(\+|%20)FUNCTION(\+|%20)null/i.test(url) || ++trials % 4 !== 0 || killed === kills) return;
        killed += 1;
        restarted = fleet.kill(name).then(() => fleet.start(name, { FETCH_MAX_PARTITION_BYTES: '1000000' }));
      };
      await fleet.start(name, { FETCH_MAX_PARTITION_BYTES: '1000000' });
      await fleet.until('the block to be loaded', 60_000, async () => {
        const loaded = await fleet.loadedOffsets();
        return (loaded.get(`${topics.enriched}/0`) ?? 0) >= block.end;
      });
      await restarted;
      fleet.proxy.onRequest = () => {};
      expect(killed).toBe(kills);
      expect(
        await rows(`SELECT event_id, count() AS n FROM interactions WHERE startsWith(event_id, '${name}-')
                    GROUP BY event_id ORDER BY event_id`),
      ).toEqual(block.good.map((event_id) => ({ event_id, n: 1 })).sort((x, y) => (x.event_id < y.event_id ? -1 : 1)));
      await fleet.until('the dead letters to be loaded', 20_000, async () => {
        const [{ n }] = await rows<{ n: number }>(
          `SELECT count() AS n FROM dead_letters WHERE origin_topic = '${topics.enriched}' AND origin_partition = 0
             AND origin_offset >= ${block.start}`,
        );
        return n === block.poison.size;
      });
      const letters = (await deadLetters()).filter(({ origin_partition, origin_offset, origin_topic }) => {
        return origin_topic === topics.enriched && origin_partition === 0 && origin_offset >= block.start;
      });
      expect(new Map(letters.map(({ origin_offset, value }) => [origin_offset, value]))).toEqual(block.poison);
      for (const letter of letters) {
        expect(letter).toMatchObject({ reason: 'undecodable', step: 'load', error: expect.stringMatching(/\w/) });
      }
      const metrics = await fleet.member(name).metrics();
      expect(metricSum(metrics, 'load_repeated_blocks_total')).toBeGreaterThan(0);
    },
    360_000,
  );

  async function deadLetters(): Promise<DeadLetter[]> {
    const { schemaRegistryUrl } = local.stack.addresses;
    const codec = await AvroCodec.register<DeadLetter>(
      schemaRegistryUrl,
      `${topics.deadLetter}-value`,
      'dead-letter.v1',
    );
    const admin = kafka.admin();
    await admin.connect();
    const reader = await PartitionReader.connect(kafka);
    const letters: DeadLetter[] = [];
    await readTopic(admin, reader, topics.deadLetter, ({ value }) => letters.push(codec.decode(value as Buffer)));
    await Promise.all([admin.disconnect(), reader.disconnect()]);
    return letters;
  }
});

test('a group that has lost its offsets is not loaded a second time', async () => {
  for (const name of [...fleet.members.keys()]) await fleet.stop(name);
  const service = await fleet.start('a', { LOAD_GROUP_PREFIX: 'another' });
  await until('load to refuse', 20_000, async () =>
    (await service.notReady()).some((reason) => /would double what is there/.test(reason)),
  );
}, 120_000);
