// First of all: each running statement holds a thread of this pool, and files and compression need some besides. Its
// size is fixed at first use, so nothing before this line may have used it.
process.env.UV_THREADPOOL_SIZE ??= '128';
// The engine's time zone, whatever the machine's: without it timestamps would mean something else on each machine.
process.env.TZ = 'UTC';

import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { readSettings, SettingsError } from '../../../services/lib/settings';
import { errorMessage, StackFault, systemErrorCode } from '../faults';
import { withLock } from '../lock';
import { findPortHolder, takenPortSentence } from '../port-holder';
import { Engine } from './engine';
import { Pool } from './pool';
import { repairDataDir } from './repair';
import { createFront, type FrontDeps } from './server';
import { type FrontSettings, frontSettings } from './settings';
import { Spool } from './spool';

const exitCodes = { ok: 0, failed: 1, settings: 78 } as const;
/** How long running statements get to end by themselves when the front is stopped. */
const stopWithinMs = 15_000;
/** A statement that does not notice its time limit by itself is killed this much later. */
const killGraceMs = 5_000;

main().then(
  // Not left to the event loop: the engine's threads keep a process alive.
  () => process.exit(exitCodes.ok),
  (error: unknown) => {
    const settingsAreWrong = error instanceof SettingsError;
    console.error(settingsAreWrong || error instanceof StackFault ? error.message : error);
    process.exit(settingsAreWrong ? exitCodes.settings : exitCodes.failed);
  },
);

async function main(): Promise<void> {
  const settings = readSettings(frontSettings, process.env);
  const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const front = createFront();
  await listen(front.server, settings);
  const dataDir = settings.CLICKHOUSE_DATA_DIR;
  mkdirSync(dataDir, { recursive: true });
  const lock = { waitMs: 0, holderDoes: `serves the data in ${dataDir}` };
  await withLock(join(dataDir, 'front.lock'), lock, async () => {
    const deps = await open(settings);
    front.serve(deps);
    console.log(`ClickHouse ${deps.version} answers on ${addressOf(front.server)}, data in ${dataDir}`);
    await stop;
    front.stopServing();
    front.server.close();
    await shut(deps);
    front.server.closeAllConnections();
  });
}

/** The only order that loses nothing: repair and sweep before the engine has opened the directory, never after. */
async function open(settings: FrontSettings): Promise<FrontDeps> {
  const dataDir = settings.CLICKHOUSE_DATA_DIR;
  for (const [log, dropped] of repairDataDir(dataDir)) {
    console.log(
      `Repaired ${log}: ${dropped.length} blocks were noted but not written before a kill; a repeat is let in`,
    );
  }
  const spool = Spool.prepare(dataDir, settings.READ_SESSIONS);
  const maxMemoryBytes = settings.MAX_SERVER_MEMORY_BYTES;
  const backupDir = settings.CLICKHOUSE_BACKUP_DIR;
  const usersConfig = settings.CLICKHOUSE_USERS_CONFIG;
  const engine = await Engine.open({
    dataDir,
    configPath: spool.configPath,
    maxMemoryBytes,
    backupDir,
    usersConfig,
  }).catch((error: unknown) => {
    throw new StackFault(`The engine cannot open ${dataDir}: ${errorMessage(error)}`);
  });
  const pool = new Pool({
    places: { write: settings.WRITE_SESSIONS, read: settings.READ_SESSIONS },
    queueLimit: settings.QUEUE_LIMIT,
    queueWaitMs: settings.QUEUE_WAIT_SECONDS * 1_000,
  });
  return {
    engine,
    pool,
    spool,
    host: settings.HOST,
    version: engine.version,
    maxExecutionTimeSeconds: settings.MAX_EXECUTION_TIME_SECONDS,
    killAfterMs: settings.MAX_EXECUTION_TIME_SECONDS * 1_000 + killGraceMs,
    stallMs: settings.STALL_SECONDS * 1_000,
  };
}

async function shut({ engine, pool, spool }: FrontDeps): Promise<void> {
  const isIdle = await pool.whenIdle(stopWithinMs);
  // Closing under a running statement aborts the engine; what it leaves then is what any kill leaves.
  if (isIdle) engine.close();
  else console.error(`Stopped with statements still running after ${stopWithinMs / 1_000} s`);
  spool.sweep();
}

async function listen(server: Server, { HOST, PORT }: FrontSettings): Promise<void> {
  server.listen(PORT, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (systemErrorCode(error) !== 'EADDRINUSE') {
      throw new StackFault(`Port ${PORT} on ${HOST} cannot be opened: ${errorMessage(error)}`);
    }
    throw new StackFault(takenPortSentence(PORT, 'ClickHouse', findPortHolder(PORT)));
  }
}

function addressOf(server: Server): string {
  const address = server.address();
  return typeof address === 'object' && address !== null
    ? `http://${address.address}:${address.port}`
    : String(address);
}
