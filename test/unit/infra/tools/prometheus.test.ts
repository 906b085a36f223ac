import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { argumentsOf, localConfig, type PrometheusPlan, pages } from '../../../../infra/tools/prometheus/plan';

const plan: PrometheusPlan = {
  portOffset: 100,
  rules: '/project/infra/prometheus',
  compose: readFileSync(resolve(__dirname, '../../../../infra/compose/prometheus.yaml'), 'utf8'),
  config: '/stack/prometheus/prometheus.yaml',
  data: '/stack/prometheus/data',
};

describe('make prometheus', () => {
  test('every service of compose is scraped where the local stack has it, under the same job', () => {
    const config = localConfig(plan);
    const jobs = [...config.matchAll(/job_name: (\w+)\n.*targets: \["(.*?)"\]/g)].map(([, job, target]) => [
      job,
      target,
    ]);
    expect(jobs).toEqual([
      ['ingest', '127.0.0.1:8180'],
      ['enrich', '127.0.0.1:9201'],
      ['sessionize', '127.0.0.1:9202'],
      ['load', '127.0.0.1:9203'],
    ]);
  });

  test('the rules are those of the project', () => {
    expect(localConfig(plan)).toContain('rule_files:\n  - "/project/infra/prometheus/*.rules.yaml"\n');
    expect(localConfig(plan)).not.toContain('/etc/');
  });

  test('a service that a local stack lacks is told', () => {
    const compose = plan.compose.replace('"load:9103"', '"proxy:80"');
    expect(() => localConfig({ ...plan, compose })).toThrow(/scrapes proxy/);
  });

  test('it listens beside the stack, on the loopback address alone', () => {
    expect(argumentsOf(plan)).toContain('--web.listen-address=127.0.0.1:9190');
    expect(pages(100)[0]).toBe('http://127.0.0.1:9190/alerts');
  });
});
