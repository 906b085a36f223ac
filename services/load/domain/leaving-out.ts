import { type Intent, maxLeftOut } from './intent';

/** Why records cannot be loaded, by offset. */
export type Faults = Map<number, string>;

export interface Located {
  offset: string;
}

export const offsetOf = (record: Located): number => Number(record.offset);

/** The first records, of those in order of offsets, up to and including `end`: mostly all of them. */
export function upTo<T extends Located>(records: readonly T[], end: number): readonly T[] {
  let length = records.length;
  while (length > 0 && offsetOf(records[length - 1]) > end) length -= 1;
  return length === records.length ? records : records.slice(0, length);
}

/** The first records, up to as many that cannot be loaded as one block may leave out. */
export function fitting<T extends Located>(records: readonly T[], refused: (offset: number) => boolean): readonly T[] {
  let left = 0;
  const beyond = records.findIndex((record) => refused(offsetOf(record)) && ++left > maxLeftOut);
  return beyond < 0 ? records : records.slice(0, beyond);
}

/**
 * The intent for as many of its records as one block can be made of, now that some are known to be faulty: it leaves
 * those out, and ends earlier when there are too many. Its records are those of `start` to `end` of the given intent.
 */
export function withoutFaulty(intent: Intent, records: readonly Located[], faults: Faults): Intent {
  if (faults.size === 0) return intent;
  const out = new Set([...intent.left_out, ...faults.keys()]);
  const part = fitting(upTo(records, intent.end), (offset) => out.has(offset));
  const offsets = part.map(offsetOf);
  return { ...intent, end: offsets[offsets.length - 1], left_out: offsets.filter((offset) => out.has(offset)) };
}
