import { describe, expect, test } from '@jest/globals';
import { createTopics } from '../../infra/kafka/create-topics';
import { createKafka } from '../../services/lib/kafka/client';
import { TransactionalProducer } from '../../services/lib/kafka/transactional-producer';
import { createLog } from '../../services/lib/log';
import { topics } from '../../services/lib/topics';
import { withStack } from './support/stack';

const local = withStack(['kafka'], { setUpSteps: [] });

describe('a transactional producer', () => {
  // kafkajs' `connect` only gets an id for idempotence; whoever opens has to see that it fences.
  test('fences the former owner when it is opened, not at its first transaction', async () => {
    const settings = { KAFKA_BROKERS: local.stack.addresses.kafkaBrokers };
    const kafka = createKafka(settings, 'test', createLog('test', 'silent'));
    const admin = kafka.admin();
    await admin.connect();
    await createTopics(admin, 'local');
    await admin.disconnect();
    const record = { key: null, value: Buffer.from('x'), partition: 0 };
    const former = await TransactionalProducer.open(kafka, 'fencing', 'fencing');
    await former.commit([{ topic: topics.sessions, messages: [record] }], []);
    const owner = await TransactionalProducer.open(kafka, 'fencing', 'fencing');
    try {
      await expect(former.commit([{ topic: topics.sessions, messages: [record] }], [])).rejects.toThrow(
        /epoch|fenced/i,
      );
    } finally {
      await Promise.all([former.close(), owner.close()]);
    }
  }, 180_000);
});
