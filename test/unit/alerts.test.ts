import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { serviceMetrics } from '../../infra/tools/docs/prometheus-metrics';
import { metricOf, type Rule, rulesIn, ruleTestsIn, seriesIn } from '../support/alert-rules';

const root = resolve(__dirname, '../..');
const folder = join(root, 'infra/prometheus');
const rules = rulesIn(folder);
const alerts = rules.filter(({ alert }) => alert !== undefined) as (Rule & { alert: string })[];
const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
const metrics = new Map(serviceMetrics().map((metric) => [metric.name, metric]));
const tests = ruleTestsIn(join(folder, 'tests'));

/** Series of an expression that nothing tells or records. A histogram tells no series of its bare name. */
const unknown = (expr: string): string[] =>
  seriesIn(expr).filter((series) => {
    if (series === 'up' || recorded.has(series)) return false;
    const metric = metrics.get(series) ?? metrics.get(metricOf(series));
    return !metric || (metric.type === 'histogram') === (metric.name === series);
  });

describe('rules of Prometheus', () => {
  test.each(rules.map((rule) => [rule.alert ?? `${rule.record} ${rule.labels?.component ?? ''}`, rule.expr]))(
    '%s reads series that exist',
    (_name, expr) => {
      expect(unknown(expr)).toEqual([]);
      expect(seriesIn(expr).length).toBeGreaterThan(0);
    },
  );

  test.each([
    ['sum by (topic) (rate(load_gone_total[5m])) > 0.1', ['load_gone_total']],
    ['load_lag_seconds and load_insert_latency_seconds', ['load_insert_latency_seconds']],
    ['load_lag_seconds_count', ['load_lag_seconds_count']],
    ['rate(load_insert_latency_seconds_sum{topic="no_metric"}[1h]) / scalar(load_rows)', ['load_rows']],
  ])('what does not exist is found in %s', (expr, missing) => {
    expect(unknown(expr)).toEqual(missing);
  });
});

describe.each(alerts.map((alert) => [alert.alert, alert] as const))('the alert %s', (name, alert) => {
  test('has a severity, a summary, a description and a runbook page that says what it is and when it was tried', () => {
    expect(['critical', 'warning']).toContain(alert.labels?.severity);
    const { summary, description, runbook } = alert.annotations ?? {};
    for (const text of [summary, description]) expect(text?.length).toBeGreaterThan(20);
    expect(runbook).toMatch(/^docs\/runbooks\/[a-z-]+\.md$/);
    expect(existsSync(join(root, runbook as string))).toBe(true);
    const page = readFileSync(join(root, runbook as string), 'utf8');
    expect(page).toContain(`\`${name}\``);
    expect(page).toMatch(/^## Tried$/m);
    expect(page).toMatch(/2026-\d\d-\d\d/);
  });

  const asked = tests.flatMap(({ promql_expr_test = [], alert_rule_test = [] }) => [
    ...promql_expr_test
      .filter(({ expr }) => isAbout(expr, alert))
      .map(({ exp_samples = [] }) => exp_samples.some(({ labels }) => labels.includes(`"${name}"`))),
    ...alert_rule_test
      .filter(({ alertname }) => alertname === name)
      .map(({ exp_alerts = [] }) => exp_alerts.length > 0),
  ]);

  test('is tested to fire and to be silent', () => {
    expect(asked).toContain(true);
    expect(asked).toContain(false);
  });
});

/** Whether a question about ALERTS would tell of this alert. */
function isAbout(expr: string, { alert, labels }: Rule): boolean {
  const selector = /^ALERTS\{(.*)\}$/.exec(expr)?.[1];
  if (selector === undefined) return false;
  const values: Record<string, string> = { alertname: alert as string, slo: '', alertstate: 'firing', ...labels };
  return [...selector.matchAll(/(\w+)(=~|!=|=)"([^"]*)"/g)].every(([, label, operator, value]) => {
    const own = values[label] ?? '';
    if (operator === '=~') return new RegExp(`^(?:${value})$`).test(own);
    return (own === value) === (operator === '=');
  });
}
