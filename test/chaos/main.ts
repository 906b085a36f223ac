/**
 * `make chaos`: kills (SIGKILL) and freezes (SIGSTOP, longer than a takeover) parts at random while a simulated file is
 * sent, then compares every figure with the simulation's truth. SEED, EVENTS, FAULTS. On a stack of its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultText } from '../../infra/local/faults';
import type { PartName, Stack } from '../../infra/local/stack';
import { tellOrganisation } from '../../infra/tools/demo/organisation';
import { checkpointFor } from '../../infra/tools/replay/checkpoint';
import { replay } from '../../infra/tools/replay/replay';
import { differs } from '../../infra/tools/report/compare';
import { report, simulatedRange } from '../../infra/tools/report/report';
import { readTruth } from '../../infra/tools/report/truth';
import { toolSettings } from '../../infra/tools/settings';
import { onOwnStack } from '../bench/stack';
import { Random } from '../simulator/core/random';

const portOffset = 7_000;
const { SEED = '1', EVENTS = '100000', FAULTS = '30' } = process.env;
const killable: PartName[] = ['ingest', 'enrich', 'sessionize', 'load', 'clickhouse'];
/** Those that another instance takes over from while they sleep: they must be refused when they wake. */
const freezable: PartName[] = ['enrich', 'sessionize', 'load'];

async function main(): Promise<void> {
  const different = await onOwnStack('chaos', portOffset, async (stack) => {
    const settings = toolSettings({ STACK_DIR: stack.dir, STACK_PORT_OFFSET: String(portOffset) });
    mkdirSync(settings.replayFolder, { recursive: true });
    const [file, truthFile, settingsFile] = ['chaos.ndjson', 'chaos-truth.json', 'chaos-settings.json'].map((name) =>
      join(stack.dir, name),
    );
    const simulator = join(__dirname, '..', 'simulator', 'main.js');
    const outputs = ['--out', file, '--truth', truthFile, '--settings', settingsFile];
    const args = [simulator, '--seed', SEED, '--events', EVENTS, ...outputs];
    if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) throw new Error('the simulator failed');
    await tellOrganisation(settings.clickhouse, JSON.parse(readFileSync(settingsFile, 'utf8')));
    let sent = false;
    const sending = replay({
      ...settings,
      file,
      source: 'events',
      checkpoint: checkpointFor(file, settings.replayFolder),
      rejectsFile: join(settings.replayFolder, 'rejected.ndjson'),
      maxRequests: 4,
    }).finally(() => {
      sent = true;
    });
    const random = Random.of(Number(SEED), 'chaos');
    for (let fault = 1; fault <= Number(FAULTS) && !sent; fault++) {
      await sleep(500 + 2_500 * random.next());
      await strike(stack, random, fault);
    }
    await sending;
    const truth = readTruth(truthFile);
    const comparisons = await report(settings.clickhouse, simulatedRange(truth), truth, (text) =>
      process.stdout.write(text),
    );
    await settings.clickhouse.close();
    return comparisons.some(differs);
  });
  process.exitCode = different ? 1 : 0;
}

async function strike(stack: Stack, random: Random, fault: number): Promise<void> {
  if (random.next() < 0.25) {
    const part = random.pick(freezable);
    const pid = Number(/\d+/.exec(readFileSync(join(stack.dir, `${part}.pid`), 'utf8'))?.[0]);
    const frozenMs = 7_000 + 3_000 * random.next();
    console.error(`fault ${fault}: ${part} sleeps ${(frozenMs / 1_000).toFixed(1)} s`);
    process.kill(pid, 'SIGSTOP');
    await sleep(frozenMs);
    process.kill(pid, 'SIGCONT');
    return;
  }
  const part = random.pick(killable);
  console.error(`fault ${fault}: ${part} is killed`);
  await stack.killPart(part);
  await sleep(300 * random.next());
  await stack.startPart(part);
}

main().catch((error) => {
  console.error(`chaos: ${faultText(error)}`);
  process.exit(1);
});
