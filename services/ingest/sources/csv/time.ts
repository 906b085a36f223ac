import { parseTime } from '../../domain/time';
import type { TimeRule } from './mapping';

const digits: Readonly<Record<string, string>> = {
  ...{ YYYY: '\\d{4}', YY: '\\d{2}', MM: '\\d{2}', M: '\\d{1,2}', DD: '\\d{2}', D: '\\d{1,2}' },
  ...{
    HH: '\\d{2}',
    H: '\\d{1,2}',
    hh: '\\d{2}',
    h: '\\d{1,2}',
    mm: '\\d{2}',
    ss: '\\d{2}',
    SSS: '\\d{1,3}',
    A: '[AaPp][Mm]',
  },
};
const token = /YYYY|YY|MM|M|DD|D|HH|H|hh|h|mm|ss|SSS|A/g;
const isPattern = (format: string): boolean => !['iso', 'epoch_seconds', 'epoch_ms'].includes(format);

/** Why a time rule cannot work; undefined when it can. */
export function patternFault({ format, zone }: TimeRule): string | undefined {
  if (zone !== undefined && offsetOf(zone, 0) === undefined)
    return `zone ${zone} is neither an offset nor a known zone`;
  if (!isPattern(format)) return undefined;
  const tokens = format.match(token) ?? [];
  if (new Set(tokens).size !== tokens.length) return `format ${format} uses a part twice`;
  if (!/Y/.test(format) || !/M/.test(format) || !/D/.test(format)) return `format ${format} lacks year, month or day`;
  return zone === undefined ? `format ${format} has no zone: add "zone"` : undefined;
}

const compiled = new Map<string, { pattern: RegExp; tokens: string[] }>();

function patternOf(format: string): { pattern: RegExp; tokens: string[] } {
  const known = compiled.get(format);
  if (known) return known;
  const tokens = format.match(token) ?? [];
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const parts = format.split(token).map(literal);
  const source = parts.map((part, index) => part + (tokens[index] ? `(${digits[tokens[index]]})` : '')).join('');
  const made = { pattern: new RegExp(`^${source}$`), tokens };
  compiled.set(format, made);
  return made;
}

/** Epoch milliseconds of a cell; undefined when it is not written as the rule says. */
export function cellTime(text: string, { format, zone }: TimeRule): number | undefined {
  if (format === 'epoch_seconds' || format === 'epoch_ms') {
    const number = /^\d{1,16}(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isNaN(number) ? undefined : Math.round(format === 'epoch_ms' ? number : number * 1_000);
  }
  if (format === 'iso') return isoTime(text, zone);
  const { pattern, tokens } = patternOf(format);
  const found = pattern.exec(text);
  if (!found) return undefined;
  const part = (...names: string[]): string | undefined => {
    const index = tokens.findIndex((one) => names.includes(one));
    return index < 0 ? undefined : found[index + 1];
  };
  const year = part('YYYY') ?? `20${part('YY')}`;
  const half = part('A')?.toLowerCase();
  const hour = Number(part('HH', 'H', 'hh', 'h') ?? 0);
  const hours = half === undefined ? hour : (hour % 12) + (half === 'pm' ? 12 : 0);
  const two = (value: string | number | undefined) => String(value ?? 0).padStart(2, '0');
  const time = `${two(hours)}:${two(part('mm'))}:${two(part('ss'))}.${(part('SSS') ?? '0').padEnd(3, '0')}`;
  return isoTime(`${year}-${two(part('MM', 'M'))}-${two(part('DD', 'D'))}T${time}`, zone);
}

/** A time without a zone is taken to be in the rule's. */
function isoTime(text: string, zone: string | undefined): number | undefined {
  const plain = text.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T');
  const parsed = parseTime(plain);
  if ('ms' in parsed) return parsed.ms;
  const local = zone === undefined ? undefined : parseTime(/T/.test(plain) ? `${plain}Z` : `${plain}T00:00:00Z`);
  if (!local || !('ms' in local)) return undefined;
  // Twice: what holds at the guess may not hold at the time itself, near a change of the clocks.
  const guess = local.ms - (offsetOf(zone as string, local.ms) ?? 0);
  return local.ms - (offsetOf(zone as string, guess) ?? 0);
}

/** How far a zone is ahead of UTC at a moment; undefined for no zone. */
function offsetOf(zone: string, at: number): number | undefined {
  const fixed = /^(?:Z|([+-])(\d{2}):?(\d{2}))$/.exec(zone);
  if (fixed) return fixed[1] ? (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000 : 0;
  const quarter = Math.floor(at / quarterMs);
  const key = `${zone} ${quarter}`;
  if (!offsets.has(key)) {
    if (offsets.size >= maxOffsets) offsets.clear();
    offsets.set(key, zoneOffsetAt(zone, quarter * quarterMs));
  }
  return offsets.get(key);
}

/** Zones change at full quarters of an hour at most; asking is slow, and rows of a table are near one another. */
const quarterMs = 15 * 60_000;
const maxOffsets = 50_000;
const offsets = new Map<string, number | undefined>();

function zoneOffsetAt(zone: string, at: number): number | undefined {
  const name = formatOf(zone)
    ?.formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const found = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name ?? '');
  if (!found) return undefined;
  return found[1] ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000 : 0;
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) {
    try {
      formats.set(zone, new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }));
    } catch {
      formats.set(zone, undefined);
    }
  }
  return formats.get(zone);
}
