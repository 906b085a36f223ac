import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of one process, with Node's own metrics (memory, CPU, event loop). */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
