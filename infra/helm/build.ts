import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

const chart = 'customer-dynamics';

/**
 * Lays the whole chart into `<target>/customer-dynamics` and answers that folder. Its source has no copies of what lies
 * elsewhere in the repository: topics, rights, rules and dashboards are put in here, and the version of the release.
 */
export function buildChart(root: string, target: string): string {
  const folder = join(target, chart);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(root, 'infra/helm', chart), folder, { recursive: true });
  const files = join(folder, 'files');
  for (const name of ['rules', 'dashboards']) mkdirSync(join(files, name), { recursive: true });
  for (const name of ['topics.json', 'acls.json']) cpSync(join(root, 'infra/kafka', name), join(files, name));
  for (const rule of ruleFiles(join(root, 'infra/prometheus'))) {
    cpSync(rule, join(files, 'rules', `${basename(rule, extname(rule))}.yaml`));
  }
  for (const dashboard of filesIn(join(root, 'dashboards/generated'), /\.json$/)) {
    cpSync(dashboard, join(files, 'dashboards', basename(dashboard)));
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const head = join(folder, 'Chart.yaml');
  const stated = readFileSync(head, 'utf8').replace(/^(version|appVersion): .*$/gm, `$1: ${version}`);
  writeFileSync(head, stated);
  return folder;
}

/** Prometheus' rules among what lies there: its tests and settings are YAML too. */
const ruleFiles = (folder: string): string[] =>
  filesIn(folder, /\.ya?ml$/).filter((file) => /^groups:/m.test(readFileSync(file, 'utf8')));

const filesIn = (folder: string, name: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && name.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : [];
