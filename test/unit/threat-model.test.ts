import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');
const rows = [...page.matchAll(/^\| ([STRIDE]\d+) \| (.+?) \| (.+?) \| (.+) \|$/gm)].map(([, id, threat, , cover]) => ({
  id,
  threat,
  cover,
}));

describe('the threat model', () => {
  test('has rows for each letter, each with an id of its own', () => {
    const ids = rows.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const letter of 'STRIDE') expect(ids.filter((id) => id.startsWith(letter)).length).toBeGreaterThan(2);
    // None is lost by a broken row.
    expect(rows).toHaveLength((page.match(/^\| [STRIDE]\d+ \|/gm) ?? []).length);
  });

  test.each(rows)('$id is covered by a test that is there: $threat', ({ cover }) => {
    const [, file, title] = /^`([^`]+)` "([^"]+)"$/.exec(cover) ?? [];
    expect(file).toBeDefined();
    expect(existsSync(join(root, file))).toBe(true);
    expect(readFileSync(join(root, file), 'utf8')).toContain(title);
  });
});
