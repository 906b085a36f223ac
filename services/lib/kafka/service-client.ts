import { createLog, type Log } from '../log';
import { patiently } from '../patience';
import { refusalOf } from '../refusal';
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

/** Connects, trying until a broker answers; the service is not ready meanwhile. Throws Refused when Kafka will not have us. */
export async function connectService(
  settings: KafkaSettings,
  clientId: string,
  log: Log,
  stopped?: () => boolean,
): Promise<ServiceClient> {
  await patiently('connecting to Kafka', log, () => greet(settings, clientId), stopped, refusalOf);
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

/** One try, without the thirty that kafkajs makes of a certificate it does not trust, and a line of its own for each. */
async function greet(settings: KafkaSettings, clientId: string): Promise<void> {
  const silent = createLog(clientId, 'silent');
  const admin = createKafka(settings, clientId, silent, { retry: { retries: 0 } }).admin();
  try {
    await admin.connect();
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
