import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = resolve(__dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Files that a file imports, as paths from the root; packages by their name. */
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|require\()\s*'([^']+)'/g)].map(([, name]) =>
    name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name,
  );
}

const code = (file: string): string => readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
const services = sources('services');
const pure = services.filter((file) => /\/(domain|sources)\//.test(file));

describe('the shape of the code', () => {
  test.each(pure)('%s is pure: no I/O, clock, randomness or environment', (file) => {
    const impure = imports(file).filter(
      (name) => /^node:/.test(name) && !['node:crypto', 'node:buffer', 'node:zlib'].includes(name),
    );
    expect(impure).toEqual([]);
    expect(code(file)).not.toMatch(
      /\bprocess\.|Date\.now\(|new Date\(\)|Math\.random|randomUUID|randomBytes|performance\.now/,
    );
    const outside = imports(file).filter(
      (name) => name.startsWith('services/') && /kafkajs|\/log$|health|metrics/.test(name),
    );
    expect(outside).toEqual([]);
  });

  test.each(services)('%s keeps to its own service, lib and schemas', (file) => {
    const [, own] = file.split('/');
    const foreign = imports(file).filter(
      (name) => name.startsWith('services/') && !name.startsWith(`services/${own}/`),
    );
    const allowed = own === 'lib' ? [] : foreign.filter((name) => name.startsWith('services/lib/'));
    expect(foreign).toEqual(allowed);
    expect(imports(file).filter((name) => /^(test|infra|dashboards)\//.test(name))).toEqual([]);
  });

  test.each(services.filter((file) => !file.endsWith('/main.ts')))('%s does not read the environment', (file) => {
    expect(code(file)).not.toContain('process.env');
  });

  test.each([...sources('test/simulator'), ...sources('test/support/recompute')])(
    '%s shares nothing with what it checks',
    (file) => {
      expect(imports(file).filter((name) => /^(services|schemas|infra)\//.test(name))).toEqual([]);
    },
  );

  test.each([...services, ...sources('infra')])('%s is at most 300 lines', (file) => {
    expect(readFileSync(join(root, file), 'utf8').split('\n').length).toBeLessThanOrEqual(301);
  });

  test('kafkajs is imported in one place', () => {
    const importers = [...services, ...sources('infra')].filter((file) => imports(file).includes('kafkajs'));
    // The second only names the package to find its file, before it is loaded.
    expect(importers).toEqual(['services/lib/kafka/kafkajs.ts']);
  });
});
