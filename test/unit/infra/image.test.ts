import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { modulesOf, prune } from '../../../infra/image/assemble';
import { commands, folders } from '../../../infra/image/contents';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'image-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A build in which every folder of the image has a module. */
const build = (files: Record<string, string>): void =>
  write({ ...Object.fromEntries(folders.map((folder) => [`${folder}/a.js`, ''])), ...files });

describe('what goes into the image', () => {
  test('what a module requires from elsewhere comes along, and what that requires', () => {
    build({
      'services/ingest/main.js': 'require("../../infra/other/b"); require("node:fs"); require("zod/v4")',
      'infra/other/b.js': 'require("./data.json")',
      'infra/other/data.json': '{}',
      'infra/other/not-needed.js': '',
    });
    const modules = modulesOf(root, new Set(['zod']));
    expect(modules.filter((file) => file.startsWith('infra/other'))).toEqual([
      'infra/other/b.js',
      'infra/other/data.json',
    ]);
  });

  test('a package that only a developer has is refused, with who needs it', () => {
    build({ 'services/load/main.js': 'require("@swc/core/lib")' });
    expect(() => modulesOf(root, new Set(['zod']))).toThrow('services/load/main.js needs the package @swc/core');
  });

  test('a missing module or folder is refused', () => {
    expect(() => modulesOf(root, new Set())).toThrow('is missing: build first');
    build({ 'services/load/main.js': 'require("./away")' });
    expect(() => modulesOf(root, new Set())).toThrow('away is required and not there');
  });

  test('commands and services have names of their own', () => {
    const services = readdirSync(join(__dirname, '../../../services'));
    expect(Object.keys(commands).filter((name) => services.includes(name))).toEqual([]);
  });
});

test('packages lose types, maps, texts and tests, and keep code, data, licences and what is called like a test', () => {
  write({
    'n/zod/index.js': '',
    'n/zod/index.d.ts': '',
    'n/zod/index.js.map': '',
    'n/zod/README.md': '',
    'n/zod/LICENSE.md': '',
    'n/zod/data.json': '',
    'n/zod/test/a.js': '',
    'n/zod/test/LICENSE': '',
    'n/test/index.js': '',
    'n/@a/docs/index.js': '',
    'n/@types/node/index.js': '',
  });
  prune(join(root, 'n'));
  const left = readdirSync(join(root, 'n'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 3));
  expect(left.sort()).toEqual(
    ['zod/index.js', 'zod/LICENSE.md', 'zod/data.json', 'zod/test/LICENSE', 'test/index.js', '@a/docs/index.js'].sort(),
  );
});
