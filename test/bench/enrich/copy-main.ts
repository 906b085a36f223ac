/**
 * The ceiling of enrich: a service that copies raw records to the enriched topic as they are, undecoded, exactly once by the same
 * consumer and transactions. What enrich takes more is what it does to an event.
 */

import { enrichSettings } from '../../../services/enrich/settings';
import { consumerMetrics } from '../../../services/lib/consumer-metrics';
import { startConsumingService } from '../../../services/lib/consuming-service';
import { fetchCommitted } from '../../../services/lib/kafka/offsets';
import type { PartitionTask, TaskInput } from '../../../services/lib/kafka/partition-task';
import { partitionOf } from '../../../services/lib/kafka/partitioner';
import type { ServiceClient } from '../../../services/lib/kafka/service-client';
import { TransactionalProducer } from '../../../services/lib/kafka/transactional-producer';
import { createMetrics } from '../../../services/lib/metrics';
import { runService } from '../../../services/lib/run';
import { topics } from '../../../services/lib/topics';

class CopyTask implements PartitionTask {
  private constructor(
    private readonly producer: TransactionalProducer,
    private readonly partition: number,
    private readonly partitions: number,
    private offset: number,
  ) {}

  static async open(client: ServiceClient, groupId: string, partition: number): Promise<CopyTask> {
    const producer = await TransactionalProducer.open(client.kafka, `${groupId}-${partition}`, groupId);
    const { offset } = await fetchCommitted(client.admin, groupId, topics.raw, partition, false);
    return new CopyTask(producer, partition, await client.partitionsOf(topics.enriched), offset);
  }

  position(): number {
    return this.offset;
  }

  async handle({ messages, nextOffset }: TaskInput): Promise<void> {
    const copies = messages.map(({ key, value }) => ({
      key,
      value,
      partition: partitionOf(String(key), this.partitions),
    }));
    await this.producer.commit(
      [{ topic: topics.enriched, messages: copies }],
      [{ topic: topics.raw, partition: this.partition, offset: nextOffset }],
    );
    this.offset = nextOffset;
  }

  async close(): Promise<void> {
    await this.producer.close();
  }
}

runService('enrich', enrichSettings, process.env, async (settings, log) => {
  const registry = createMetrics('enrich');
  const groupId = settings.ENRICH_GROUP_ID;
  return startConsumingService({
    service: 'enrich',
    settings,
    groupId,
    topics: [topics.raw],
    registry,
    metrics: consumerMetrics(registry, 'enrich'),
    log,
    prepare: async (client) => client,
    open: (client, partition) => CopyTask.open(client, groupId, partition),
  });
});
