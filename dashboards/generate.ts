/**
 * Writes `generated/*.json` from the dashboards beside this file. `--check` fails when what is committed differs.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { allDashboards } from './all';

const folder = resolve('dashboards', 'generated');
const wanted = new Map(
  [...allDashboards()].map(([name, dashboard]) => [`${name}.json`, `${JSON.stringify(dashboard, null, 2)}\n`]),
);
mkdirSync(folder, { recursive: true });
const there = readdirSync(folder);
if (process.argv.includes('--check')) {
  const differing = [...new Set([...wanted.keys(), ...there])].filter(
    (file) => !there.includes(file) || readFileSync(join(folder, file), 'utf8') !== wanted.get(file),
  );
  if (differing.length > 0) {
    console.error(`dashboards/generated differs from the code: ${differing.join(', ')}. Run \`make generate\`.`);
    process.exit(1);
  }
} else {
  for (const file of there.filter((one) => !wanted.has(one))) rmSync(join(folder, file));
  for (const [file, text] of wanted) writeFileSync(join(folder, file), text);
}
