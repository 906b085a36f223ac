import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAllowed, licenceOfText, licencesOf } from '../../../../infra/licences/licences';

const root = join(__dirname, '../../../..');

test.each([
  ['MIT', true],
  ['GPL-3.0-only', false],
  ['(MIT OR GPL-3.0-only)', true],
  ['MIT AND GPL-3.0-only', false],
  ['GPL-3.0-only OR (MIT AND ISC)', true],
  ['MIT AND (GPL-3.0-only OR ISC)', true],
  ['(MIT AND ISC', false],
  ['MIT ISC', false],
  ['SEE LICENSE IN x', false],
  ['', false],
])('%s with MIT and ISC allowed: %s', (expression, met) => expect(isAllowed(expression, ['MIT', 'ISC'])).toBe(met));

describe('licences of a lockfile', () => {
  const of = (entry: object, look: string | undefined = undefined) =>
    licencesOf({ '': {}, 'node_modules/a/node_modules/@b/c': { version: '1', ...entry } }, () => look)[0];

  test('what is shipped is judged more strictly than what developers use', () => {
    expect(of({ license: 'MPL-2.0' })).toMatchObject({ name: '@b/c', shipped: true, allowed: false });
    expect(of({ license: 'MPL-2.0', dev: true })).toMatchObject({ shipped: false, allowed: true });
  });

  test('where the lockfile says nothing the installed package does; what is nowhere to be found is refused', () => {
    expect(of({}, 'ISC')).toMatchObject({ licence: 'ISC', allowed: true });
    expect(of({})).toMatchObject({ licence: '(none)', allowed: false });
    expect(of({ dev: true, optional: true })).toMatchObject({ allowed: true });
  });

  test('a text is known by its own sentence', () => {
    expect(licenceOfText(readFileSync(join(root, 'LICENSE'), 'utf8'))).toBe('Apache-2.0');
    expect(licenceOfText('All rights reserved')).toBeUndefined();
  });

  test('all that this repository ships may go with Apache-2.0', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Parameters<typeof licencesOf>[0];
    };
    // Not in the lockfile: its own LICENSE is MIT (`make licences` reads it).
    const known: Record<string, string> = { 'node_modules/@kafkajs/confluent-schema-registry': 'MIT' };
    const refused = licencesOf(packages, (path) => known[path]).filter(({ allowed }) => !allowed);
    expect(refused).toEqual([]);
  });

  test('of what is shipped one package has an install script, which the image does not run (--ignore-scripts)', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean; dev?: boolean }>;
    };
    const run = Object.entries(packages).filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev);
    expect(run.map(([path]) => path)).toEqual(['node_modules/protobufjs']);
  });
});
