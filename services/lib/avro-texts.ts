import { isAsciiAt } from './ascii';
import type { Tap } from './avro-tap';

/** Texts of few values (event types, queues, agents) exist once: one table for all fields, which forgets by itself. */
const slots = 4096;
const longest = 32;
const table: string[] = new Array(slots).fill('');

/** A field whose texts are seldom met again (ids) does not look for them, and tries anew after a while. */
const trial = 1024;
const rest = 64 * trial;

/** Reads a text as avsc does, undefined where it ends beyond the buffer. One for each field. */
export function textReader(): (tap: Tap) => string | undefined {
  let looks = 0;
  let finds = 0;
  let resting = 0;

  return (tap) => {
    const { buf, pos } = tap;
    const length = buf[pos] >> 1;
    const start = pos + 1;
    const end = start + length;
    // Negative or of two bytes and more, or not all there: avsc knows what that means.
    if (buf[pos] & 129 || pos >= buf.length || end > buf.length) return tap.readString();
    tap.pos = end;
    if (length === 0) return '';
    if (length > longest) return buf.utf8Slice(start, end);
    if (resting > 0) {
      resting--;
      return buf.utf8Slice(start, end);
    }
    let hash = length;
    let bits = 0;
    for (let at = start; at < end; at++) {
      bits |= buf[at];
      hash = (Math.imul(hash, 31) + buf[at]) | 0;
    }
    if (bits > 127) return buf.utf8Slice(start, end);
    if (++looks === trial) {
      if (finds < trial / 4) resting = rest;
      looks = 0;
      finds = 0;
    }
    const slot = (hash ^ (hash >>> 12)) & (slots - 1);
    const known = table[slot];
    if (known.length === length && isAsciiAt(known, buf, start)) {
      finds++;
      return known;
    }
    table[slot] = buf.latin1Slice(start, end);
    return table[slot];
  };
}
