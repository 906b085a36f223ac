import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

const root = join(__dirname, '../../..');
const folder = join(root, '.github/workflows');
const files = readdirSync(folder);

interface Workflow {
  on: object;
  permissions: Record<string, string>;
  jobs: Record<
    string,
    { steps: { uses?: string; run?: string; with?: Record<string, unknown> }[]; 'timeout-minutes': number }
  >;
}

describe.each(files)('workflow %s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const workflow = parse(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  test('every action is pinned by its commit, with the version beside it', () => {
    const uses = [...text.matchAll(/uses: (\S+)(.*)/g)];
    expect(uses.length).toBeGreaterThan(0);
    for (const [, action, comment] of uses) {
      expect(action).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });

  test('may read the repository and no more, unless a job says so; ends by itself', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout'))) {
      expect(step.with).toEqual({ 'persist-credentials': false });
    }
  });

  test('nothing that a stranger writes is put into a script', () => {
    for (const { run = '' } of steps) expect(run).not.toMatch(/\$\{\{/);
  });

  test('what it calls with make is there', () => {
    const targets = new Set(
      [...readFileSync(join(root, 'Makefile'), 'utf8').matchAll(/^([a-z][a-z-]*):/gm)].map(([, name]) => name),
    );
    const called = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/^make (.+)$/gm)].flatMap(([, names]) => names.split(' ')),
    );
    expect(called.filter((name) => !targets.has(name))).toEqual([]);
  });
});

test('there is one for the tests, the image and the chart', () => {
  expect(files.sort()).toEqual(['chart.yaml', 'ci.yaml', 'image.yaml']);
});
