/** `make licences`: the licence of every package, and whether each may go with Apache-2.0; exits with 1 when one may not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LockedPackage, licenceOfText, licencesOf } from './licences';

/** Fetched for the local stack and the tests, or named by compose and the chart; none of it is in the image. */
const besides = [
  ['Apache Kafka', 'Apache-2.0'],
  ['Apicurio Registry', 'Apache-2.0'],
  ['ClickHouse (server; chdb in the local stack)', 'Apache-2.0'],
  ['Prometheus', 'Apache-2.0'],
  ['Grafana (run beside, not linked or changed)', 'AGPL-3.0-only'],
  ['Helm, kubeconform, compose-go', 'Apache-2.0'],
  ['kubernetes-models, Chromium build of sparticuz, schemathesis', 'MIT'],
];

const packages = (JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> })
  .packages;

const found = licencesOf(packages, (path) => {
  if (!existsSync(join(path, 'package.json'))) return undefined;
  const { license, licenses } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
    license?: string | { type: string };
    licenses?: { type: string }[];
  };
  const stated =
    typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
  const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
  return stated ?? (file && licenceOfText(readFileSync(join(path, file), 'utf8')));
});

for (const [title, shipped] of [
  ['In the image', true],
  ['For developers only', false],
] as const) {
  const those = found.filter((it) => it.shipped === shipped);
  const counts = new Map<string, typeof those>();
  for (const one of those) counts.set(one.licence, [...(counts.get(one.licence) ?? []), one]);
  console.log(`\n${title}: ${those.length} packages`);
  for (const [licence, group] of [...counts].sort(([, a], [, b]) => b.length - a.length)) {
    console.log(`  ${licence}: ${group.length}`);
    if (shipped) for (const { name, version } of group) console.log(`    ${name} ${version}`);
  }
}
console.log('\nRun beside it');
for (const [name, licence] of besides) console.log(`  ${name}: ${licence}`);
const refused = found.filter(({ allowed }) => !allowed);
for (const { name, version, licence } of refused) console.error(`\nNOT COMPATIBLE: ${name} ${version}: ${licence}`);
console.log(refused.length === 0 ? '\nAll of them may go with Apache-2.0.' : '');
process.exitCode = refused.length === 0 ? 0 : 1;
