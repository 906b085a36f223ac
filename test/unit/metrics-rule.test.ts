import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { renderMetrics, type ServiceMetric, serviceMetrics } from '../../infra/tools/docs/prometheus-metrics';

const root = resolve(__dirname, '../..');
/** The written rule; units and labels are read from it, so that it cannot fall behind. */
const page = readFileSync(join(root, 'services/lib/README.md'), 'utf8');
const start = page.indexOf('\n## Metrics');
const section = page.slice(start, page.indexOf('\n## ', start + 1));
const counted =
  /<!-- units -->([\s\S]*?)<!-- \/units -->/
    .exec(section)?.[1]
    .split(',')
    .map((unit) => unit.trim()) ?? [];
const units = new Set(['seconds', 'bytes', 'timestamp_seconds', 'partition', ...counted]);
const labels = new Set(
  [...section.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, names]) => [...names.matchAll(/`(\w+)`/g)].map(([, it]) => it)),
);

/** What is wrong with a metric by the rule. */
function faults({ service, name, type, labels: own, help }: ServiceMetric): string[] {
  const found: string[] = [];
  const bare = name.replace(/_total$/, '');
  const words = bare.split('_');
  const unit = words.at(-1) as string;
  if (!/^[a-z]+(_[a-z]+)+$/.test(name)) found.push('letters and single underscores only');
  if (words[0] !== service) found.push(`the namespace must be ${service}`);
  if (!units.has(unit)) found.push(`${unit} is no unit of the rule`);
  if (words.length < 3 && unit !== 'rows' && unit !== 'bytes' && !counted.includes(unit)) found.push('it has no name');
  if ((type === 'counter') !== name.endsWith('_total')) found.push('_total on counters, and only there');
  if (/_(count|sum|bucket|info|total)$/.test(bare)) found.push('ends like a series that Prometheus makes itself');
  if (/(^|_)(ms|milliseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent)(_|$)/.test(bare))
    found.push('base units');
  if (/(^|_)timestamp(_|$)/.test(bare) && !bare.endsWith('_timestamp_seconds')) found.push('a time is in seconds');
  for (const label of own) if (!labels.has(label)) found.push(`the label ${label} has no bound in the rule`);
  if (help.length < 12 || help.endsWith('.') || !/^[A-Z]/.test(help)) found.push('the help is no phrase');
  return found;
}

const metrics = serviceMetrics();

describe('the written rule of metrics', () => {
  test('lists units and labels', () => {
    expect(counted.length).toBeGreaterThan(10);
    expect(labels).toContain('source_system');
  });

  test.each(metrics)('$name follows it', (metric) => {
    expect(faults(metric)).toEqual([]);
  });

  test('every unit and label of it is in use', () => {
    const used = new Set(
      metrics.flatMap(({ name }) =>
        name
          .replace(/_total$/, '')
          .split('_')
          .at(-1),
      ),
    );
    const usedLabels = new Set(metrics.flatMap(({ labels: own }) => own));
    expect(counted.filter((unit) => !used.has(unit))).toEqual([]);
    expect([...labels].filter((label) => !usedLabels.has(label))).toEqual([]);
  });

  test.each([
    ['load_lag_ms', 'gauge', []],
    ['load_events', 'counter', []],
    ['load_open_sessions_total', 'gauge', []],
    ['lag_seconds', 'gauge', []],
    ['load_watermark', 'gauge', []],
    ['load_lag_seconds', 'gauge', ['customer_id']],
    ['load_rows_count', 'gauge', []],
    ['load_watermark_timestamp', 'gauge', []],
  ] as const)('%s as a %s with labels %j does not', (name, type, own) => {
    const metric = { service: 'load', name, type, labels: own, help: 'A phrase that would do' };
    expect(faults(metric)).not.toEqual([]);
  });

  test('docs/prometheus-metrics.md is what `make docs` would write', () => {
    expect(readFileSync(join(root, 'docs/prometheus-metrics.md'), 'utf8')).toBe(renderMetrics(metrics));
  });
});
