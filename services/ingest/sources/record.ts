import { type Fault, fault, isObject } from '../domain/fault';
import { limits } from '../domain/limits';
import { parseTime } from '../domain/time';

/** Epoch milliseconds of a vendor's way to write a time, or undefined when it is none. */
export type TimeParser = (value: unknown) => number | undefined;

/** ISO 8601 with an offset, as text. */
export const isoTime: TimeParser = (value) => {
  const parsed = typeof value === 'string' ? parseTime(value.trim()) : undefined;
  return parsed && 'ms' in parsed ? parsed.ms : undefined;
};

/**
 * One object of a vendor's JSON (or form), read field by field. Whatever is absent, null or '' is undefined; whatever is
 * there in a form that the vendor does not send becomes a fault under the vendor's own name, and is undefined too, so
 * that an adapter reads on and names all that is wrong at once.
 */
export class VendorRecord {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    fields: unknown,
    readonly faults: Fault[],
    private readonly path = '',
  ) {
    this.fields = isObject(fields) ? fields : {};
  }

  nameOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  /** The value as it came; only what the object itself has, so that no name finds anything of JavaScript's. */
  value(name: string): unknown {
    const value = Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
    return value === null || value === '' ? undefined : value;
  }

  names(): string[] {
    return Object.keys(this.fields);
  }

  /** An inner object; an empty one when there is none. */
  object(name: string): VendorRecord {
    const value = this.value(name);
    if (value !== undefined && !isObject(value)) this.refuse(name, 'wrong_type', 'must be an object');
    return new VendorRecord(value, this.faults, this.nameOf(name));
  }

  /** A list of objects. */
  list(name: string): VendorRecord[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value)) {
      this.refuse(name, 'wrong_type', 'must be a list');
      return [];
    }
    return value.flatMap((item, index) => {
      if (isObject(item)) return [new VendorRecord(item, this.faults, `${this.nameOf(name)}[${index}]`)];
      this.refuse(`${name}[${index}]`, 'wrong_type', 'must be an object');
      return [];
    });
  }

  /** Texts of a list; other items are left out. */
  texts(name: string): string[] {
    const value = this.value(name);
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : [];
  }

  /** A text; a number counts as the text it is written as (ids come both ways). */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    this.refuse(name, 'wrong_type', 'must be text');
    return undefined;
  }

  /** A text that must be there. */
  needed(name: string): string {
    const text = this.text(name);
    if (text === undefined && this.value(name) === undefined) this.refuse(name, 'missing', 'is required');
    return text ?? '';
  }

  /** Epoch milliseconds. */
  time(name: string, parse: TimeParser = isoTime): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const ms = parse(value);
    if (ms === undefined) this.refuse(name, 'wrong_format', 'is not a time in the form that this source sends');
    return ms;
  }

  /** A number, also where it is written as text. */
  number(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const isNumeral = typeof value === 'string' && /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value);
    const number = isNumeral ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    this.refuse(name, 'wrong_type', 'must be a number');
    return undefined;
  }

  /** A duration in whole milliseconds, sent in units of `unitMs`. */
  duration(name: string, unitMs: 1 | 1_000 | 60_000): number | undefined {
    const number = this.number(name);
    if (number === undefined) return undefined;
    const ms = Math.round(number * unitMs);
    if (ms >= 0 && ms <= limits.durationMs) return ms;
    this.refuse(name, 'out_of_range', 'must be a length of time from 0 to ten years');
    return undefined;
  }

  refuse(name: string, reason: string, predicate: string): void {
    // Of a hostile list the first faults say enough; a field that is read twice is wrong once.
    if (this.faults.length >= limits.faultsPerEvent) return;
    const found = fault(this.nameOf(name), reason, predicate);
    if (!this.faults.some((it) => it.field === found.field && it.reason === reason)) this.faults.push(found);
  }
}
