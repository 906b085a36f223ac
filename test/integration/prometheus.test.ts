import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { prometheusPort } from '../../infra/tools/prometheus/plan';
import { builtDist, projectRoot } from './support/build';
import { hasPromtool, runPromtool } from './support/promtool';
import { workerPortOffset } from './support/stack';

// The first run builds promtool.
jest.setTimeout(600_000);

/** Stands for Prometheus: it answers where it is told to, unless its configuration says something of a fault. */
const fake = `#!${process.execPath}
const option = (name) => process.argv.find((it) => it.startsWith('--' + name + '=')).slice(name.length + 3);
if (process.env.FAKE_FAULT) { console.error(process.env.FAKE_FAULT); process.exit(2); }
const [host, port] = option('web.listen-address').split(':');
require('node:http').createServer((request, response) => response.end(request.url)).listen(Number(port), host);
process.on('SIGTERM', () => process.exit(0));
`;

describe('make prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const offset = workerPortOffset();
  const env = {
    STACK_DIR: folder,
    STACK_PORT_OFFSET: String(offset),
    PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}`,
  };
  let script: string;
  beforeAll(async () => {
    script = join(await builtDist(), 'infra/tools/prometheus/main.js');
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'prometheus'), fake);
    chmodSync(join(folder, 'bin', 'prometheus'), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('a Prometheus on PATH is started, its pages are told, and it ends with the command', async () => {
    const child = spawn(process.execPath, [script], { cwd: projectRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = text(child.stdout);
    const stopped = new Promise((done) => child.once('exit', done));
    child.stdout.on('data', (chunk) => String(chunk).includes('Ctrl-C') && child.kill('SIGTERM'));
    expect(await stopped).toBe(0);
    const url = `http://127.0.0.1:${prometheusPort(offset)}`;
    expect(await printed).toContain(`${url}/alerts`);
    await expect(fetch(url)).rejects.toThrow();
  });

  (hasPromtool ? test : test.skip)('what it is given is a configuration (needs Go, or promtool)', async () => {
    const config = join(folder, 'prometheus', 'prometheus.yaml');
    expect(readFileSync(config, 'utf8')).toContain(join(projectRoot, 'infra', 'prometheus'));
    expect(await runPromtool(['check', 'config', config], folder)).toEqual({ code: 0, output: expect.anything() });
  });

  test('one that ends by itself ends the command with its code and words', () => {
    const options = { cwd: projectRoot, env: { ...env, FAKE_FAULT: 'a faulty rule' }, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], options);
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: 'a faulty rule\n' });
  });

  test('without one it says how to get one', () => {
    const options = { cwd: projectRoot, env: { ...env, PATH: dirname(process.execPath) }, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(process.execPath, [script], options);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('prometheus.io/download') });
  });
});
