/** `make replay-dead-letters REASON=… [SOURCE=…] [FIX=script.js] [DRY_RUN=1] [AGAIN=1]`: sends refused events again. */
import { join, resolve } from 'node:path';
import type { InteractionEvent } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import { topics } from '../../../services/lib/topics';
import { count, ProgressLine } from '../replay/progress';
import { toolSettings } from '../settings';
import { Ledger } from './ledger';
import { connect } from './letters';
import type { Fix } from './plan';
import { replayLetters } from './replay';

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
  const connection = await connect(settings.brokers, settings.registryUrl);
  const subject = `${topics.raw}-value`;
  const raw = await AvroCodec.register<InteractionEvent>(settings.registryUrl, subject, 'interaction-event.v1');
  const progress = new ProgressLine();
  const result = await replayLetters({
    ...connection,
    raw,
    fix,
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
