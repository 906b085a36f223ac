import { Registry } from 'prom-client';
import { enrichMetrics, modelServerMetrics } from '../../../services/enrich/metrics';
import { startCanaries } from '../../../services/ingest/canary';
import { createIngestMetrics } from '../../../services/ingest/metrics';
import { certificateMetric } from '../../../services/lib/certificates';
import { consumerMetrics } from '../../../services/lib/consumer-metrics';
import { createLog } from '../../../services/lib/log';
import { followUpMetrics } from '../../../services/load/follow-ups/metrics';
import { loadMetrics } from '../../../services/load/metrics';
import { repairMetrics } from '../../../services/load/repair/metrics';
import { sessionizeMetrics } from '../../../services/sessionize/metrics';

/** A metric as its service registers it. */
export interface ServiceMetric {
  service: string;
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  labels: readonly string[];
  help: string;
}

/** What each service registers at its start, as its `main.ts` does; Node's own metrics aside. */
const registered: Readonly<Record<string, (registry: Registry) => void>> = {
  ingest: (registry) => {
    createIngestMetrics(registry, { inFlightBytes: () => 0, spoolBytes: () => 0 });
    const nothing = { partitions: async () => 0, send: async () => undefined, now: () => 0 };
    startCanaries({ ...nothing, everyMs: 0, registry, log: createLog('docs', 'silent') });
  },
  enrich: (registry) => {
    modelServerMetrics(registry, enrichMetrics(registry));
    consumerMetrics(registry, 'enrich');
  },
  sessionize: (registry) => {
    sessionizeMetrics(registry);
    consumerMetrics(registry, 'sessionize');
  },
  load: (registry) => {
    loadMetrics(registry);
    repairMetrics(registry);
    followUpMetrics(registry);
  },
};

/** Every metric of every service, by service and name. */
export function serviceMetrics(): ServiceMetric[] {
  return Object.entries(registered).flatMap(([service, register]) => {
    const registry = new Registry();
    register(registry);
    certificateMetric(registry, service, {});
    const metrics = registry.getMetricsAsArray() as unknown as Inside[];
    return metrics
      .map(({ name, help, type, labelNames }) => ({
        service,
        name,
        type,
        labels: labelNames.filter((label) => label !== 'le'),
        help,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

/** What prom-client keeps of a metric, which its types do not tell. */
interface Inside {
  name: string;
  help: string;
  labelNames: string[];
  type: ServiceMetric['type'];
}

/** `docs/prometheus-metrics.md`: a pure function of what the services register. */
export function renderMetrics(metrics: readonly ServiceMetric[]): string {
  const services = [...new Set(metrics.map(({ service }) => service))];
  const row = ({ name, type, labels, help }: ServiceMetric): string =>
    `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
  return `${[
    '# Prometheus metrics',
    'Written by `make docs` from what the services register: change it there. What names, units and labels follow is in [services/lib](../services/lib/README.md#metrics); beside these each service tells Node’s own (`process_*`, `nodejs_*`), all with the label `service`. Alerts and recording rules: [infra/prometheus](../infra/prometheus/README.md).',
    ...services.map((service) =>
      [
        `## ${service}`,
        '',
        '| metric | type | labels | what |',
        '|---|---|---|---|',
        ...metrics.filter((metric) => metric.service === service).map(row),
      ].join('\n'),
    ),
  ].join('\n\n')}\n`;
}
