import { createHash } from 'node:crypto';
import { isObject } from '../domain/fault';
import { limits } from '../domain/limits';
import { parseTime } from '../domain/time';
import type { SentIdentity } from './identities';

/** A foreign JSON object: nothing in it is sure. */
export type Fields = Record<string, unknown>;

export const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});

/** The objects of a list; whatever else stands in it is left out. */
export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** A text that is not blank, or a number as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

const unfitForIds = /[\p{Cc}\p{Cs}]/u;

/** An id in the form that events take: what is too long or unprintable becomes its hash, so that it still tells apart. */
export function idOf(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  if (text === undefined) return undefined;
  if (text.length <= limits.idChars && !unfitForIds.test(text)) return text;
  return `sha256:${hashOf(text)}`;
}

export const hashOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** A short label; what is too long is cut, what is unprintable becomes a blank. */
export const nameOf = (value: unknown): string | undefined =>
  textOf(
    textOf(value)
      ?.slice(0, limits.nameChars)
      .replace(/[\p{Cc}\p{Cs}]/gu, ' '),
  )?.trim();

/** What somebody wrote, cut to what an event holds. A half character at the cut is replaced. */
export const writtenText = (value: unknown): string | undefined =>
  textOf(value)
    ?.slice(0, limits.textChars)
    .replace(/\p{Cs}/gu, '\ufffd');

/** Below this a number of our time is seconds: in milliseconds it would be a day of 1973, before anything we take. */
const firstMillisecond = 1e11;

/** Epoch milliseconds of an ISO 8601 time with its offset, or of epoch seconds or milliseconds, as number or text. */
export function instantOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') {
    if (!Number.isFinite(number) || number <= 0) return undefined;
    return Math.round(number < firstMillisecond ? number * 1_000 : number);
  }
  const parsed = typeof value === 'string' ? parseTime(value.trim()) : undefined;
  return parsed && 'ms' in parsed ? parsed.ms : undefined;
}

/** A duration in milliseconds from seconds; undefined when it is none. */
export function secondsAsMs(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds >= 0)) return undefined;
  const ms = Math.round(seconds * 1_000);
  return ms <= limits.durationMs ? ms : undefined;
}

/** A finite number, also from a text. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** One identity as a list, or none: blank, unprintable and too long values name nobody. */
export function identity(type: string, value: unknown, verified = false): SentIdentity[] {
  const text = textOf(value)?.trim();
  const isUsable = text !== undefined && text.length <= limits.identityValueChars && !unfitForIds.test(text);
  return isUsable && !(type === 'customer_id' && text.startsWith('~')) ? [{ type, value: text, verified }] : [];
}

/** A telephone number that a network gives as digits only. */
export const internationalPhone = (value: unknown): string | undefined => {
  const text = textOf(value)?.trim();
  return text !== undefined && /^[1-9]\d{6,14}$/.test(text) ? `+${text}` : text;
};

/**
 * Identities that other sources know too, else the vendor's own number of the person. The latter would win over an
 * unverified address, and the person's dealings elsewhere would not be joined.
 */
export const personalOr = (personal: SentIdentity[], own: SentIdentity[]): SentIdentity[] =>
  personal.length > 0 ? personal.slice(0, limits.identities) : own;

/** A word to compare with: a text or number as it is, '' for anything else. */
export const wordOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** What a table of ours has under a foreign word; never anything of JavaScript's own. */
export const lookup = <T>(table: Readonly<Record<string, T>>, word: unknown): T | undefined =>
  Object.hasOwn(table, wordOf(word)) ? table[wordOf(word)] : undefined;
