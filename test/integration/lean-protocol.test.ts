import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createKafka } from '../../services/lib/kafka/client';
import { createLog } from '../../services/lib/log';
import { builtDist } from './support/build';
import { withStack } from './support/stack';

const topics = ['written-by-stock', 'written-by-ours'];
const local = withStack(['kafka'], { setUpSteps: [] });

/** Runs in processes of their own, since what replaces parts of kafkajs works at load time. */
const prologue = (kafkajs: string) => `
  const { Kafka, CompressionTypes, logLevel } = require(${JSON.stringify(kafkajs)});
  const [brokers, topic] = process.argv.slice(1);
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });`;

const write = `
  const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
  const message = (i) => ({
    partition: i % 2,
    timestamp: String(1764028800000 + i * 7),
    key: [null, '', 'key ' + i, Buffer.from([0, 1, 255]), 'κλειδί'][i % 5],
    value: [null, '', 'value '.repeat(i), Buffer.alloc(300, i), 'ערך'][Math.floor(i / 5) % 5],
    headers: [undefined, {}, { kind: 'progress' }, { many: ['a', 'b', Buffer.from([255])], one: '' }][i % 4],
  });
  const batch = (from, count) => Array.from({ length: count }, (_, i) => message(from + i));
  (async () => {
    await producer.connect();
    for (const [from, compression] of [[0, CompressionTypes.None], [1000, CompressionTypes.GZIP]]) {
      const transaction = await producer.transaction();
      await transaction.sendBatch({ compression, topicMessages: [{ topic, messages: batch(from, 1000) }] });
      await transaction.send({ topic, compression, messages: batch(from + 5000, 3) });
      await transaction.commit();
      const aborted = await producer.transaction();
      await aborted.send({ topic, compression, messages: batch(90000, 10) });
      await aborted.abort();
    }
    const transaction = await producer.transaction();
    await transaction.sendBatch({ topicMessages: [{ topic, messages: [0, 1].map((partition) => ({ partition, value: 'last' })) }] });
    await transaction.commit();
    await producer.disconnect();
  })();`;

const read = `
  const consumer = kafka.consumer({ groupId: topic + process.pid });
  const seen = [[], []];
  let last = 0;
  (async () => {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: async ({ batch }) => {
      for (const { key, value, headers, offset, timestamp } of batch.messages) {
        if (value?.toString() === 'last') last += 1;
        else seen[batch.partition].push({ key, value, headers, offset, timestamp });
      }
      if (last === 2) process.stdout.write(JSON.stringify(seen), () => process.exit(0));
    } });
  })();`;

async function run(script: string, kafkajs: string, topic: string): Promise<string> {
  const args = ['-e', prologue(kafkajs) + script, local.stack.addresses.kafkaBrokers, topic];
  const options = { cwd: join(__dirname, '../..'), timeout: 30_000, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(process.execPath, args, options)).stdout;
}

describe('what replaces kafkajs’ encoder and decoder, against a real broker', () => {
  let ours: string;
  beforeAll(async () => {
    ours = join(await builtDist(), 'services/lib/kafka/kafkajs');
    const settings = { KAFKA_BROKERS: local.stack.addresses.kafkaBrokers };
    const admin = createKafka(settings, 'test', createLog('test', 'silent')).admin();
    await admin.connect();
    await admin.createTopics({
      topics: topics.map((topic) => ({ topic, numPartitions: 2 })),
      waitForLeaders: true,
    });
    await admin.disconnect();
    await Promise.all([run(write, 'kafkajs', topics[0]), run(write, ours, topics[1])]);
  }, 180_000);

  test('stock kafkajs and ours read the same of what either wrote: transactions, aborts, headers, gzip', async () => {
    const readings: string[] = [];
    for (const topic of topics) for (const kafkajs of ['kafkajs', ours]) readings.push(await run(read, kafkajs, topic));
    const [byStock] = readings;
    const records = (JSON.parse(byStock) as { headers: object }[][]).flat();
    expect(records).toHaveLength(2 * 1003);
    expect(records.filter(({ headers }) => 'many' in headers).length).toBeGreaterThan(400);
    for (const reading of readings) expect(reading === byStock).toBe(true);
  }, 360_000);

  test('ours is in place', async () => {
    const script = `
      const inner = (name) => require('kafkajs/src/' + name);
      console.log([inner('protocol/requests/produce/v3/request').name, inner('protocol/recordBatch/v0/decoder').name,
        inner('protocol/request').name, inner('consumer/batch').name, inner('producer/groupMessagesPerPartition').name].join());`;
    expect((await run(script, ours, '')).trim()).toBe(
      'produceRequest,decodeRecordBatch,frameRequest,LeanBatch,groupMessages',
    );
  });
});
