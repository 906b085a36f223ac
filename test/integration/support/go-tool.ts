import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../../infra/local/lock';
import { projectRoot } from './build';

/** A program of Go's module proxy, at one version. */
export interface GoTool {
  name: string;
  version: string;
  /** What `go install` is given. */
  package: string;
  /** Says whether one that is on the PATH will do. */
  onPath?(): boolean;
}

export const helm: GoTool = {
  name: 'helm',
  version: '3.22.0',
  package: 'helm.sh/helm/v3/cmd/helm',
  onPath: () => /^v3\./.test(spawnSync('helm', ['version', '--short'], { encoding: 'utf8' }).stdout ?? ''),
};

export const kubeconform: GoTool = {
  name: 'kubeconform',
  version: '0.8.0',
  package: 'github.com/yannh/kubeconform/cmd/kubeconform',
};

/** Reads a compose file as `docker compose` does, and holds it against the specification's schema. */
export const composeReader: GoTool = {
  name: 'compose-go',
  version: '2.16.2',
  package: 'github.com/compose-spec/compose-go/v2/cmd',
};

const tools = join(projectRoot, '.local', 'tools');
const hasGo = spawnSync('go', ['version']).status === 0;

const placeOf = ({ name, version }: GoTool): string => join(tools, `${name}-${version}`);

/** Whether the tool is there or can be had; where not, its tests are skipped by name. */
export const canHave = (tool: GoTool): boolean => hasGo || existsSync(placeOf(tool)) || tool.onPath?.() === true;

/**
 * The tool's path: the one on the PATH where that will do, else one under `.local/tools`, built when it is not there yet.
 * Helm takes 3 minutes of CPU once; two processes that want the same build it once.
 */
export async function goTool(tool: GoTool): Promise<string> {
  if (tool.onPath?.()) return tool.name;
  const place = placeOf(tool);
  if (existsSync(place)) return place;
  mkdirSync(tools, { recursive: true });
  await withLock(
    join(tools, `${tool.name}.lock`),
    { waitMs: 900_000, holderDoes: `is building ${tool.name}` },
    async () => {
      if (existsSync(place)) return;
      const draft = `${place}.unfinished`;
      const env = { ...process.env, GOBIN: draft, GOFLAGS: '-ldflags=-s', CGO_ENABLED: '0' };
      await promisify(execFile)('go', ['install', `${tool.package}@v${tool.version}`], { env, maxBuffer: 1e8 });
      renameSync(join(draft, tool.package.split('/').at(-1) as string), place);
      rmSync(draft, { recursive: true });
    },
  );
  return place;
}
