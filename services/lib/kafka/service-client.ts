import type { Log } from '../log';
import { patiently } from '../patience';
import { createKafka, type KafkaSettings } from './client';
import type { Admin, Kafka } from './kafkajs';
import { partitionsOf } from './offsets';
import { PartitionReader } from './partition-reader';

/** What a consuming service needs of Kafka besides its loop. */
export interface ServiceClient {
  kafka: Kafka;
  admin: Admin;
  reader: PartitionReader;
  partitionsOf(topic: string): Promise<number>;
  disconnect(): Promise<void>;
}

/** Connects, trying until a broker answers; the service is not ready meanwhile. */
export async function connectService(
  settings: KafkaSettings,
  clientId: string,
  log: Log,
  stopped?: () => boolean,
): Promise<ServiceClient> {
  const kafka = createKafka(settings, clientId, log);
  const admin = kafka.admin();
  await patiently('connecting to Kafka', log, () => admin.connect(), stopped);
  const reader = await patiently('connecting to Kafka', log, () => PartitionReader.connect(kafka), stopped);
  return {
    kafka,
    admin,
    reader,
    partitionsOf: (topic) => partitionsOf(admin, topic),
    disconnect: async () => {
      await Promise.all([admin.disconnect(), reader.disconnect()]);
    },
  };
}
