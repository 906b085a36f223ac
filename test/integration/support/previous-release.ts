import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { serviceEnvironment } from '../../../infra/local/node-parts';
import type { SetUpStep } from '../../../infra/local/setup-steps';
import { projectRoot } from './build';

const archive = join(projectRoot, 'test/fixtures/previous-release/sources.tar.gz');

/** Runs a compiled tool with settings from the root of its project; answers the last line it prints. */
export async function runTool(root: string, script: string, env: Record<string, string>): Promise<string> {
  const options = { cwd: root, env: { PATH: process.env.PATH, ...env } };
  const { stdout } = await promisify(execFile)(process.execPath, [script], options);
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

/** The release before this one, unpacked under .local and compiled, each file beside its source; its packages are those that are installed now. */
export class PreviousRelease {
  readonly root = join(projectRoot, '.local', 'previous-release');

  /** Throws where it needs a package that is no longer there: then it must bring its own. */
  async unpack(): Promise<void> {
    this.remove();
    mkdirSync(this.root, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', this.root]);
    const modules = join(projectRoot, 'node_modules');
    symlinkSync(modules, join(this.root, 'node_modules'));
    const { dependencies } = JSON.parse(readFileSync(join(this.root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const missing = Object.keys(dependencies).filter((name) => !existsSync(join(modules, name)));
    if (missing.length > 0) throw new Error(`the previous release needs ${missing.join(', ')}, not installed any more`);
    const entryPoints = ['services', 'schemas', 'infra'].map((folder) => join(this.root, folder, '**/*.ts'));
    await build({
      entryPoints,
      outdir: this.root,
      outbase: this.root,
      format: 'cjs',
      platform: 'node',
      logLevel: 'error',
    });
  }

  /** Topics, schemas and tables as that release made them. */
  get setUpSteps(): SetUpStep[] {
    return ['kafka', 'registry', 'clickhouse'].map((tool) => ({
      name: `previous ${tool}`,
      needs: [],
      run: ({ addresses }) => runTool(this.root, `infra/${tool}/main.js`, serviceEnvironment(addresses)),
    }));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
