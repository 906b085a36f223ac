import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createKafka } from '../../services/lib/kafka/client';
import type { Producer, Transaction } from '../../services/lib/kafka/kafkajs';
import { createLog } from '../../services/lib/log';
import { builtDist } from './support/build';
import { withStack } from './support/stack';

const topic = 'aborted';
const local = withStack(['kafka'], { setUpSteps: [] });

/** Reads the topic, committed records only, in a process of its own: the correction works at load time. */
async function readCommitted(kafkajs: string): Promise<string[]> {
  const script = `
    const { Kafka, logLevel } = require(${JSON.stringify(kafkajs)});
    (async () => {
      const consumer = new Kafka({ brokers: [process.argv[1]], logLevel: logLevel.NOTHING }).consumer({ groupId: 'reader-' + process.pid });
      await consumer.connect();
      await consumer.subscribe({ topic: '${topic}', fromBeginning: true });
      const values = [];
      await consumer.run({ autoCommit: false, eachMessage: async ({ message }) => {
        values.push(message.value.toString());
        if (message.value.toString() === 'last') { console.log(JSON.stringify(values)); process.exit(0); }
      } });
    })();`;
  const { kafkaBrokers } = local.stack.addresses;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, kafkaBrokers], {
    cwd: join(__dirname, '../..'),
    timeout: 30_000,
  });
  return JSON.parse(stdout) as string[];
}

describe('records of aborted transactions, when producers interleave in a partition', () => {
  beforeAll(async () => {
    const kafka = createKafka(
      { KAFKA_BROKERS: local.stack.addresses.kafkaBrokers },
      'test',
      createLog('test', 'silent'),
    );
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
    const producers = await Promise.all(
      ['a', 'b', 'c'].map(async (id) => {
        const producer = kafka.producer({ transactionalId: id, idempotent: true, maxInFlightRequests: 1 });
        await producer.connect();
        return producer;
      }),
    );
    await interleave(producers);
    await Promise.all(producers.map((producer) => producer.disconnect()));
  }, 180_000);

  test('stock kafkajs hands some of them on', async () => {
    expect(await readCommitted('kafkajs')).not.toEqual(['good 1', 'good 2', 'last']);
  }, 120_000);

  test('with the correction only committed records are read', async () => {
    const corrected = join(await builtDist(), 'services/lib/kafka/kafkajs');
    expect(await readCommitted(corrected)).toEqual(['good 1', 'good 2', 'last']);
  }, 120_000);
});

/** A begins before B and aborts after it, so the broker lists B first; then a data key that looks like an abort marker. */
async function interleave([a, b, c]: Producer[]): Promise<void> {
  const send = (transaction: Transaction, value: string, key: string | Buffer = 'k') =>
    transaction.send({ topic, messages: [{ key, value, partition: 0 }] });
  const commit = async (value: string) => {
    const transaction = await c.transaction();
    await send(transaction, value);
    await transaction.commit();
  };
  const first = await a.transaction();
  const second = await b.transaction();
  await send(first, 'bad a1');
  await send(second, 'bad b1');
  await send(first, 'bad a2');
  await second.abort();
  await send(first, 'bad a3');
  await first.abort();
  await commit('good 1');
  const third = await a.transaction();
  await send(third, 'bad z1', Buffer.from([0, 0, 0, 0]));
  await send(third, 'bad z2');
  await third.abort();
  await commit('good 2');
  await commit('last');
}
