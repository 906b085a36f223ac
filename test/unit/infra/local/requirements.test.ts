import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  parseJavaVersion,
  requireJava,
  requireMaven,
  requireNode,
  requireWritable,
  shortDiskSentence,
  unwritableSentence,
} from '../../../../infra/local/requirements';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'requirements-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function fakeCommand(name: string, script: string): void {
  writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe('Node', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s will do', (version) => {
    expect(() => requireNode(version)).not.toThrow();
  });

  test.each(['18.20.4', '20.9.0', '20.18.3'])('%s is too old', (version) => {
    expect(() => requireNode(version)).toThrow(`Node.js ${version} is too old: install Node.js 20.19 or newer.`);
  });
});

describe('parseJavaVersion', () => {
  test.each([
    { output: 'openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', major: 17 },
    { output: 'Picked up JAVA_TOOL_OPTIONS: -Dx=y\nopenjdk version "21" 2023-09-19', major: 21 },
    { output: 'java version "1.8.0_402"', major: 8 },
    { output: 'openjdk version "25-ea" 2025-09-16', major: 25 },
    { output: 'The operation couldn’t be completed. Unable to locate a Java Runtime.', major: undefined },
  ])('$major', ({ output, major }) => {
    expect(parseJavaVersion(output)).toBe(major);
  });
});

describe('Java', () => {
  test('missing in PATH', async () => {
    await expect(requireJava({ PATH: dir })).rejects.toThrow(
      /^Java was not found: Kafka and the schema registry need Java 17 or newer, as `java` in PATH or in JAVA_HOME\.$/,
    );
  });

  test('missing in JAVA_HOME, which goes before PATH', async () => {
    await expect(requireJava({ PATH: process.env.PATH, JAVA_HOME: dir })).rejects.toThrow(
      `Java was not found in JAVA_HOME (${dir}):`,
    );
  });

  test('too old', async () => {
    fakeCommand('java', 'echo \'openjdk version "11.0.2" 2019-01-15\' >&2');
    await expect(requireJava({ PATH: dir })).rejects.toThrow(
      /^Java 11 is too old: Kafka and the schema registry need Java 17 or newer\.$/,
    );
  });

  test('new enough', async () => {
    fakeCommand('java', 'echo \'openjdk version "21.0.1" 2023-10-17\' >&2');
    expect(await requireJava({ PATH: dir })).toBe('java');
  });
});

test('Maven missing', async () => {
  await expect(requireMaven({ PATH: dir })).rejects.toThrow(
    'Maven (`mvn`) was not found: it is needed once, to download Kafka and the schema registry; install it and run again.',
  );
});

describe('the folder', () => {
  test('is made, with those above it', () => {
    requireWritable(join(dir, 'a', 'b'));
    requireWritable(join(dir, 'a', 'b'));
  });

  test('cannot be made under a file', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => requireWritable(join(dir, 'file', 'a'))).toThrow(
      `Cannot write to ${join(dir, 'file', 'a')} (ENOTDIR): give yourself the right to, or set STACK_DIR to another folder.`,
    );
  });

  test('cannot be made where the system has none', () => {
    expect(() => requireWritable('/proc/stack/a')).toThrow('Cannot write to /proc/stack/a (ENOENT):');
  });

  test('lies on a full disk', () => {
    expect(unwritableSentence('/data', 'ENOSPC')).toBe('The disk that holds /data is full: free some space.');
  });
});

describe('free space', () => {
  test('enough', () => {
    expect(shortDiskSentence('/data', 2e9, 1e9, 'the stack')).toBeUndefined();
  });

  test('too little: how much there is and how much is needed', () => {
    expect(shortDiskSentence('/data', 123.9e6, 1e9, 'the stack')).toBe(
      'The disk that holds /data has 123 MB free but the stack needs 1000 MB: free some space.',
    );
  });
});
