import { identityOf, type SentIdentity } from '../identities';
import { isoTime, type TimeParser } from '../record';

export const system = 'twilio';

const rfc2822 =
  /^(?:[A-Z][a-z]{2},\s*)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? (?:([+-])(\d{2})(\d{2})|GMT|UTC)$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const sqlUtc = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?) ?UTC$/;

/** Seconds since 1970 are below this until the year 5138, milliseconds above it since 1973. */
const leastMs = 100_000_000_000;

/**
 * The API writes RFC 2822, TaskRouter ISO 8601 or seconds since 1970, warehouses `2026-03-01 10:00:00.000000 UTC`; forms
 * carry numbers as text.
 */
export const twilioTime: TimeParser = (value) => {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{9,14}$/.test(value))) {
    const number = Number(value);
    return Math.trunc(number < leastMs ? number * 1_000 : number);
  }
  if (typeof value !== 'string') return undefined;
  const sql = sqlUtc.exec(value.trim());
  if (sql) return isoTime(`${sql[1]}T${sql[2]}Z`);
  const parts = rfc2822.exec(value.trim());
  if (!parts) return isoTime(value);
  const [, day, month, year, hour, minute, second = '00', sign = '+', hours = '00', minutes = '00'] = parts;
  const number = months.indexOf(month) + 1;
  const date = `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isoTime(`${date}T${hour}:${minute}:${second}${sign}${hours}:${minutes}`);
};

/** Short codes are shorter; whatever is longer Twilio writes in E.164, of which some exports lose the plus. */
const leastE164Digits = 8;

/** The customer's address. */
export function twilioIdentity(address: string | undefined): SentIdentity | undefined {
  const identity = identityOf(address);
  if (identity?.type !== 'phone' || identity.value.startsWith('+')) return identity;
  return identity.value.length >= leastE164Digits ? { ...identity, value: `+${identity.value}` } : identity;
}

/** The network of an address: `whatsapp:+49…`, `messenger:…`, else a telephone. */
export const networkOf = (address: string | undefined): string | undefined =>
  /^(whatsapp|messenger|instagram|rcs):/i.exec(address ?? '')?.[1].toLowerCase();

/** Digits behind the comma of currencies that have not two. */
const digits = new Map([
  ...['JPY', 'KRW', 'CLP', 'VND', 'ISK', 'HUF'].map((code) => [code, 0] as const),
  ...['KWD', 'BHD', 'OMR', 'JOD', 'TND'].map((code) => [code, 3] as const),
]);

/**
 * What Twilio charges (a negative price), in minor units. Prices below one minor unit are rounded: the exact one stays
 * readable as an attribute.
 */
export function costOf(price: number | undefined, unit: string | undefined): object | undefined {
  const currency = unit?.toUpperCase();
  if (price === undefined || !currency) return undefined;
  const amount_minor = Math.round(Math.abs(price) * 10 ** (digits.get(currency) ?? 2));
  return { amount_minor, currency };
}
