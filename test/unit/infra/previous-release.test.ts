import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const archive = join(__dirname, '../../fixtures/previous-release/sources.tar.gz');

test('the archive of the last release holds what its services and set-up tools are started by', () => {
  const names = new Set(execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).split('\n'));
  const services = ['ingest', 'enrich', 'sessionize', 'load'].map((name) => `services/${name}/main.ts`);
  const tools = ['kafka', 'registry', 'clickhouse'].map((name) => `infra/${name}/main.ts`);
  for (const name of [...services, ...tools, 'package.json', 'tsconfig.json']) expect(names).toContain(name);
});
