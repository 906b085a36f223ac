import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

test('the Dockerfile names a version as its base, installs without scripts, and ends as a user that is nobody', () => {
  const text = readFileSync(join(__dirname, '../../../infra/Dockerfile'), 'utf8');
  const instructions = text.replace(/\\\n/g, '').split('\n');
  expect(text).toMatch(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-/m);
  const bases = instructions.filter((line) => line.startsWith('FROM'));
  expect(bases.every((line) => /^FROM \$\{NODE_IMAGE\}/.test(line))).toBe(true);
  const installs = instructions.filter((line) => line.includes('npm ci'));
  expect(installs).toHaveLength(2);
  expect(installs.every((line) => line.includes('--ignore-scripts'))).toBe(true);
  expect(instructions.filter((line) => line.startsWith('USER'))).toEqual(['USER 65532:65532']);
  expect(instructions.filter((line) => line.startsWith('ENTRYPOINT'))).toEqual([
    'ENTRYPOINT ["node", "dist/infra/image/command.js"]',
  ]);
  expect(text).toContain('/app/sbom.cdx.json');
  for (const label of ['title', 'licenses', 'version', 'revision']) expect(text).toContain(`image.${label}=`);
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
