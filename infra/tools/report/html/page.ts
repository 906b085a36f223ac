import {
  failuresChart,
  handleChart,
  hoursChart,
  live,
  type Option,
  pathsChart,
  serviceChart,
  volumeChart,
} from './charts';
import type { ChartFigures } from './figures';
import { drawInPage } from './in-page';
import { style } from './style';

interface Section {
  id: string;
  title: string;
  text: string;
  option: Option;
  height: number;
}

/** The whole report as one HTML file that needs nothing else: `library` is the text of ECharts. Pure. */
export function page(figures: ChartFigures, range: { from: number; to: number }, library: string): string {
  const sections = sectionsOf(figures);
  const options = Object.fromEntries(sections.map(({ id, option }) => [id, option]));
  const period = `${day(range.from)} to ${day(range.to - 1)} (UTC)`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Customer Dynamics, ${period}</title>
<style>${style}</style>
</head>
<body>
<header><h1>Customer Dynamics</h1><p>${period}</p></header>
<main>
<ul class="tiles">${tiles(figures)}</ul>
${sections.map(sectionHtml).join('\n')}
<section class="wide"><h2>Most frequent failure paths</h2>
<p>Each leg in order, equal neighbours as one. Minutes: until something worked; a dash where nothing ever did.</p>
${pathTable(figures)}</section>
<section class="wide"><h2>Queues</h2>
<p>Service level: answered within 20 s over answered and abandoned, where somebody waits on the line.</p>
${queueTable(figures)}</section>
</main>
<footer><p>Written by <code>make report</code> from volume_trends, channel_failure_paths, efficiency_metrics and service_levels. What each figure means: docs/data-dictionary.md. Charts by Apache ECharts.</p></footer>
<script>${inline(library)}</script>
<script>(${inline(drawInPage.toString())})(window, ${inline(JSON.stringify(options))})</script>
</body>
</html>
`;
}

function sectionsOf(figures: ChartFigures): Section[] {
  const rowsHigh = (count: number): number => 80 + 34 * count;
  return [
    {
      id: 'volume',
      title: 'How much comes in',
      text: 'Events of customers, channel upon channel.',
      option: volumeChart(figures),
      height: 340,
    },
    {
      id: 'paths',
      title: 'What was tried, and what became of it',
      text: 'Sessions with a failure, from step to step, over the most frequent paths. Longer paths are drawn to their fourth step.',
      option: pathsChart(figures),
      height: 560,
    },
    {
      id: 'hours',
      title: 'When they come',
      text: 'Events by weekday and hour, UTC: the brighter, the more.',
      option: hoursChart(figures),
      // As high as what stands beside it.
      height: Math.max(330, rowsHigh(figures.failures.length)),
    },
    {
      id: 'failures',
      title: 'Where it fails first',
      text: 'Sessions by their first failed step: rescued by something that worked afterwards, or not.',
      option: failuresChart(figures),
      height: rowsHigh(figures.failures.length),
    },
    {
      id: 'service',
      title: 'Do people get through?',
      text: 'Queues in which somebody waits on the line.',
      option: serviceChart(figures),
      height: rowsHigh(1.4 * figures.queues.filter(live).length),
    },
    {
      id: 'handling',
      title: 'What handling takes',
      text: 'Per handled leg; the parts together are the handle time.',
      option: handleChart(figures),
      height: rowsHigh(figures.queues.length),
    },
  ];
}

const sectionHtml = ({ id, title, text, height }: Section): string =>
  `<section class="${id === 'volume' || id === 'paths' ? 'wide' : ''}"><h2>${title}</h2><p>${text}</p><div id="${id}" class="chart" role="img" aria-label="${title}" style="height:${Math.round(height)}px"></div></section>`;

function tiles({ totals }: ChartFigures): string {
  const figures: [string, string][] = [
    ['events', count(totals.events)],
    ['sessions', count(totals.sessions)],
    ['with a failure', share(totals.sessions > 0 ? totals.with_failure / totals.sessions : null)],
    ['of these rescued', share(totals.with_failure > 0 ? totals.rescued / totals.with_failure : null)],
    ['until it worked', totals.minutes_to_success === null ? '-' : `${Math.round(totals.minutes_to_success)} min`],
    ['service level, live', share(totals.service_level)],
    ['abandoned', share(totals.abandon_rate)],
  ];
  return figures.map(([name, value]) => `<li><b>${value}</b><span>${name}</span></li>`).join('');
}

const pathTable = ({ paths }: ChartFigures): string =>
  table(
    ['path', 'sessions', 'minutes'],
    paths
      .slice(0, 15)
      .map(({ path, sessions, minutes }) => [
        path.map(escaped).join(' <i>›</i> '),
        count(sessions),
        minutes === null ? '-' : minutes.toFixed(1),
      ]),
  );

const queueTable = ({ queues }: ChartFigures): string =>
  table(
    ['queue', 'offered', 'service level', 'abandoned', 'speed of answer', 'handle time'],
    queues.map((queue) => [
      escaped(queue.queue),
      count(queue.offered),
      live(queue) ? share(queue.service_level) : '-',
      share(queue.abandon_rate),
      duration(queue.asa_s),
      duration((queue.talk_s ?? 0) + (queue.hold_s ?? 0) + (queue.acw_s ?? 0)),
    ]),
  );

function table(head: string[], body: string[][]): string {
  const row = (cells: string[], of: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${of}>${cell}</${of}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${row(head, 'th')}</thead><tbody>${body.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>`;
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const share = (value: number | null): string => (value === null ? '-' : `${(100 * value).toFixed(1)} %`);
const duration = (seconds: number | null): string =>
  seconds === null ? '-' : seconds < 600 ? `${Math.round(seconds)} s` : `${(seconds / 3_600).toFixed(1)} h`;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const escaped = (text: string): string => text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
/** A script must not contain what would end it. */
const inline = (script: string): string => script.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--');
