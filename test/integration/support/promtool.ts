import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../../infra/local/lock';
import { projectRoot } from './build';

const run = promisify(execFile);
const source = join(projectRoot, 'test', 'tools', 'promtool');
const version = /prometheus\/prometheus (v\S+)/.exec(readFileSync(join(source, 'go.mod'), 'utf8'))?.[1] as string;
/** Prometheus' sources ask for this one. */
const hasGo = /go1\.(?:2[6-9]|[3-9]\d)/.test(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '');
const found = process.env.PROMTOOL ?? (spawnSync('promtool', ['--version']).status === 0 ? 'promtool' : undefined);

/** Whether there is a promtool, or a Go to build one. */
export const hasPromtool = hasGo || found !== undefined;

/**
 * The command: the one named by PROMTOOL or on the PATH, else built once into `.local/tools` from the sources of Prometheus that
 * `test/tools/promtool/go.mod` pins. What runs rule tests is Prometheus' own file, copied from there.
 */
export async function promtool(): Promise<string> {
  if (found !== undefined) return found;
  const tools = join(projectRoot, '.local', 'tools');
  const command = join(tools, `promtool-${version}`);
  mkdirSync(tools, { recursive: true });
  const options = { waitMs: 600_000, holderDoes: 'is building promtool' };
  await withLock(join(tools, 'promtool.lock'), options, async () => {
    if (!existsSync(command)) await build(command);
  });
  return command;
}

async function build(command: string): Promise<void> {
  const draft = `${command}.unfinished`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  try {
    for (const name of ['go.mod', 'go.sum', 'main.go']) copyFileSync(join(source, name), join(draft, name));
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' };
    const go = async (...args: string[]) => (await run('go', args, { cwd: draft, env, maxBuffer: 1e8 })).stdout;
    await go('mod', 'download', 'github.com/prometheus/prometheus');
    const folder = (await go('list', '-m', '-f', '{{.Dir}}', 'github.com/prometheus/prometheus')).trim();
    copyFileSync(join(folder, 'cmd', 'promtool', 'unittest.go'), join(draft, 'unittest.go'));
    await go('build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', 'promtool', '.');
    renameSync(join(draft, 'promtool'), command);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Runs it; its exit code and what it printed. */
export async function runPromtool(args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run(await promtool(), args, { cwd });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number | string; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, output: `${stdout ?? ''}${stderr ?? ''}` };
  }
}
