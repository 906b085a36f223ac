import { createKafka } from '../../services/lib/kafka/client';
import { createLog } from '../../services/lib/log';
import { createTopics, type Size } from './create-topics';

/** Creates the missing topics: `node dist/infra/kafka/main.js`, settings KAFKA_BROKERS, TOPIC_SIZE, TOPIC_REPLICATION. */
async function main(): Promise<void> {
  const { KAFKA_BROKERS = '127.0.0.1:9092', TOPIC_SIZE = 'local', TOPIC_REPLICATION = '1' } = process.env;
  const admin = createKafka({ KAFKA_BROKERS }, 'topics', createLog('topics', 'silent')).admin();
  await admin.connect();
  try {
    const created = await createTopics(admin, TOPIC_SIZE as Size, Number(TOPIC_REPLICATION));
    console.log(created.length > 0 ? `created ${created.join(', ')}` : 'all topics are there');
  } finally {
    await admin.disconnect();
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exit(1);
});
