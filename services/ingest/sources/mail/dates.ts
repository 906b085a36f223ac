const obsoleteZones = 'UT|UTC|GMT|EST|EDT|CST|CDT|MST|MDT|PST|PDT|Z';
const dateTime = new RegExp(
  `^(?:[A-Za-z]{3},\\s*)?\\d{1,2}\\s+[A-Za-z]{3}\\s+\\d{2,4}\\s+\\d{1,2}:\\d{2}(?::\\d{2})?\\s*(?:[+-]\\d{4}|${obsoleteZones})$`,
  'i',
);

/** Epoch milliseconds of an RFC 5322 date; undefined when it is none, or has no zone. Comments are left out. */
export function mailTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || text.length > 200) return undefined;
  const plain = text
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const ms = dateTime.test(plain) ? Date.parse(plain) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** When a server stamped it: behind the last semicolon of a Received line. */
export const receivedTime = (line: unknown): number | undefined =>
  typeof line === 'string' ? mailTime(line.slice(line.lastIndexOf(';') + 1)) : undefined;

/** How far a sender's clock may be ahead of the server's before the server is believed instead. */
const aheadMs = 5 * 60_000;

/** The sender's date, unless it lies after the arrival; the arrival where there is none. */
export function sentTime(date: unknown, received: number | undefined): number | undefined {
  const sent = mailTime(date);
  return sent === undefined || (received !== undefined && sent > received + aheadMs) ? received : sent;
}
