import type { Option, Unit } from './charts';

interface Chart {
  setOption(option: Option): void;
  resize(): void;
  dispose(): void;
}

/** What the page has of a browser and of ECharts. */
export interface BrowserWindow {
  echarts: { init(element: unknown, theme: string | null, options: object): Chart };
  document: { getElementById(id: string): unknown; documentElement: unknown };
  getComputedStyle(element: unknown): { getPropertyValue(name: string): string };
  matchMedia(query: string): { matches: boolean; addEventListener(event: string, listener: () => void): void };
  addEventListener(event: string, listener: () => void): void;
}

/**
 * Draws the charts, again when the page turns light or dark. It runs in the browser, where its text is put: it can use
 * nothing but what it is given.
 */
export function drawInPage(window: BrowserWindow, options: Record<string, Option>): void {
  const formats: Record<Unit, (value: number) => string> = {
    count: (value) => (Math.abs(value) >= 10_000 ? `${Math.round(value / 100) / 10} k` : String(Math.round(value))),
    share: (value) => `${Math.round(value * 1_000) / 10} %`,
    minutes: (value) => `${Math.round(value * 10) / 10} min`,
    seconds: (value) => `${Math.round(value)} s`,
  };
  const format = (unit: Unit, value: unknown): string => {
    const last = Array.isArray(value) ? value[value.length - 1] : value;
    return last === null || last === undefined ? '-' : formats[unit](Number(last));
  };
  const withFormats = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withFormats);
    if (typeof value !== 'object' || value === null) return value;
    const { $unit, ...rest } = value as Option & { $unit?: Unit };
    const entries = Object.entries(rest).map(([name, inner]) => [name, withFormats(inner)]);
    const formatted: Option = Object.fromEntries(entries);
    if ($unit === undefined) return formatted;
    const write = (one: unknown): string => format($unit, one);
    if ('type' in formatted)
      return { ...formatted, axisLabel: { formatter: write, ...(formatted.axisLabel as Option) } };
    if ('inRange' in formatted) return { ...formatted, formatter: write };
    return { ...formatted, valueFormatter: write };
  };
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  let charts: Chart[] = [];
  const draw = (): void => {
    for (const chart of charts) chart.dispose();
    const style = window.getComputedStyle(window.document.documentElement);
    const ink = style.getPropertyValue('--ink').trim();
    const line = style.getPropertyValue('--line').trim();
    const paper = style.getPropertyValue('--paper').trim();
    const axis = (one: unknown): unknown => ({
      ...(one as Option),
      axisLabel: { color: ink, hideOverlap: true, ...((one as Option).axisLabel as Option | undefined) },
      axisLine: { lineStyle: { color: line } },
      splitLine: { lineStyle: { color: line } },
      splitArea: { show: false },
    });
    charts = Object.entries(options).map(([id, option]) => {
      const chart = window.echarts.init(window.document.getElementById(id), dark.matches ? 'dark' : null, {
        renderer: 'svg',
      });
      const given = withFormats(option) as Option;
      const quiet: Option = {
        backgroundColor: 'transparent',
        textStyle: { color: ink, fontFamily: 'inherit' },
        animation: false,
      };
      for (const name of ['xAxis', 'yAxis']) if (given[name]) given[name] = axis(given[name]);
      if (given.legend)
        given.legend = { ...(given.legend as Option), textStyle: { color: ink }, pageTextStyle: { color: ink } };
      if (given.visualMap) given.visualMap = { ...(given.visualMap as Option), textStyle: { color: ink } };
      if (given.tooltip)
        given.tooltip = {
          ...(given.tooltip as Option),
          confine: true,
          backgroundColor: paper,
          borderColor: line,
          textStyle: { color: ink },
        };
      const series = given.series as Option[];
      for (const one of series) {
        if (one.type === 'sankey') one.label = { color: ink, textBorderWidth: 0, fontSize: 12 };
        if (one.type === 'heatmap') one.itemStyle = { borderColor: paper, borderWidth: 1 };
      }
      chart.setOption({ ...quiet, ...given });
      return chart;
    });
  };
  draw();
  dark.addEventListener('change', draw);
  window.addEventListener('resize', () => {
    for (const chart of charts) chart.resize();
  });
}
