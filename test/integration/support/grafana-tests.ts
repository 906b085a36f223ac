import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { builtDist, projectRoot } from './build';

/** Stands for Grafana: it answers where it is told to, and tells what it was started with. */
const fake = `#!${process.execPath}
const { env, argv } = process;
require('node:fs').writeFileSync(env.FAKE_TELLS, JSON.stringify({ env, args: argv.slice(2) }));
const server = require('node:http').createServer((request, response) => response.end('{"database":"ok"}'));
server.listen(Number(env.GF_SERVER_HTTP_PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

/** Tests of `make grafana`, on a stack that holds the demo's data. Grafana itself is not run. */
export function grafanaTests(url: () => string): void {
  const folder = join(projectRoot, '.local', 'test-grafana');
  const tells = join(folder, 'started.json');
  const own = { STACK_DIR: folder, CLICKHOUSE_URL: '', STACK_PORT_OFFSET: '', FAKE_TELLS: tells };
  let script: string;
  beforeAll(async () => {
    script = join(await builtDist(), 'infra/tools/grafana/main.js');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin', 'grafana'), fake);
    chmodSync(join(folder, 'bin', 'grafana'), 0o755);
    own.CLICKHOUSE_URL = url();
    own.STACK_PORT_OFFSET = String(Number(new URL(url()).port) - 8123);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('a Grafana on PATH is started on the dashboards, and the address shows the days with data', async () => {
    const env = { ...process.env, ...own, PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}` };
    const child = spawn(process.execPath, [script], { cwd: projectRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = text(child.stdout);
    const stopped = new Promise((done) => child.once('exit', done));
    child.stdout.on('data', (chunk) => String(chunk).includes('Ctrl-C') && child.kill('SIGTERM'));
    expect(await stopped).toBe(0);
    const from = Date.UTC(2026, 2, 2);
    expect(await printed).toContain(`/d/cd-volume-trends?from=${from}&to=${from + 8 * 86_400_000}`);
    const { env: given, args } = JSON.parse(readFileSync(tells, 'utf8')) as {
      env: Record<string, string>;
      args: string[];
    };
    expect(args[0]).toBe('server');
    const sources = JSON.parse(
      readFileSync(join(given.GF_PATHS_PROVISIONING!, 'datasources/customer-dynamics.yaml'), 'utf8'),
    );
    expect(sources.datasources[0]).toMatchObject({
      type: 'grafana-clickhouse-datasource',
      jsonData: {
        protocol: 'http',
        host: '127.0.0.1',
        port: Number(new URL(own.CLICKHOUSE_URL).port),
        username: 'viewer',
      },
    });
    const dashboards = JSON.parse(
      readFileSync(join(given.GF_PATHS_PROVISIONING!, 'dashboards/customer-dynamics.yaml'), 'utf8'),
    );
    expect(dashboards.providers[0].options.path).toBe(join(projectRoot, 'dashboards/generated'));
  }, 180_000);

  test('without Grafana and Docker it says how to get one', () => {
    const env = { ...process.env, ...own, PATH: join(folder, 'nothing') };
    const { status, stderr } = spawnSync(process.execPath, [script], { cwd: projectRoot, env, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('grafana.com/grafana/download') });
  });
}
