import { bad, channelColours, good, outcomeColours, seriesColours } from '../../../../dashboards/lib/colours';
import type { ChartFigures, QueueFigures } from './figures';

/** What ECharts is given, as plain data; `$unit` marks where the page puts a formatter of numbers. */
export type Option = Record<string, unknown>;
export type Unit = 'count' | 'share' | 'minutes' | 'seconds';

const colourOf = (label: string): string =>
  (channelColours as Record<string, string>)[label.split('.')[0] ?? ''] ?? channelColours.UNKNOWN;

const plain = { left: 8, right: 16, top: 40, bottom: 8, containLabel: true };
const tooltip = (unit: Unit): Option => ({
  trigger: 'axis',
  axisPointer: { type: 'shadow' },
  order: 'valueDesc',
  $unit: unit,
});
const legend = { type: 'scroll', top: 0, left: 0, itemWidth: 12, itemHeight: 12 };

/** Events over time, channel upon channel, the busiest at the bottom. */
export function volumeChart({ volume }: Pick<ChartFigures, 'volume'>): Option {
  const times = [...new Set(volume.map(({ time }) => time))].sort((a, b) => a - b);
  const sums = new Map<string, number>();
  for (const { channel, events } of volume) sums.set(channel, (sums.get(channel) ?? 0) + events);
  const channels = [...sums].sort((a, b) => b[1] - a[1]).map(([channel]) => channel);
  const found = new Map(volume.map(({ time, channel, events }) => [`${time} ${channel}`, events]));
  return {
    grid: plain,
    legend,
    tooltip: tooltip('count'),
    xAxis: { type: 'time', axisLabel: { formatter: '{MMM} {d}' } },
    yAxis: { type: 'value', $unit: 'count' },
    series: channels.map((channel) => ({
      name: channel,
      type: 'line',
      step: 'start',
      stack: 'all',
      symbol: 'none',
      lineStyle: { width: 0 },
      areaStyle: { opacity: 0.9 },
      itemStyle: { color: colourOf(channel) },
      data: times.map((time) => [time * 1_000, found.get(`${time} ${channel}`) ?? 0]),
    })),
  };
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Events by weekday and hour (UTC): the brighter, the more. */
export function hoursChart({ hours }: Pick<ChartFigures, 'hours'>): Option {
  const most = Math.max(1, ...hours.map(({ events }) => events));
  return {
    grid: { ...plain, top: 8, bottom: 44 },
    tooltip: { $unit: 'count' },
    xAxis: { type: 'category', data: Array.from({ length: 24 }, (_, hour) => `${hour} h`), splitArea: { show: true } },
    yAxis: { type: 'category', data: weekdays, inverse: true },
    visualMap: {
      min: 0,
      max: most,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemHeight: 120,
      itemWidth: 12,
      // The scale called cividis: even steps, also for people who are colour-blind.
      inRange: { color: ['#00224E', '#35456C', '#666970', '#948E77', '#C8B866', '#FEE838'] },
      $unit: 'count',
    },
    series: [
      { type: 'heatmap', name: 'events', data: hours.map(({ weekday, hour, events }) => [hour, weekday - 1, events]) },
    ],
  };
}

const ends = { worked: 'worked', never: 'never worked' };
/** Longer paths are drawn to here; then comes what became of them. */
const stepsShown = 4;

/** The most frequent failure paths from step to step. A step is its place and its label, so nothing flows back. */
export function pathsChart({ paths }: Pick<ChartFigures, 'paths'>): Option {
  const flows = new Map<string, number>();
  const nodes = new Map<string, { label: string; depth: number }>();
  for (const { path, sessions, worked } of paths) {
    const labels = path.slice(0, stepsShown).map((step) => step.split(':')[0] ?? '');
    const names = labels.map((label, place) => `${place + 1} ${label}`);
    names.forEach((name, place) => {
      nodes.set(name, { label: labels[place]!, depth: place });
    });
    const end = worked ? ends.worked : ends.never;
    nodes.set(end, { label: end, depth: stepsShown });
    [...names, end].forEach((name, place, all) => {
      if (place > 0) flows.set(`${all[place - 1]}|${name}`, (flows.get(`${all[place - 1]}|${name}`) ?? 0) + sessions);
    });
  }
  const colour = (label: string): string =>
    label === ends.worked ? outcomeColours.SUCCESS : label === ends.never ? outcomeColours.FAILURE : colourOf(label);
  return {
    tooltip: { trigger: 'item', $unit: 'count' },
    series: [
      {
        type: 'sankey',
        left: 4,
        right: 110,
        top: 8,
        bottom: 8,
        nodeGap: 10,
        nodeAlign: 'left',
        draggable: false,
        emphasis: { focus: 'adjacency' },
        labelLayout: { hideOverlap: true },
        lineStyle: { color: 'gradient', opacity: 0.35, curveness: 0.5 },
        data: [...nodes].map(([name, { label, depth }]) => ({
          name,
          depth,
          itemStyle: { color: colour(label) },
          label: { formatter: label.replace('.SELF_SERVICE', ' (self-service)') },
        })),
        links: [...flows].map(([key, value]) => ({ source: key.split('|')[0], target: key.split('|')[1], value })),
      },
    ],
  };
}

/** One part of horizontal bars that add up; null: unknown there. */
const bar = (name: string, color: string, values: (number | null)[]) => ({
  name,
  type: 'bar',
  stack: 'all',
  barMaxWidth: 22,
  itemStyle: { color },
  data: values,
});

/** Where it failed first, and how often something worked afterwards. */
export function failuresChart({ failures }: Pick<ChartFigures, 'failures'>): Option {
  return {
    grid: plain,
    legend,
    tooltip: tooltip('count'),
    xAxis: { type: 'value', $unit: 'count' },
    yAxis: {
      type: 'category',
      inverse: true,
      data: failures.map(({ failed }) => failed.replace('.SELF_SERVICE', ' (self-service)')),
    },
    series: [
      bar(
        'rescued',
        good,
        failures.map(({ rescued }) => rescued),
      ),
      bar(
        'never worked',
        bad,
        failures.map(({ never }) => never),
      ),
    ],
  };
}

/** Queues in which somebody waits on the line: others answer in hours. */
export const live = ({ channel }: QueueFigures): boolean => ['VOICE', 'CHAT', 'VIDEO'].includes(channel);

export function serviceChart({ queues }: Pick<ChartFigures, 'queues'>): Option {
  const shown = queues.filter(live);
  const bar = (name: string, color: string, values: (number | null)[]) => ({
    name,
    type: 'bar',
    barMaxWidth: 22,
    itemStyle: { color },
    data: values,
  });
  return {
    grid: plain,
    legend,
    tooltip: tooltip('share'),
    xAxis: { type: 'value', min: 0, max: 1, $unit: 'share' },
    yAxis: { type: 'category', inverse: true, data: shown.map(({ queue }) => queue) },
    series: [
      bar(
        'service level',
        good,
        shown.map(({ service_level }) => service_level),
      ),
      bar(
        'abandoned',
        outcomeColours.ABANDONED,
        shown.map(({ abandon_rate }) => abandon_rate),
      ),
    ],
  };
}

export function handleChart({ queues }: Pick<ChartFigures, 'queues'>): Option {
  return {
    grid: plain,
    legend,
    tooltip: tooltip('seconds'),
    xAxis: { type: 'value', $unit: 'seconds' },
    yAxis: { type: 'category', inverse: true, data: queues.map(({ queue }) => queue) },
    series: [
      bar(
        'talk',
        seriesColours[0],
        queues.map(({ talk_s }) => talk_s),
      ),
      bar(
        'hold',
        seriesColours[1],
        queues.map(({ hold_s }) => hold_s),
      ),
      bar(
        'after-contact work',
        seriesColours[2],
        queues.map(({ acw_s }) => acw_s),
      ),
    ],
  };
}
