import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readStampOf } from '../../../../infra/local/downloads';
import { mavenCause } from '../../../../infra/local/maven';

const pom = readFileSync(join(__dirname, '../../../../infra/local/pom.xml'), 'utf8');

describe('readStampOf', () => {
  test('reads the versions of the real pom.xml', () => {
    expect(readStampOf(pom)).toMatchObject({
      kafka: expect.stringMatching(/^4\.\d+\.\d+$/),
      apicurio: expect.stringMatching(/^3\.0\.\d+$/),
    });
  });

  test('any change of the file asks for another download', () => {
    expect(readStampOf(pom).pom_sha256).not.toBe(readStampOf(`${pom}\n`).pom_sha256);
  });

  test('a pom without a version is refused', () => {
    expect(() => readStampOf('<project/>')).toThrow('infra/local/pom.xml has no <kafka.version>.');
  });
});

describe('mavenCause', () => {
  const central = 'central (https://repo.maven.apache.org/maven2)';
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin';
  test.each([
    {
      name: 'no network',
      line: `Plugin ${plugin}:2.8 or one of its dependencies could not be resolved: Failed to read artifact descriptor for ${plugin}:jar:2.8: Could not transfer artifact ${plugin}:pom:2.8 from/to ${central}: transfer failed for https://repo.maven.apache.org/maven2/x.pom: Connect to 127.0.0.1:9 failed: Connection refused -> [Help 1]`,
      cause: `${plugin}:pom:2.8 from https://repo.maven.apache.org/maven2: Connect to 127.0.0.1:9 failed: Connection refused`,
    },
    {
      name: 'Maven told to stay offline',
      line: `Plugin ${plugin}:2.8 or one of its dependencies could not be resolved: Cannot access ${central} in offline mode and the artifact ${plugin}:jar:2.8 has not been downloaded from it before. -> [Help 1]`,
      cause: `Maven is offline and does not have ${plugin}:jar:2.8`,
    },
    {
      name: 'a version that does not exist',
      line: `Failed to execute goal on project local-stack: Could not resolve dependencies for project customer-dynamics:local-stack:pom:1: Could not find artifact org.apache.kafka:kafka_2.13:jar:4.3.999 in ${central} -> [Help 1]`,
      cause: 'org.apache.kafka:kafka_2.13:jar:4.3.999 is not there',
    },
    { name: 'any other error', line: 'x'.repeat(500), cause: `${'x'.repeat(199)}…` },
  ])('$name', ({ line, cause }) => {
    expect(mavenCause(`[INFO] Scanning\n[ERROR] ${line}\n[ERROR] \n[ERROR] more about Maven\n`)).toBe(cause);
  });

  test('a log without an error', () => {
    expect(mavenCause('')).toBe('Maven gave no reason');
  });
});
