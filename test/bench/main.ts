/**
 * `make bench`: freshness at 2,000 events/s with everything on this machine (three rounds, medians), the speed of a
 * replay, and the memory of every part. On a stack of its own; prints JSON.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { faultText } from '../../infra/local/faults';
import { checkpointFor } from '../../infra/tools/replay/checkpoint';
import { replay } from '../../infra/tools/replay/replay';
import { toolSettings } from '../../infra/tools/settings';
import { type Freshness, freshness } from './freshness';
import { peakMemory } from './memory';
import { onOwnStack } from './stack';

const portOffset = 6_000;
const { RATE = '2000', SECONDS = '40', ROUNDS = '3', EVENTS = '205000' } = process.env;

async function main(): Promise<void> {
  const result = await onOwnStack('bench', portOffset, async (stack) => {
    const settings = toolSettings({ STACK_DIR: stack.dir, STACK_PORT_OFFSET: String(portOffset) });
    mkdirSync(settings.replayFolder, { recursive: true });
    const file = join(stack.dir, 'bench.ndjson');
    const simulator = join(__dirname, '..', 'simulator', 'main.js');
    spawnSync(process.execPath, [simulator, '--events', EVENTS, '--out', file], { stdio: 'inherit' });
    const sent = await replay({
      ...settings,
      file,
      source: 'events',
      checkpoint: checkpointFor(file, settings.replayFolder),
      rejectsFile: join(settings.replayFolder, 'rejected.ndjson'),
      maxRequests: 4,
    });
    const rounds: Freshness[] = [];
    for (let round = 0; round < Number(ROUNDS); round++) {
      rounds.push(await freshness(settings.ingestUrl, settings.clickhouse, Number(RATE), Number(SECONDS) * 1_000));
      console.error(JSON.stringify(rounds.at(-1)));
    }
    await settings.clickhouse.close();
    const median = (pick: (round: Freshness) => number): number =>
      rounds.map(pick).sort((a, b) => a - b)[rounds.length >> 1];
    return {
      machine: { cores: cpus().length, cpu: cpus()[0]?.model, node: process.version },
      replay: {
        events: sent.accepted,
        sent_seconds: sent.sentMs / 1_000,
        loaded_seconds: sent.loadedMs / 1_000,
        events_per_second_loaded: Math.round((sent.accepted / sent.loadedMs) * 1_000),
      },
      freshness: {
        median_p50_ms: median(({ p50_ms }) => p50_ms),
        median_p99_ms: median(({ p99_ms }) => p99_ms),
        rounds,
      },
      peak_rss_mb: peakMemory(stack.dir),
    };
  });
  console.log(JSON.stringify(result, null, 2));
}

main().catch((error) => {
  console.error(`bench: ${faultText(error)}`);
  process.exit(1);
});
