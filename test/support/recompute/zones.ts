/** Local time of a zone, from the host's own tables: nothing of it comes from the database. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD hh:mm:ss` on the clocks of a zone at an instant (epoch ms). */
export function localText(at: number, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    const fields = {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    };
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      hourCycle: 'h23',
      ...(fields as Intl.DateTimeFormatOptions),
    });
    formats.set(zone, format);
  }
  return format.format(at);
}

export type Period = 'quarter_hour' | 'half_hour' | 'hour' | 'day' | 'week' | 'month';

const quarterMs = 900_000;

/** Name of the period in which an instant lies: on what the clocks of the zone agree within it. */
function periodName(at: number, zone: string, period: Period): string {
  const text = localText(at, zone);
  if (period === 'month') return text.slice(0, 7);
  if (period === 'day') return text.slice(0, 10);
  if (period === 'week') {
    const date = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
    return String(date - ((new Date(date).getUTCDay() + 6) % 7) * 86_400_000);
  }
  if (period === 'hour') return text.slice(0, 13);
  return `${text.slice(0, 13)} ${Math.floor(Number(text.slice(14, 16)) / (period === 'half_hour' ? 30 : 15))}`;
}

const starts = new Map<string, number>();

/**
 * Start (epoch ms) of the period of a zone in which an instant lies: back in steps of 15 minutes, at which all clocks
 * that change do so, to where the name of the period is another. An hour that the clocks go through twice is two.
 */
export function periodStart(at: number, zone: string, period: Period): number {
  const quarter = Math.floor(at / quarterMs) * quarterMs;
  const key = `${quarter} ${zone} ${period}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const name = periodName(quarter, zone, period);
  const longest = period === 'hour' ? 3 : period === 'half_hour' ? 1 : period === 'quarter_hour' ? 0 : 10_000;
  let start = quarter;
  for (let steps = 0; steps < longest && periodName(start - quarterMs, zone, period) === name; steps++)
    start -= quarterMs;
  starts.set(key, start);
  return start;
}
