import type { z } from 'zod';
import { createLog, type Log } from './log';
import type { Refused } from './refusal';
import { readSettings, SettingsError } from './settings';
import { startTracing, type Tracing } from './tracing';

/** What a started service gives back: `stop` drains and closes, and is called once. */
export interface Running {
  stop(): Promise<void>;
  /** Settles when a server turns out to refuse us while we start; never otherwise. */
  refused?: Promise<Refused>;
}

/** Longest a drained shutdown may take before the process ends anyway. Kafka's session time-out frees what is left. */
const stopDeadlineMs = 20_000;

/**
 * Runs a service from its `main.ts`: checks settings (all faults together, exit 78), starts, and on SIGTERM or SIGINT
 * stops once, drained. Traces are on where OpenTelemetry's variables say so. A start that fails says why in one line and exits with 1,
 * or with 78 where Kafka, the registry or ClickHouse refuse a password or a certificate: those are settings too.
 */
export async function runService<T extends z.ZodObject<{ LOG_LEVEL: z.ZodType<string> }>>(
  service: string,
  schema: T,
  env: Record<string, string | undefined>,
  start: (settings: z.infer<T>, log: Log, tracing: Tracing | undefined) => Promise<Running>,
): Promise<void> {
  let settings: z.infer<T>;
  try {
    settings = readSettings(schema, env);
  } catch (error) {
    console.error(error instanceof SettingsError ? `${service}: ${error.message}` : error);
    process.exit(78);
  }
  const log = createLog(service, settings.LOG_LEVEL as string);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  try {
    const tracing = await startTracing(service, env, log);
    const running = await start(settings, log, tracing);
    let stopping = false;
    const stop = (signal: string): void => {
      if (stopping) return;
      stopping = true;
      log.info({ signal }, 'stopping');
      setTimeout(() => process.exit(1), stopDeadlineMs).unref();
      stopAll(running, tracing).then(
        () => process.exit(0),
        (error) => {
          log.error({ err: error }, 'stop failed');
          process.exit(1);
        },
      );
    };
    void running.refused?.then(({ message }) => {
      console.error(`${service}: ${message}`);
      process.exit(78);
    });
    process.on('SIGTERM', () => stop('SIGTERM'));
    process.on('SIGINT', () => stop('SIGINT'));
  } catch (error) {
    console.error(`${service}: ${startFault(error)}`);
    // Files that settings name are read by the start.
    process.exit(error instanceof SettingsError ? 78 : 1);
  }
}

/** The service first, so that its last spans are sent. */
async function stopAll(running: Running, tracing: Tracing | undefined): Promise<void> {
  await running.stop();
  await tracing?.stop().catch(() => undefined);
}

function startFault(error: unknown): string {
  const { code, port, message } = error as { code?: string; port?: number; message?: string };
  if (code === 'EADDRINUSE') return `port ${port} is taken; stop what holds it or set PORT`;
  return message ?? String(error);
}
