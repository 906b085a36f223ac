import { type ChildProcess, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { assemble, prune } from '../../infra/image/assemble';
import { builtDist, projectRoot } from './support/build';
import { canRunReadOnly, spawnReadOnly } from './support/read-only-run';
import { until } from './support/service-process';
import { withStack } from './support/stack';

jest.setTimeout(900_000);

// The part of the image's build that needs no Docker, as infra/Dockerfile does it, and every command run from what it makes.
const folder = mkdtempSync(join(tmpdir(), 'customer-dynamics-image-'));
const app = join(folder, 'app');
const running: ChildProcess[] = [];

beforeAll(async () => {
  await builtDist();
  execFileSync('chmod', ['755', folder]);
  assemble(projectRoot, app);
  cpSync(join(projectRoot, 'package-lock.json'), join(app, 'package-lock.json'));
  execFileSync(
    'npm',
    ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: app, stdio: 'inherit' },
  );
  rmSync(join(app, 'package-lock.json'));
  prune(join(app, 'node_modules'));
}, 540_000);

afterAll(() => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const sizeOf = (path: string): number =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

describe('what the image holds', () => {
  test('production packages alone: no engine, no compiler, nothing native', () => {
    const packages = readdirSync(join(app, 'node_modules'));
    for (const absent of ['chdb', 'typescript', 'jest', '@types', 'esbuild', 'tsx', '@swc']) {
      expect(packages).not.toContain(absent);
    }
    const files = readdirSync(app, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.(?:node|so|d\.ts|map)$/.test(file))).toEqual([]);
  });

  test('neither the local stack nor tests', () => {
    const files = readdirSync(join(app, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /^test|infra\/local\/(?!clickhouse(?:\/tokens\.js)?$)./.test(file))).toEqual([]);
  });

  test('every package keeps its licence', () => {
    const licences = (root: string): string[] =>
      readdirSync(join(root, 'node_modules'), { recursive: true, encoding: 'utf8' }).filter((path) =>
        /(?:^|\/)(?:licen[cs]e|notice|copying)[^/]*$/i.test(path),
      );
    const kept = new Set(licences(app));
    const lost = licences(projectRoot).filter(
      (path) => existsSync(join(app, 'node_modules', dirname(path))) && !kept.has(path),
    );
    expect(lost).toEqual([]);
    expect(kept.size).toBeGreaterThan(50);
    expect(existsSync(join(app, 'LICENSE'))).toBe(true);
  });

  test('less than 60 MB in all', () => expect(sizeOf(app)).toBeLessThan(60e6));
});

const runs = canRunReadOnly ? describe : describe.skip;

