import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** Files of this folder that are no dashboards. */
const others = new Set(['all', 'generate']);

/** Every dashboard by the name of its file: a new one is a file beside this one, with one export. */
export function allDashboards(): ReadonlyMap<string, Dashboard> {
  const files = readdirSync(__dirname).filter((file) => /(?<!\.d)\.[jt]s$/.test(file));
  const names = [...new Set(files.map((file) => basename(file).replace(/\.[jt]s$/, '')))].filter(
    (name) => !others.has(name),
  );
  return new Map(names.sort().map((name) => [name, onlyExport(name)]));
}

function onlyExport(name: string): Dashboard {
  const values = Object.values(require(join(__dirname, name)) as Record<string, Dashboard>);
  if (values.length !== 1)
    throw new Error(`dashboards/${name} exports ${values.length} things: it must be one dashboard`);
  return values[0]!;
}
