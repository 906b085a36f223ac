import { Counter, Gauge, type Registry } from 'prom-client';
import type { LateEvent } from './questions';

export interface RepairMetrics {
  rounds: Counter<'result'>;
  commands: Counter;
  repaired: Counter;
  tooLarge: Counter;
  /** What a round has found to wait; it goes on waiting while further rounds do not get to look. */
  observeWaiting(partition: number, late: readonly LateEvent[]): void;
  /** Partitions that have other owners now: these tell of them. */
  keepOnly(partitions: readonly number[]): void;
}

export function repairMetrics(registry: Registry, now: () => number = Date.now): RepairMetrics {
  const registers = [registry];
  /** When the longest waiting event of each partition was received, epoch ms; undefined where none waits. */
  const oldest = new Map<number, number | undefined>();
  const waiting = new Gauge({
    name: 'load_repair_waiting_events',
    help: 'Late events looked at in the last round that are not yet known to be in their sessions; a round takes a part of many',
    labelNames: ['partition'],
    registers,
  });
  new Gauge({
    name: 'load_repair_oldest_waiting_seconds',
    help: 'Time since the longest waiting of them was received; 0 if there are none',
    labelNames: ['partition'],
    registers,
    // Not as of the last look: while commands are on their way, or events are not loaded yet, no round looks.
    collect() {
      this.reset();
      for (const [partition, at] of oldest) {
        this.set({ partition: String(partition) }, at === undefined ? 0 : Math.max(0, now() - at) / 1_000);
      }
    },
  });
  return {
    rounds: new Counter({
      name: 'load_repair_rounds_total',
      help: 'Rounds of the repair: planned, nothing (to do), in_flight (commands on their way), behind (events not loaded yet), unknown (no status yet), failed',
      labelNames: ['result'],
      registers,
    }),
    commands: new Counter({ name: 'load_repair_commands_total', help: 'Commands sent to sessionize', registers }),
    repaired: new Counter({
      name: 'load_repair_repaired_events_total',
      help: 'Late events seen to be in their sessions',
      registers,
    }),
    tooLarge: new Counter({
      name: 'load_repair_too_large_customers_total',
      help: 'Customers with too many events for one repair',
      registers,
    }),
    observeWaiting: (partition, late) => {
      waiting.set({ partition: String(partition) }, late.length);
      const first = late.reduce((least, { received_at }) => Math.min(least, received_at), Number.POSITIVE_INFINITY);
      oldest.set(partition, late.length > 0 ? first : undefined);
    },
    keepOnly: (partitions) => {
      for (const partition of oldest.keys()) {
        if (partitions.includes(partition)) continue;
        oldest.delete(partition);
        waiting.remove({ partition: String(partition) });
      }
    },
  };
}
