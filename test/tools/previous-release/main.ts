/**
 * `node dist/test/tools/previous-release/main.js [REF]` (`make previous-release REF=v1.2.3`): makes
 * test/fixtures/previous-release of a release, by default the newest tag before the last commit, so that
 * test/integration/rolling-upgrade.test.ts upgrades from it. Sources and not a tag: a checkout in CI is shallow and offline.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const kept = [
  'services',
  'schemas',
  'infra/clickhouse',
  'infra/kafka',
  'infra/local',
  'infra/registry',
  'infra/tools',
  'package.json',
  'tsconfig.json',
];
/** Megabytes of parameters (the older enrich reads no texts in the test), and what no service reads. */
const leftOut = ['services/enrich/model/parameters*/**', '**/*.md', 'services/enrich/model/train/**'];
const mostBytes = 1_000_000;

const git = (...args: string[]): Buffer => execFileSync('git', args, { maxBuffer: 256 * 1024 * 1024 });

function main(): void {
  const ref = process.argv[2] || git('describe', '--tags', '--abbrev=0', 'HEAD^').toString().trim();
  const commit = git('rev-parse', `${ref}^{commit}`).toString().trim();
  const tar = git('archive', '--format=tar', commit, '--', ...kept, ...leftOut.map((path) => `:(exclude,glob)${path}`));
  const archive = gzipSync(tar, { level: 9 });
  if (archive.length > mostBytes) throw new Error(`${archive.length} bytes: leave out what no service needs`);
  const folder = join(process.cwd(), 'test/fixtures/previous-release');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'sources.tar.gz'), archive);
  console.log(`${ref} (${commit}): ${archive.length} bytes`);
}

main();
