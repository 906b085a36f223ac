/** Milliseconds since 1970, or why there are none. */
export type ParsedTime = { ms: number } | { reason: string; predicate: string };

const iso = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/;

const wrongFormat = {
  reason: 'wrong_format',
  predicate: 'must be an ISO 8601 time with its offset, such as 2026-03-01T09:30:00Z, or whole milliseconds since 1970',
};

/**
 * Reads an ISO 8601 time with an offset, or whole epoch milliseconds. A time without a zone is refused: guessing one
 * would move every event of a source by hours without anybody noticing. Digits beyond milliseconds are dropped.
 */
export function parseTime(value: string | number): ParsedTime {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { ms: value } : wrongFormat;
  const parts = iso.exec(value);
  if (!parts) return wrongFormat;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = parts;
  if (zone === undefined) {
    return { reason: 'time_without_zone', predicate: 'has no time zone: add Z or an offset such as +02:00' };
  }
  const ms = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second, +fraction.padEnd(3, '0').slice(0, 3));
  // Date.UTC turns 30 February into 2 March; what does not come back as it was is no date.
  const back = new Date(ms);
  const exists = back.getUTCMonth() === +month - 1 && back.getUTCDate() === +day && +hour < 24;
  const offsetMs = zoneOffsetMs(zone);
  if (!exists || +minute > 59 || +second > 59 || offsetMs === undefined) {
    return { reason: 'wrong_format', predicate: 'is not a date and time of the calendar' };
  }
  return { ms: ms - offsetMs };
}

function zoneOffsetMs(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 23 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
