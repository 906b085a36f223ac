/** `make replay-dead-letters REASON=… [SOURCE=…] [FIX=script.js] [DRY_RUN=1] [AGAIN=1]`: sends refused events again. */
import { join, resolve } from 'node:path';
import type { CountryCode } from 'libphonenumber-js/min';
import { z } from 'zod';
import type { InteractionEvent } from '../../../schemas/types';
import { unsafeIdentityKey } from '../../../services/enrich/settings';
import { AvroCodec } from '../../../services/lib/avro';
import { ErasureLog } from '../../../services/lib/erasure-log';
import type { Kafka } from '../../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { erasureSettings, readSettings } from '../../../services/lib/settings';
import { topics } from '../../../services/lib/topics';
import { erasedBy } from '../erase/erased';
import { count, ProgressLine } from '../replay/progress';
import { toolSettings } from '../settings';
import { Ledger } from './ledger';
import { connect } from './letters';
import type { Fix } from './plan';
import { replayLetters } from './replay';

/** As enrich has them: who a dead letter is about, and who has been erased. */
const own = z.object({
  ...erasureSettings,
  IDENTITY_KEY: z.string().min(16).default(unsafeIdentityKey),
  DEFAULT_COUNTRY: z.string().optional(),
});

/** Whether an event is of a time that was erased of its person. Enrich would drop it too; this says so beforehand. */
async function erasedIn(kafka: Kafka, registryUrl: string): Promise<(event: InteractionEvent) => boolean> {
  const { ERASURE_KEY, IDENTITY_KEY, DEFAULT_COUNTRY } = readSettings(own, process.env);
  const admin = kafka.admin();
  await admin.connect();
  const reader = await PartitionReader.connect(kafka);
  const { erasures } = await ErasureLog.open({ admin, reader }, registryUrl, ERASURE_KEY);
  await Promise.all([admin.disconnect(), reader.disconnect()]);
  const identity = { key: IDENTITY_KEY, country: DEFAULT_COUNTRY as CountryCode | undefined };
  return erasedBy(erasures, identity);
}

function fixOf(path: string | undefined): Fix | undefined {
  if (!path) return undefined;
  const loaded = require(resolve(path)) as { fix?: unknown; default?: unknown };
  const fix = typeof loaded === 'function' ? loaded : (loaded.fix ?? loaded.default);
  if (typeof fix !== 'function') throw new Error(`${path} exports no function: module.exports = (letter) => …`);
  return fix as Fix;
}

async function main(): Promise<void> {
  const { REASON = '', SOURCE, FIX, DRY_RUN, AGAIN } = process.env;
  if (REASON === '') throw new Error('name the reason: make replay-dead-letters REASON=… (see `make dead-letters`)');
  const fix = fixOf(FIX);
  const settings = toolSettings(process.env);
  await settings.clickhouse.close();
  const dryRun = DRY_RUN === '1' || DRY_RUN === 'true';
  const connection = await connect(settings.kafka, settings.schemaRegistryUrl);
  const subject = `${topics.raw}-value`;
  const raw = await AvroCodec.register<InteractionEvent>(settings.schemaRegistryUrl, subject, 'interaction-event.v1');
  const progress = new ProgressLine();
  const result = await replayLetters({
    ...connection,
    raw,
    fix,
    isErased: await erasedIn(connection.kafka, settings.schemaRegistryUrl),
    dryRun,
    ledger: Ledger.open(join(settings.stackDir, 'dead-letters')),
    selection: { reason: REASON, source: SOURCE || undefined, again: AGAIN === '1' || AGAIN === 'true' },
    onProgress: ({ sent }) => progress.show(`${count(sent)} letters`),
  });
  progress.end(`${dryRun ? 'would send' : 'sent'} ${count(result.sent)} letters again`);
  console.log(JSON.stringify({ dry_run: dryRun, ...result }, null, 2));
}

main().catch((error) => {
  console.error(`replay-dead-letters: ${(error as Error).message}`);
  process.exit(1);
});
