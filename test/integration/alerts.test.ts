import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { projectRoot } from './support/build';
import { hasPromtool, promtool, runPromtool } from './support/promtool';

// The first run builds promtool.
jest.setTimeout(600_000);

const folder = join(projectRoot, 'infra', 'prometheus');
const namesIn = (name: string): string[] => readdirSync(join(folder, name)).map((file) => join(name, file));
const succeeds = { code: 0, output: expect.anything() };

(hasPromtool ? describe : describe.skip)('alerts and recording rules (needs Go, or promtool)', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'alerts-'));

  beforeAll(() => promtool());
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test('rules are rules, and what compose gives Prometheus is a configuration', async () => {
    expect(await runPromtool(['check', 'rules', 'recording.rules.yaml', 'alerts.rules.yaml'], folder)).toEqual(
      succeeds,
    );
    const config = join(projectRoot, 'infra', 'compose', 'prometheus.yaml');
    expect(await runPromtool(['check', 'config', config], folder)).toEqual(succeeds);
  });

  test.each(namesIn('tests'))('%s: alerts fire and are silent as it says', async (file) => {
    expect(await runPromtool(['test', 'rules', file], folder)).toEqual(succeeds);
  });

  test.each([
    ['a threshold that is never reached', 'partition_parts) > 1000', 'partition_parts) > 1000000', 'clickhouse.yml'],
    ['a threshold that is always reached', 'partition_parts) > 300', 'partition_parts) >= 0', 'clickhouse.yml'],
    ['an alert that does not wait', 'for: 2m', 'for: 0s', 'services.yml'],
    ['a metric of another name', 'load_insert_retries_total', 'load_insert_tries_total', 'clickhouse.yml'],
  ])('%s makes the tests fail', async (_name, from, to, file) => {
    const copy = join(scratch, file + from.length);
    cpSync(folder, copy, { recursive: true });
    const rules = join(copy, 'alerts.rules.yaml');
    const text = readFileSync(rules, 'utf8');
    expect(text).toContain(from);
    writeFileSync(rules, text.replaceAll(from, to));
    expect((await runPromtool(['test', 'rules', join('tests', file)], copy)).code).toBe(1);
  });
});