runs('each command, as a user who owns nothing, on files that nobody can write', () => {
  const local = withStack(['kafka', 'registry', 'clickhouse'], { setUpSteps: [] });
  const port = (service: string): number =>
    local.stack.addresses.ports.ingest + 50 + ['ingest', 'enrich', 'sessionize', 'load'].indexOf(service);

  function start(command: string, env: Record<string, string> = {}): { child: ChildProcess; output: () => string } {
    const { kafkaBrokers, schemaRegistryUrl, clickhouseUrl } = local.stack.addresses;
    const settings = {
      KAFKA_BROKERS: kafkaBrokers,
      SCHEMA_REGISTRY_URL: schemaRegistryUrl,
      CLICKHOUSE_URL: clickhouseUrl,
      NODE_ENV: 'production',
      ...env,
    };
    const words = [process.execPath, 'dist/infra/image/command.js', command];
    const child = spawnReadOnly(join(folder, 'view'), app, words, settings);
    running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += String(data)));
    return { child, output: () => output };
  }

  async function run(command: string, env?: Record<string, string>): Promise<{ code: number | null; output: string }> {
    const { child, output } = start(command, env);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output: output() };
  }

  test('the view is read-only, temporary folders too', async () => {
    const probe = `for (const place of ['/app', '/tmp/x', ${JSON.stringify(join(app, 'x'))}])
      try { require('fs').writeFileSync(place, ''); console.log('written', place); } catch (error) { console.log(error.code); }
      console.log(process.getuid());`;
    const child = spawnReadOnly(join(folder, 'view'), app, [process.execPath, '-e', probe], {});
    let output = '';
    child.stdout?.on('data', (data) => (output += String(data)));
    await new Promise((resolve) => child.once('close', resolve));
    expect(output.trim().split('\n')).toEqual(['EROFS', 'EROFS', 'EROFS', '65532']);
  });

  test('what must be there first, once and again', async () => {
    expect(await run('topics')).toEqual({ code: 0, output: expect.stringMatching(/^created .*erasures/) });
    expect(await run('topics')).toEqual({ code: 0, output: 'all topics are there\n' });
    expect(await run('schemas')).toEqual({ code: 0, output: '6 schemas registered\n' });
    expect(await run('schemas')).toEqual({ code: 0, output: '6 schemas registered\n' });
    expect(await run('migrate')).toEqual({ code: 0, output: expect.stringMatching(/applied \d+ migrations\n$/) });
    expect(await run('migrate')).toEqual({ code: 0, output: 'all migrations are applied\n' });
  });

  const send = (): Promise<Response> =>
    fetch(`http://127.0.0.1:${port('ingest')}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        event_type: 'web.search_no_result',
        occurred_at: new Date().toISOString(),
        channel: 'WEB',
        identities: [{ type: 'customer_id', value: 'ana', verified: true }],
      }),
    });

  /** A migration is forgotten, as if it were new, and applied while load runs: load must rest meanwhile. */
  async function migrateBesideLoad(): Promise<void> {
    const forget =
      'ALTER TABLE customer_dynamics.schema_migrations DELETE WHERE number = 35 SETTINGS mutations_sync = 2';
    await fetch(local.stack.addresses.clickhouseUrl, { method: 'POST', body: forget });
    const holders = new Set<string>();
    const look = setInterval(async () => {
      const answer = await fetch(`http://127.0.0.1:${port('load')}/admin/pauses`).catch(() => undefined);
      for (const [, holder] of ((await answer?.text()) ?? '').matchAll(/"holder":"(\w+)/g)) holders.add(holder);
    }, 20);
    const migrated = await run('migrate', { LOAD_PODS_URL: `http://localhost:${port('load')}` });
    clearInterval(look);
    expect(migrated).toEqual({ code: 0, output: expect.stringMatching(/applied 1 migrations\n$/) });
    expect([...holders]).toEqual(['migrate']);
  }

  test('services start, an event comes through, and SIGTERM ends them drained', async () => {
    const services = ['ingest', 'enrich', 'sessionize', 'load'].map((name) => ({
      name,
      ...start(name, { PORT: String(port(name)) }),
    }));
    for (const { name, output } of services) {
      await until(`${name} to be ready: ${output()}`, 60_000, async () => {
        return (await fetch(`http://127.0.0.1:${port(name)}/readyz`)).ok;
      });
    }
    expect((await send()).status).toBe(202);
    const loaded = (count: number) =>
      until('the event to be loaded', 30_000, async () => {
        const query = "SELECT count() FROM customer_dynamics.interactions WHERE customer_id = 'ana'";
        const answer = await fetch(`${local.stack.addresses.clickhouseUrl}/?query=${encodeURIComponent(query)}`);
        return (await answer.text()).trim() === String(count);
      });
    await loaded(1);
    await migrateBesideLoad();
    expect((await send()).status).toBe(202);
    await loaded(2);
    const ends = services.map(({ child }) => new Promise((resolve) => child.once('exit', resolve)));
    for (const { child } of services) child.kill('SIGTERM');
    expect(await Promise.all(ends)).toEqual([0, 0, 0, 0]);
  });

  test('a wrong setting ends with 78, an unknown command with 64', async () => {
    const open = await run('ingest', { HOST: '0.0.0.0', PORT: String(port('ingest')) });
    expect(open).toEqual({ code: 78, output: expect.stringContaining('INGEST_ACCESS_FILE') });
    expect(await run('nothing')).toEqual({
      code: 64,
      output: expect.stringContaining('enrich, ingest, load, sessionize'),
    });
    expect(await run('help')).toEqual({ code: 0, output: expect.stringContaining('migrate') });
  });
});
