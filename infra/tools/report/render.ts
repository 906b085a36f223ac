import { type Comparison, differs } from './compare';
import type { PathRow, QueueRow, VolumeRow } from './queries';

const bars = '▁▂▃▄▅▆▇█';
const number = (value: number): string => value.toLocaleString('en-US');
const percent = (value: number | null): string => (value === null ? '-' : `${(100 * value).toFixed(1)} %`);
const secondsOf = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1_000).toFixed(0)} s`);
const bold = (text: string): string => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text);

/** One character per value, its height relative to the largest; a blank where there is nothing. */
export function sparkline(values: number[]): string {
  const most = Math.max(...values, 1);
  return values
    .map((value) => (value === 0 ? ' ' : bars[Math.min(bars.length - 1, Math.floor((value / most) * bars.length))]))
    .join('');
}

/** Columns as wide as their widest cell; the first column is aligned left, numbers right. */
export function table(head: string[], body: string[][], left: number[] = [0]): string {
  const width = head.map((title, column) => Math.max(title.length, ...body.map((row) => row[column].length)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (left.includes(column) ? cell.padEnd(width[column]) : cell.padStart(width[column])))
      .join('  ')
      .trimEnd();
  return [line(head), ...body.map(line)].map((text) => `  ${text}`).join('\n');
}

export function renderVolume(rows: VolumeRow[]): string {
  const body = rows.map(({ channel, events, hours }) => [channel, number(events), sparkline(hours)]);
  return section('Volume by channel', `${table(['channel', 'events', '0 h        12 h      23 h UTC'], body, [0, 2])}`);
}

export function renderPaths(rows: PathRow[]): string {
  const body = rows.map(({ path, sessions, minutes_to_success }) => [
    path.join(' > '),
    number(sessions),
    minutes_to_success === null ? 'never' : `${minutes_to_success.toFixed(0)} min`,
  ]);
  return section(
    'Channel-failure paths: what was tried before it worked, or never worked',
    table(['path', 'sessions', 'to success'], body),
  );
}

export function renderQueues(rows: QueueRow[]): string {
  const body = rows
    .filter(({ offered }) => offered > 0)
    .map((row) => [
      row.queue,
      number(row.offered),
      number(row.answered),
      number(row.abandoned),
      percent(row.abandon_rate),
      secondsOf(row.asa_ms),
      secondsOf(row.aht_ms),
    ]);
  return section(
    'Efficiency by queue',
    table(['queue', 'offered', 'answered', 'abandoned', 'abandon rate', 'speed of answer', 'handle time'], body),
  );
}

/** The verdict, with each compared figure. */
export function renderComparison(comparisons: Comparison[]): string {
  const body = comparisons.map((one) => [
    one.figure,
    number(one.agree),
    number(one.of),
    differs(one) ? `differs: ${one.example ?? ''}` : 'equal',
  ]);
  const sessions = comparisons.filter(({ figure }) => figure.startsWith('sessions') || figure.startsWith('  their'));
  const right = Math.min(...sessions.map(({ agree }) => agree));
  const all = sessions[0]?.of ?? 0;
  const verdict = comparisons.some(differs)
    ? `${number(right)} of ${number(all)} sessions as the simulation's truth: the figures differ`
    : `${number(all)} of ${number(all)} sessions as the simulation's truth`;
  return section(
    'Compared with the simulation’s own truth',
    `${table(['figure', 'equal', 'of', ''], body, [0, 3])}\n\n  ${bold(verdict)}`,
  );
}

export const section = (title: string, text: string): string => `\n${bold(title)}\n\n${text}\n`;
