import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { allDashboards } from '../../../dashboards/all';
import { serviceMetrics } from '../../../infra/tools/docs/prometheus-metrics';
import { type Panel, panelsOf, sqlQueriesOf, variablesOf } from '../../support/panels';
import { metricsIn, unknownMetrics } from './metrics';

const root = resolve(__dirname, '../../..');
const generated = join(root, 'dashboards/generated');
const dashboards = [...allDashboards()].map(([name, dashboard]) => ({ name, dashboard }));
const known = new Set(serviceMetrics().map(({ name }) => name));

test('there are dashboards, and no address or title is twice', () => {
  expect(dashboards.length).toBeGreaterThanOrEqual(6);
  expect(new Set(dashboards.map(({ dashboard }) => dashboard.uid)).size).toBe(dashboards.length);
  expect(new Set(dashboards.map(({ dashboard }) => dashboard.title)).size).toBe(dashboards.length);
});

test('what is committed is what the code makes: else `make generate`', () => {
  expect(readdirSync(generated).sort()).toEqual(dashboards.map(({ name }) => `${name}.json`));
  for (const { name, dashboard } of dashboards) {
    expect(readFileSync(join(generated, `${name}.json`), 'utf8')).toBe(`${JSON.stringify(dashboard, null, 2)}\n`);
  }
});

/** What a panel lacks that a reader needs. */
function lacks({ title, description, type, links, fieldConfig, datasource, targets, gridPos }: Panel): string[] {
  const faults: string[] = [];
  if (description.length < 25 || !description.endsWith('.')) faults.push('a description in a sentence');
  if (links.length === 0) faults.push('a link');
  if (type !== 'table' && !fieldConfig.defaults.unit) faults.push('a unit');
  if (!datasource.uid.startsWith('${') || targets.some((target) => target.datasource.type !== datasource.type))
    faults.push('a data source by variable');
  if (gridPos.x + gridPos.w > 24 || gridPos.w < 4 || gridPos.h < 4) faults.push('room');
  return faults.map((fault) => `${title}: ${fault}`);
}

describe.each(dashboards)('$name', ({ dashboard }) => {
  const panels = panelsOf(dashboard);

  test('every panel says what it is, in which unit, and where to go on', () => {
    expect(panels.flatMap(lacks)).toEqual([]);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(dashboard.uid).toMatch(/^cd-/);
    expect(dashboard.tags).toEqual(['customer-dynamics']);
  });

  test('panels do not lie upon each other', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  test('every variable is used, and every one used is there', () => {
    const there = variablesOf(dashboard).map(({ name }) => name);
    const text = JSON.stringify({ panels: dashboard.panels });
    const used = [...text.matchAll(/\$\{(\w+)(?::\w+)?\}|\$(?!__|\{)(\w+)/g)].map(
      ([, braced, bare]) => braced ?? bare!,
    );
    const ours = new Set(used.filter((name) => !name.startsWith('__')));
    expect([...ours].sort()).toEqual([...there].sort());
  });

  test('no average of averages: rates of views are not averaged or summed', () => {
    const wrong = sqlQueriesOf(dashboard).filter(({ sql }) =>
      /\b(avg|sum)\(\w*\.?(sl_\w+|\w+_rate|asa_ms|aht_\w+|avg_\w+|fcr\w*|csat|nps|ces)\)/i.test(sql),
    );
    expect(wrong.map(({ panel }) => panel.title)).toEqual([]);
  });

  test('links lead to dashboards that are there', () => {
    const uids = dashboards.map((one) => one.dashboard.uid);
    const linked = [...JSON.stringify(dashboard).matchAll(/"\/d\/([\w-]+)/g)].map(([, uid]) => uid);
    expect(linked.filter((uid) => !uids.includes(uid))).toEqual([]);
  });

  test('metrics of Prometheus are those of the code', () => {
    const exprs = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr ?? []));
    expect(exprs.flatMap((expr) => unknownMetrics(expr, known))).toEqual([]);
    for (const expr of exprs) expect(metricsIn(expr)).not.toEqual([]);
  });
});
