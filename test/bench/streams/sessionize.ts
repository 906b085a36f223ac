import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StackAddresses } from '../../../infra/local/stack';
import { metricSum } from '../../support/metric-sum';
import { type Contender, startContender, until } from './process';

/** The compiled service, and its form with counts and bounds only, beside this compiled file. */
const scripts = {
  sessionize: join(__dirname, '..', '..', '..', 'services', 'sessionize', 'main.js'),
  sessionize_bounds: join(__dirname, 'bounds-main.js'),
};
export type SessionizeForm = keyof typeof scripts;

export interface SessionizeRun {
  form?: SessionizeForm;
  groupId: string;
  addresses: StackAddresses;
  heap_mb: number;
  /** All that is open by default, as Streams' cache holds it. */
  hotCustomers?: number;
  /** Settings other than the comparison's. */
  env?: Record<string, string>;
  log: string;
  /** A folder for a CPU profile, or undefined. */
  profileDir: string | undefined;
}

/** Starts the real service with its own defaults and resolves when it has its partitions. */
export async function startSessionize(options: SessionizeRun): Promise<Contender> {
  const script = scripts[options.form ?? 'sessionize'];
  if (!existsSync(script)) throw new Error(`${script} is missing: build the project first with \`npm run build\``);
  const { addresses, profileDir } = options;
  const profile = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const contender = startContender(
    process.execPath,
    [`--max-old-space-size=${options.heap_mb}`, '--max-semi-space-size=64', ...profile, script],
    {
      KAFKA_BROKERS: addresses.kafkaBrokers,
      SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
      HOST: addresses.host,
      PORT: String(addresses.ports.sessionize),
      SESSIONIZE_GROUP_ID: options.groupId,
      LOG_LEVEL: 'warn',
      // As Streams does it: updates with every commit, and all that is open in the cache.
      REVISION_EVERY_MS: '0',
      STATE_HOT_CUSTOMERS: String(options.hotCustomers ?? 1_000_000),
      ...options.env,
    },
    options.log,
  );
  await until('sessionize to be ready', 60_000, 20, async () => {
    contender.assertRunning();
    return (await fetch(`${addresses.sessionizeUrl}/readyz`).catch(() => undefined))?.ok ?? false;
  });
  return contender;
}

export interface SessionizeFigures {
  commits: number;
  change_sets: number;
  sessionised: number;
  failures: number;
}

/** What the service has counted so far. */
export async function sessionizeFigures({ sessionizeUrl }: StackAddresses): Promise<SessionizeFigures> {
  const text = await (await fetch(`${sessionizeUrl}/metrics`)).text();
  return {
    commits: metricSum(text, 'sessionize_transaction_seconds_count'),
    change_sets: metricSum(text, 'sessionize_change_sets_total'),
    sessionised: metricSum(text, 'sessionize_events_total', 'result="sessionised"'),
    failures: metricSum(text, 'sessionize_partition_failures_total'),
  };
}
