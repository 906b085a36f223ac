/**
 * `make grafana`: starts a Grafana of this machine (on PATH, else by Docker) with the dashboards, on the local stack, and
 * prints where to look. It runs until it is stopped with Ctrl-C; what it keeps lies in `<STACK_DIR>/grafana`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { faultText } from '../../local/faults';
import { onPath, runLocally } from '../local-program';
import { prometheusPort } from '../prometheus/plan';
import { rangeWithData } from '../report/html/figures';
import { toolSettings } from '../settings';
import {
  addresses,
  type GrafanaPlan,
  howToGetOne,
  ofDocker,
  ofPath,
  provisioningFiles,
  type Start,
  seenFrom,
} from './plan';

const homes = ['/usr/share/grafana', '/usr/local/share/grafana', '/opt/homebrew/share/grafana'];

async function main(): Promise<void> {
  const settings = toolSettings(process.env);
  const folder = resolve(settings.stackDir, 'grafana');
  const plan: GrafanaPlan = {
    port: 3000 + settings.portOffset,
    clickhouse: new URL(settings.clickhouseUrl),
    database: settings.database,
    prometheusUrl: process.env.PROMETHEUS_URL || `http://127.0.0.1:${prometheusPort(settings.portOffset)}`,
    provisioning: join(folder, 'provisioning'),
    data: join(folder, 'data'),
    dashboards: resolve('dashboards', 'generated'),
  };
  const start = found(plan);
  if (start === undefined) {
    console.error(howToGetOne);
    process.exit(1);
  }
  const range = await rangeWithData(settings.clickhouse, { from: 0, to: Date.now() + 86_400_000 }).catch(() => {
    throw new Error(`ClickHouse does not answer at ${settings.clickhouseUrl}: \`make demo\` or \`make up\` first`);
  });
  await settings.clickhouse.close();
  console.error('Starting Grafana; the first time it fetches its plug-in for ClickHouse…');
  process.exitCode = await runLocally({
    ...start,
    env: { ...process.env, ...start.env },
    name: 'Grafana',
    readyUrl: `http://127.0.0.1:${plan.port}/api/health`,
    readyWithinMs: 180_000,
    pages: addresses(plan.port, uids(plan.dashboards), range),
  });
}

/** How a Grafana can be started here, with the files it is to find written; undefined where there is none. */
function found(plan: GrafanaPlan): Start | undefined {
  const program = onPath('grafana') ?? onPath('grafana-server');
  const linux = process.platform === 'linux';
  if (program !== undefined) {
    const home = [join(dirname(program), '..'), ...homes].find((one) => existsSync(join(one, 'conf', 'defaults.ini')));
    write(plan, seenFrom.path(plan));
    return ofPath(plan, program, home);
  }
  if (spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 20_000 }).status !== 0) return undefined;
  write(plan, seenFrom.docker(linux));
  return ofDocker(plan, linux);
}

function write(plan: GrafanaPlan, { host, dashboards }: { host: string; dashboards: string }): void {
  mkdirSync(plan.data, { recursive: true });
  for (const [name, content] of Object.entries(provisioningFiles(plan, host, dashboards))) {
    const file = join(plan.provisioning, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  }
}

const uids = (folder: string): string[] =>
  readdirSync(folder).map((file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { uid: string }).uid);

main().catch((error) => {
  console.error(`grafana: ${faultText(error)}`);
  process.exit(1);
});
