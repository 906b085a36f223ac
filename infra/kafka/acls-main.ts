import { z } from 'zod';
import { createKafka } from '../../services/lib/kafka/client';
import { createLog } from '../../services/lib/log';
import { commonSettings, kafkaSecuritySettings, readSettings, SettingsError } from '../../services/lib/settings';
import { aclCommands, aclsOf, type Principal, principals } from './acls';

/** Settings of this script: Kafka's (of somebody who may alter the cluster), and what principals are called. */
const settings = z.object({
  ...kafkaSecuritySettings,
  KAFKA_BROKERS: commonSettings.KAFKA_BROKERS,
  /** Before each name: `cd-` makes the principals User:cd-ingest, User:cd-enrich, … */
  ACL_USER_PREFIX: z
    .string()
    .regex(/^[\w.=-]*$/, 'must be letters, digits, _ . = and -')
    .default(''),
});

/** Gives every principal its rights: `node dist/infra/kafka/acls-main.js`; with `--print`, kafka-acls.sh's arguments instead. */
async function main(): Promise<void> {
  const { ACL_USER_PREFIX: prefix, ...kafka } = readSettings(settings, process.env);
  const names = Object.keys(principals) as Principal[];
  if (process.argv.includes('--print')) {
    console.log(names.flatMap((name) => aclCommands(name, prefix + name)).join('\n'));
    return;
  }
  const admin = createKafka(kafka, 'acls', createLog('acls', 'silent')).admin();
  await admin.connect();
  try {
    const acl = names.flatMap((name) => aclsOf(name, prefix + name));
    await admin.createAcls({ acl });
    console.log(`${acl.length} rights of ${names.length} principals`);
  } finally {
    await admin.disconnect();
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exit(error instanceof SettingsError ? 78 : 1);
});
