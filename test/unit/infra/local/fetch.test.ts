import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ensureDownloads } from '../../../../infra/local/downloads';

let home = '';
let downloadsDir = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'downloads-'));
  downloadsDir = join(home, 'downloads');
  mkdirSync(join(home, 'bin'));
  mkdirSync(join(home, 'archive'));
  writeFileSync(join(home, 'archive', 'registry-runner.jar'), '');
  execFileSync('tar', ['-czf', join(home, 'registry.tar.gz'), '-C', join(home, 'archive'), '.']);
  writePom('4.3.1');
});
afterEach(() => rmSync(home, { recursive: true }));

function writePom(kafka: string): void {
  writeFileSync(
    join(home, 'pom.xml'),
    `<kafka.version>${kafka}</kafka.version><apicurio.version>3.0.9</apicurio.version>`,
  );
}

/** A Maven that copies a jar and the archive to where it is told, and notes each of its runs; `ending` comes last. */
function fakeMaven(ending = 'exit 0'): void {
  const script = `#!/bin/sh
[ "$1" = -v ] && exit 0
echo run >> ${home}/runs
for argument; do case "$argument" in -DoutputDirectory=*) out="\${argument#*=}" ;; esac; done
echo '[INFO] Downloaded from central: https://host/kafka.jar (1 kB)'
touch "$out/kafka.jar"
cp ${home}/registry.tar.gz "$out/"
${ending}
`;
  writeFileSync(join(home, 'bin', 'mvn'), script, { mode: 0o755 });
}

const runs = () =>
  existsSync(join(home, 'runs')) ? readFileSync(join(home, 'runs'), 'utf8').split('\n').length - 1 : 0;

const ensure = () =>
  ensureDownloads({
    pomPath: join(home, 'pom.xml'),
    downloadsDir,
    env: { PATH: `${join(home, 'bin')}:/usr/bin:/bin` },
    signal: undefined,
    onProgress: () => {},
  });

test('fetches and unpacks once; later runs need neither Maven nor a network', async () => {
  fakeMaven();
  const first = await ensure();
  expect(readdirSync(first.kafkaDir)).toEqual(['kafka.jar']);
  expect(existsSync(first.registryJar)).toBe(true);
  rmSync(join(home, 'bin', 'mvn'));
  expect(await ensure()).toEqual(first);
  expect(runs()).toBe(1);
});

test('two stacks that start at once fetch once', async () => {
  fakeMaven('sleep 0.3');
  const [one, other] = await Promise.all([ensure(), ensure()]);
  expect(one).toEqual(other);
  expect(runs()).toBe(1);
});

test('a download that breaks off is told and is not taken for a whole one', async () => {
  fakeMaven("echo '[ERROR] Could not transfer artifact a:b:1 from/to c (https://host): timed out -> [Help 1]'; exit 1");
  await expect(ensure()).rejects.toThrow(
    'Could not download Apache Kafka 4.3.1 and Apicurio Registry 3.0.9 (a:b:1 from https://host: timed out): ' +
      `check the network and run again; Maven's log is ${join(downloadsDir, 'maven.log')}.`,
  );
  expect(readdirSync(downloadsDir)).toEqual(['maven.log']);
  fakeMaven();
  await ensure();
  expect(runs()).toBe(2);
});

test('what a killed download left behind is thrown away', async () => {
  mkdirSync(join(downloadsDir, 'unfinished', 'kafka'), { recursive: true });
  writeFileSync(join(downloadsDir, 'unfinished', 'kafka', 'half.jar'), 'x');
  fakeMaven();
  expect(readdirSync((await ensure()).kafkaDir)).toEqual(['kafka.jar']);
});

test('another version in pom.xml is fetched beside the old one', async () => {
  fakeMaven();
  await ensure();
  writePom('4.4.0');
  expect((await ensure()).kafkaDir).toBe(join(downloadsDir, 'kafka-4.4.0-apicurio-3.0.9', 'kafka'));
  expect(runs()).toBe(2);
});

test('a full disk while downloading', async () => {
  fakeMaven("echo '[ERROR] x.jar: No space left on device'; exit 1");
  await expect(ensure()).rejects.toThrow(
    'The disk became full while Apache Kafka 4.3.1 and Apicurio Registry 3.0.9 were downloaded: free some space.',
  );
});
