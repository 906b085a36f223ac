import type { Registry } from 'prom-client';
import type { Erasures } from '../lib/erasures';
import type { Log } from '../lib/log';
import { FollowUps } from './follow-ups/follow-ups';
import { followUpMetrics } from './follow-ups/metrics';
import type { CommandProducer } from './repair/command-producer';
import { repairMetrics } from './repair/metrics';
import { Repairer } from './repair/repairer';
import type { LoadSettings } from './settings';
import type { Warehouse } from './warehouse';

export interface JobDeps {
  warehouse: Warehouse;
  commands: CommandProducer;
  erasures: Erasures;
  registry: Registry;
  log: Log;
}

/** What load does with what it has loaded, by the clock: the repair of late events, and what followed contacts by day. */
export function startJobs(
  { warehouse, commands, erasures, registry, log }: JobDeps,
  settings: LoadSettings,
  ownedPartitions: () => number[],
): { repairer: Repairer; followUps: FollowUps } {
  const common = { warehouse, log, now: Date.now };
  return {
    repairer: new Repairer({
      ...common,
      commands,
      ownedPartitions,
      metrics: repairMetrics(registry),
      isErased: ({ customer_id, at, received_at }) => erasures.covers(customer_id, { occurred_at: at, received_at }),
      everyMs: settings.REPAIR_EVERY_MS,
      customersPerRound: settings.REPAIR_CUSTOMERS_PER_ROUND,
      maxEvents: settings.REPAIR_MAX_EVENTS,
      maxRoundEvents: 50_000,
      maxBytes: 15 * 1_048_576,
    }),
    followUps: new FollowUps({
      ...common,
      isOwner: () => ownedPartitions().includes(0),
      metrics: followUpMetrics(registry),
      everyMs: settings.FOLLOW_UPS_EVERY_MS,
      windowsDays: settings.FOLLOW_UPS_WINDOWS_DAYS,
      secondsPerRound: settings.FOLLOW_UPS_SECONDS_PER_ROUND,
    }),
  };
}
