import { Counter, Gauge, type Registry } from 'prom-client';
import type { LateEvent } from './questions';

export interface RepairMetrics {
  rounds: Counter<'result'>;
  commands: Counter;
  repaired: Counter;
  tooLarge: Counter;
  observeWaiting(partition: number, late: readonly LateEvent[], now: number): void;
}

export function repairMetrics(registry: Registry): RepairMetrics {
  const registers = [registry];
  const waiting = new Gauge({
    name: 'load_repair_waiting_events',
    help: 'Late events looked at in the last round that are not yet known to be in their sessions; a round takes a part of many',
    labelNames: ['partition'],
    registers,
  });
  const age = new Gauge({
    name: 'load_repair_oldest_waiting_seconds',
    help: 'Time since the longest waiting of them was received; 0 if there are none',
    labelNames: ['partition'],
    registers,
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
    observeWaiting: (partition, late, now) => {
      const labels = { partition: String(partition) };
      waiting.set(labels, late.length);
      const oldest = late.reduce((least, { received_at }) => Math.min(least, received_at), now);
      age.set(labels, Math.max(0, now - oldest) / 1_000);
    },
  };
}
