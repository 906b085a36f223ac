import { expect, test } from '@jest/globals';
import { createKafka } from '../../services/lib/kafka/client';
import { fetchCommitted } from '../../services/lib/kafka/offsets';
import { startPartitionLoop } from '../../services/lib/kafka/partition-loop';
import { LostRecords } from '../../services/lib/kafka/partition-task';
import { createLog } from '../../services/lib/log';
import { topics } from '../../services/lib/topics';
import { until } from './support/service-process';
import { withStack } from './support/stack';

const local = withStack(['kafka']);

test('records that were deleted before they were read are missed, and what was committed stays', async () => {
  const log = createLog('test', 'silent');
  const kafka = createKafka({ KAFKA_BROKERS: local.stack.addresses.kafkaBrokers }, 'test', log);
  const topic = topics.deadLetter;
  const groupId = 'it-lost-some';
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    const send = (count: number) =>
      producer.send({ topic, messages: Array.from({ length: count }, (_, i) => ({ partition: 0, value: String(i) })) });
    await send(5);
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '3' }] });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] });
    await send(1);

    const failures: Error[] = [];
    const loop = await startPartitionLoop({
      kafka,
      groupId,
      topics: [topic],
      consumer: {},
      log,
      open: async (partition) => {
        await fetchCommitted(admin, groupId, topic, partition);
        throw new Error('it was taken for a partition that was never read');
      },
      onFailure: (_partition, error) => failures.push(error),
    });
    await until('the loss to be seen twice', 30_000, async () => failures.length > 1);
    expect(loop.notReady().join()).toContain('offsets 3 to 4 were deleted before they were read');
    await loop.stop();
    for (const failure of failures) expect(failure).toBeInstanceOf(LostRecords);
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    expect(partitions.find(({ partition }) => partition === 0)?.offset).toBe('3');
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
});
