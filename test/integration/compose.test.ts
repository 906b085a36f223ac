import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { projectRoot } from './support/build';
import { canHave, composeReader, goTool } from './support/go-tool';

jest.setTimeout(180_000);

interface Service {
  image: string;
  command?: string[];
  build?: object;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  ports?: { host_ip?: string; published: string; target: number }[];
  read_only?: boolean;
  user?: string;
  cap_drop?: string[];
  volumes?: { type: string; source: string; target: string }[];
}

const file = join(projectRoot, 'infra/compose.yaml');
const text = readFileSync(file, 'utf8');

// As `docker compose` reads it: merged, interpolated, held against the specification's schema and checked for consistency.
(canHave(composeReader) ? describe : describe.skip)('infra/compose.yaml, by the reference implementation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  let tool: string;
  let services: Record<string, Service>;

  function read(input: string): { status: number | null; stdout: string; stderr: string } {
    const clean = { PATH: process.env.PATH, HOME: process.env.HOME } as NodeJS.ProcessEnv;
    const draft = join(folder, 'compose.yaml');
    writeFileSync(draft, input);
    return spawnSync(tool, ['--format', 'json', draft], { cwd: folder, env: clean, encoding: 'utf8' });
  }

  afterAll(() => rmSync(folder, { recursive: true }));

  beforeAll(async () => {
    tool = await goTool(composeReader);
    const { status, stdout, stderr } = read(text);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('variable is not set') });
    services = (JSON.parse(stdout) as { services: Record<string, Service> }).services;
  }, 900_000);

  const own = ['topics', 'schemas', 'migrate', 'ingest', 'enrich', 'sessionize', 'load'];

  test.each([
    ['an unknown key', 'read_only: true', 'read_onyl: true'],
    ['a wrong type', 'stop_grace_period: 30s', 'stop_grace_period: [30s]'],
    ['an unknown condition', 'condition: service_completed_successfully', 'condition: service_done'],
  ])('%s is refused', (_name, here, there) => {
    expect(text).toContain(here);
    expect(read(text.replace(here, there)).status).not.toBe(0);
  });

  test('every server, every service, Prometheus and Grafana', () => {
    expect(Object.keys(services).sort()).toEqual(
      [...own, 'kafka', 'registry', 'clickhouse', 'prometheus', 'grafana'].sort(),
    );
  });

  test('all that stays up has a health check, and a version that does not float', () => {
    for (const [name, { healthcheck, image, build }] of Object.entries(services)) {
      if (!['topics', 'schemas', 'migrate'].includes(name)) expect(healthcheck?.test.length).toBeGreaterThan(1);
      if (build === undefined) expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+(\.\d+)?$/)]);
    }
  });

  test('services run as nobody, on a read-only file system, with no capability', () => {
    for (const name of own) {
      const { read_only, user, cap_drop, command } = services[name];
      expect({ read_only, user, cap_drop, command }).toEqual({
        read_only: true,
        user: '65532:65532',
        cap_drop: ['ALL'],
        command: [name],
      });
    }
  });

  test('services wait for topics, schemas and migrations, and these for their servers', () => {
    const done = { condition: 'service_completed_successfully' };
    for (const name of ['ingest', 'enrich', 'sessionize', 'load']) {
      expect(services[name].depends_on).toMatchObject({ topics: done, schemas: done, migrate: done });
    }
    const waitedFor = Object.values(services).flatMap(({ depends_on = {} }) => Object.keys(depends_on));
    expect(waitedFor.filter((name) => !(name in services))).toEqual([]);
    const healthy = { condition: 'service_healthy' };
    expect(services.topics.depends_on).toMatchObject({ kafka: healthy });
    expect(services.schemas.depends_on).toMatchObject({ registry: healthy });
    expect(services.migrate.depends_on).toMatchObject({ clickhouse: healthy });
  });

  test('ports are those of the local stack, on the loopback address alone', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published.filter(({ host_ip }) => host_ip !== '127.0.0.1')).toEqual([]);
    const port = (name: string): string => (services[name].ports ?? [])[0].published;
    expect(['ingest', 'enrich', 'sessionize', 'load', 'registry', 'clickhouse'].map(port)).toEqual([
      '8080',
      '9101',
      '9102',
      '9103',
      '8085',
      '8123',
    ]);
  });

  test('what is mounted is there, and Prometheus asks every service', () => {
    const binds = Object.values(services).flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === 'bind'));
    expect(binds.length).toBeGreaterThan(2);
    const missing = binds.filter(({ source }) => !existsSync(resolve(projectRoot, 'infra', relative(folder, source))));
    expect(missing).toEqual([]);
    const { scrape_configs } = parse(readFileSync(join(projectRoot, 'infra/compose/prometheus.yaml'), 'utf8')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    for (const { job_name, static_configs } of scrape_configs) {
      const [{ targets }] = static_configs;
      expect(targets).toEqual([`${job_name}:${services[job_name].environment?.PORT}`]);
    }
    expect(scrape_configs.map(({ job_name }) => job_name)).toEqual(['ingest', 'enrich', 'sessionize', 'load']);
  });

  test('every setting is one that the services or tools have', () => {
    const known = execFileSync('grep', ['-rhoE', '\\b[A-Z][A-Z0-9_]{2,}\\b', 'services', 'infra', '--include=*.ts'], {
      cwd: projectRoot,
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    const names = new Set(known.split('\n'));
    const unknown = own.flatMap((name) => Object.keys(services[name].environment ?? {})).filter((it) => !names.has(it));
    expect(unknown).toEqual([]);
  });
});
