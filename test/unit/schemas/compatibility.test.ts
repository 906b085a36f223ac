import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import avro from 'avsc';
import { generateTypes } from '../../../schemas/generate';
import { schemaTexts } from '../../../schemas/types';

const folder = resolve(__dirname, '../../../schemas');
const files = readdirSync(folder).filter((file) => file.endsWith('.avsc'));
const parse = (text: string): avro.Type => avro.Type.forSchema(JSON.parse(text));
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

/** Versions of one schema, oldest first: `interaction-event.v1.avsc`, `interaction-event.v2.avsc`, … */
const families = new Map<string, string[]>();
for (const file of files) {
  const name = file.replace(/\.v\d+\.avsc$/, '');
  families.set(name, [...(families.get(name) ?? []), file]);
}

/** A reader must understand what the writer wrote: avsc refuses to make a resolver where it cannot. */
const backward = (reader: string, writer: string): void => {
  parse(reader).createResolver(parse(writer));
};

describe('schemas', () => {
  test('are named by version, from 1 on without gaps', () => {
    for (const [name, versions] of families) {
      expect(versions.sort((a, b) => versionOf(a) - versionOf(b)).map(versionOf)).toEqual(
        versions.map((_, i) => i + 1),
      );
      expect(name).toMatch(/^[a-z-]+$/);
    }
  });

  test.each([...families])('%s: every version reads what all earlier ones wrote', (_name, versions) => {
    for (const [index, reader] of versions.entries()) {
      for (const writer of versions.slice(0, index)) backward(read(reader), read(writer));
    }
  });

  test('a new field without a default would be caught', () => {
    const next = JSON.parse(read('interaction-event.v1.avsc'));
    next.fields.push({ name: 'added', type: 'string' });
    expect(() => backward(JSON.stringify(next), read('interaction-event.v1.avsc'))).toThrow(/added/);
    next.fields.at(-1).default = '';
    expect(() => backward(JSON.stringify(next), read('interaction-event.v1.avsc'))).not.toThrow();
  });

  test('an enum symbol that a reader does not know becomes UNKNOWN', () => {
    const writer = JSON.parse(read('enriched-event.v1.avsc'));
    const channel = writer.fields.find(({ name }: { name: string }) => name === 'channel').type;
    channel.symbols.push('HOLOGRAM');
    const only = (schema: { fields: { name: string }[] }) =>
      avro.Type.forSchema({ ...schema, fields: schema.fields.filter(({ name }) => name === 'channel') } as never);
    const bytes = only(writer).toBuffer({ channel: 'HOLOGRAM' });
    const reader = only(JSON.parse(read('enriched-event.v1.avsc')));
    expect(reader.fromBuffer(bytes, reader.createResolver(only(writer)))).toMatchObject({ channel: 'UNKNOWN' });
  });

  test('released files are never changed, only followed by the next version', () => {
    const released = gitFiles();
    for (const [file, text] of released) expect({ file, text: read(file) }).toEqual({ file, text });
  });

  test('types.ts is what they generate, and holds them as they are', () => {
    expect(readFileSync(join(folder, 'types.ts'), 'utf8')).toBe(generateTypes(folder));
    expect(Object.keys(schemaTexts).sort()).toEqual(files.map((file) => file.replace('.avsc', '')).sort());
  });
});

const versionOf = (file: string): number => Number(/\.v(\d+)\.avsc$/.exec(file)?.[1]);

/** Schemas of the newest release tag; none before the first release. */
function gitFiles(): [string, string][] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v*').trim();
    const names = git('ls-tree', '--name-only', `${tag}`, '.')
      .split('\n')
      .filter((name) => name.endsWith('.avsc'));
    return names.map((name) => [name, git('show', `${tag}:./${name}`)]);
  } catch {
    return [];
  }
}
