import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { createKafka, type KafkaSettings } from '../../../services/lib/kafka/client';
import type { Admin, Kafka } from '../../../services/lib/kafka/kafkajs';
import { createLog } from '../../../services/lib/log';

/** What backup and restore talk to. */
export interface Session {
  /** Bound to the database when one is named; answers may take an hour. */
  client: ClickHouseClient;
  kafka: Kafka;
  admin: Admin;
  close(): Promise<void>;
}

export interface SessionAddress {
  clickhouseUrl: string;
  username: string;
  password: string;
  database?: string;
  kafka: KafkaSettings;
}

export async function openSession(address: SessionAddress, clientId: string): Promise<Session> {
  const client = createClient({
    url: address.clickhouseUrl,
    username: address.username,
    password: address.password,
    ...(address.database === undefined ? {} : { database: address.database }),
    request_timeout: 3_600_000,
    log: { level: ClickHouseLogLevel.OFF },
  });
  const kafka = createKafka(address.kafka, clientId, createLog(clientId, 'silent'), {
    retry: { retries: 5 },
  });
  const admin = kafka.admin();
  await admin.connect();
  return {
    client,
    kafka,
    admin,
    close: async () => {
      await Promise.all([client.close(), admin.disconnect()]);
    },
  };
}
