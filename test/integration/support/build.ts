import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../../infra/local/lock';

/** Compiled, this file lies one folder deeper, beside the compiled services. */
const compiled = __filename.endsWith('.js');
export const projectRoot = resolve(__dirname, compiled ? '../../../..' : '../../..');

const sourceFolders = ['services', 'schemas', 'infra', 'dashboards', 'test/simulator', 'test/tools'];

/**
 * The folder of the compiled services, compiled first when it is missing or older than the sources. CD_DIST names
 * another folder, which is taken as it is. Safe to call from several test processes at once.
 */
export async function builtDist(): Promise<string> {
  if (process.env.CD_DIST) return resolve(process.env.CD_DIST);
  if (compiled) return resolve(__dirname, '../../..');
  const distDir = join(projectRoot, 'dist');
  const stamp = join(distDir, '.built');
  mkdirSync(join(projectRoot, '.local'), { recursive: true });
  await withLock(
    join(projectRoot, '.local', 'build.lock'),
    { waitMs: 120_000, holderDoes: 'is compiling the services' },
    async () => {
      const newestMs = Math.max(...sourceFolders.map((folder) => newestChangeMs(join(projectRoot, folder))));
      if (existsSync(stamp) && statSync(stamp).mtimeMs > newestMs) return;
      const compiler = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
      await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: projectRoot });
      writeFileSync(stamp, '');
    },
  );
  return distDir;
}

function newestChangeMs(folder: string): number {
  if (!existsSync(folder)) return 0;
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return Math.max(
    0,
    ...entries.filter((entry) => entry.isFile()).map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}
