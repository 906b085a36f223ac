import { describe, expect, test } from '@jest/globals';
import { pathsChart, volumeChart } from '../../../../infra/tools/report/html/charts';
import type { ChartFigures } from '../../../../infra/tools/report/html/figures';
import { page } from '../../../../infra/tools/report/html/page';

const figures: ChartFigures = {
  totals: {
    events: 12_345,
    sessions: 100,
    with_failure: 40,
    rescued: 10,
    minutes_to_success: null,
    offered: 7,
    service_level: 0.8,
    abandon_rate: 0.05,
  },
  volume: [
    { time: 3_600, channel: 'WEB', events: 2 },
    { time: 0, channel: 'WEB', events: 1 },
    { time: 0, channel: 'VOICE', events: 9 },
  ],
  hours: [{ weekday: 1, hour: 9, events: 12 }],
  paths: [
    { path: ['WEB:FAILURE', 'VOICE.SELF_SERVICE:ESCALATED', 'VOICE:SUCCESS'], sessions: 5, worked: true, minutes: 3 },
    { path: ['WEB:FAILURE', 'WEB:FAILURE', 'A:1', 'B:2', 'C:3', 'D:4'], sessions: 2, worked: false, minutes: null },
    { path: ['VOICE:FAILURE'], sessions: 1, worked: false, minutes: null },
  ],
  failures: [{ failed: 'WEB', rescued: 5, never: 2, minutes: 3 }],
  queues: [
    {
      queue: '<b>&"',
      channel: 'VOICE',
      offered: 7,
      service_level: 0.8,
      abandon_rate: null,
      asa_s: 20,
      talk_s: 100,
      hold_s: null,
      acw_s: 10,
    },
  ],
};
const range = { from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 10) };

describe('the report as one file', () => {
  const html = page(figures, range, 'window.echarts = {} // </script><!-- kept in');

  test('needs nothing from elsewhere', () => {
    expect(html).not.toMatch(/\b(src|href)=|@import|url\(/);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  });

  test('says which days, and each figure; nothing is shown as 0 that is not known', () => {
    expect(html).toContain('2026-03-02 to 2026-03-09 (UTC)');
    for (const text of ['12,345', '40.0 %', '25.0 %', '80.0 %']) expect(html).toContain(`<b>${text}</b>`);
    expect(html).toContain('<b>-</b><span>until it worked</span>');
  });

  test('writes names as text', () => {
    expect(html).toContain('<td>&#60;b&#62;&#38;&#34;</td>');
  });
});

describe('charts', () => {
  test('volume is in the order of time, the busiest channel first, gaps as 0', () => {
    const { series } = volumeChart(figures) as { series: { name: string; data: number[][] }[] };
    expect(series.map(({ name, data }) => ({ name, data }))).toEqual([
      {
        name: 'VOICE',
        data: [
          [0, 9],
          [3_600_000, 0],
        ],
      },
      {
        name: 'WEB',
        data: [
          [0, 1],
          [3_600_000, 2],
        ],
      },
    ]);
  });

  test('paths flow forwards, and what goes in comes out', () => {
    const [sankey] = (pathsChart(figures) as { series: { data: { name: string; depth: number }[]; links: Link[] }[] })
      .series;
    interface Link {
      source: string;
      target: string;
      value: number;
    }
    const depth = new Map(sankey!.data.map((node) => [node.name, node.depth]));
    for (const { source, target } of sankey!.links) expect(depth.get(source)!).toBeLessThan(depth.get(target)!);
    const sum = (links: Link[]): number => links.reduce((total, { value }) => total + value, 0);
    for (const { name, depth: place } of sankey!.data) {
      const entering = sum(sankey!.links.filter(({ target }) => target === name));
      const leaving = sum(sankey!.links.filter(({ source }) => source === name));
      if (place > 0 && leaving > 0) expect({ name, entering }).toEqual({ name, entering: leaving });
    }
    expect(sum(sankey!.links.filter(({ target }) => target === 'worked'))).toBe(5);
    expect(sum(sankey!.links.filter(({ target }) => target === 'never worked'))).toBe(3);
  });
});
