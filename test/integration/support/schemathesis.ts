import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './build';

const version = '4.32.5';
const run = promisify(execFile);

/** Whether this machine has a Python that can make environments of its own. */
export const hasPython = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0;

/** The command, in an environment of its own under `.local/tools`, fetched from PyPI when it is not there yet. */
export async function schemathesis(): Promise<string> {
  const folder = join(projectRoot, '.local', 'tools', `schemathesis-${version}`);
  if (!existsSync(folder)) {
    const making = `${folder}.${process.pid}`;
    mkdirSync(join(projectRoot, '.local', 'tools'), { recursive: true });
    await run('python3', ['-m', 'venv', making]);
    await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', `schemathesis==${version}`]);
    try {
      renameSync(making, folder);
    } catch {
      // Another run was quicker.
      rmSync(making, { recursive: true, force: true });
    }
  }
  return join(folder, 'bin', 'python');
}

/** Runs it; its exit code and what it printed. By its module: the scripts of an environment name the folder it was made in. */
export async function runSchemathesis(args: readonly string[]): Promise<{ code: number; output: string }> {
  const python = await schemathesis();
  try {
    // It keeps what it learned in the folder where it runs.
    const cwd = join(projectRoot, '.local', 'tools');
    const { stdout } = await run(python, ['-m', 'schemathesis.cli', 'run', ...args], { cwd, maxBuffer: 1e8 });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: code ?? 1, output: `${stdout ?? ''}${stderr ?? ''}` };
  }
}
