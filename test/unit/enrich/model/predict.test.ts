import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const predict = (input: string, ...more: string[]) =>
  spawnSync('npm', ['run', '--silent', 'predict', '--', ...more], { input, encoding: 'utf8', maxBuffer: 1 << 28 });

test('a line a line, in order, whatever the line', () => {
  const lines = [
    '{"text":"I want my money back"}',
    'not json',
    '',
    '{"text":7}',
    '{"text":"أريد إلغاء الطلب","language":"ar"}',
    '{"text":"cancelar","language":null}',
  ];
  const run = predict(`${lines.join('\n')}`, '--intents', 'general');
  expect(run.stderr).toBe('');
  const said = run.stdout
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l));
  expect(said).toHaveLength(lines.length);
  expect(said.map((s) => s.desire.label)).toEqual(['refund', null, null, null, 'cancel', 'cancel']);
  expect(said[4].language).toEqual({ label: 'ar', confidence: 1 });
  expect(Object.keys(said[0])).toEqual(['language', 'intent', 'emotions', 'present', 'emotion', 'desire']);
});

test('a pack that does not exist ends it with an error', () => {
  const run = predict('', '--intents', 'nosuch');
  expect(run.status).not.toBe(0);
  expect(run.stderr).toContain("'nosuch'");
});
