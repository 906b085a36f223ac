import { z } from 'zod';
import { createKafka } from '../../services/lib/kafka/client';
import { createLog } from '../../services/lib/log';
import {
  commonSettings,
  integer,
  kafkaSecuritySettings,
  readSettings,
  SettingsError,
} from '../../services/lib/settings';
import { createTopics } from './create-topics';

/** Settings of this script: Kafka's, as the services have them, and how topics are made. */
const settings = z.object({
  ...kafkaSecuritySettings,
  KAFKA_BROKERS: commonSettings.KAFKA_BROKERS,
  TOPIC_SIZE: z.enum(['local', 'production']).default('local'),
  TOPIC_REPLICATION: integer(1, 1, 9),
});

/** Creates the missing topics: `node dist/infra/kafka/main.js`. */
async function main(): Promise<void> {
  const { TOPIC_SIZE, TOPIC_REPLICATION, ...kafka } = readSettings(settings, process.env);
  const admin = createKafka(kafka, 'topics', createLog('topics', 'silent')).admin();
  await admin.connect();
  try {
    const created = await createTopics(admin, TOPIC_SIZE, TOPIC_REPLICATION);
    console.log(created.length > 0 ? `created ${created.join(', ')}` : 'all topics are there');
  } finally {
    await admin.disconnect();
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exit(error instanceof SettingsError ? 78 : 1);
});
