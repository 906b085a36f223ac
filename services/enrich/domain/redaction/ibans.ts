import { mod97 } from './checks';
import { saidBefore } from './cues';
import { invisible } from './fold';
import type { Span } from './numbers';

/** How many characters an IBAN has, by country. */
const lengths: Readonly<Record<string, number>> = {
  ...{ AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22 },
  ...{ CY: 28, CZ: 24, DE: 22, DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22 },
  ...{ GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30 },
  ...{ KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MA: 28, MC: 27, MD: 24, ME: 22, MK: 19, MN: 20 },
  ...{ MR: 27, MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22 },
  ...{ RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26 },
  ...{ UA: 29, VA: 22, VG: 24, XK: 20, YE: 30 },
};

const head = /(?<![A-Za-z0-9])[A-Za-z]{2}[ \u200b-]?\d[ \u200b]?\d/g;

/** International account numbers: a country, its length, the checksum; after the word IBAN the shape is enough. */
export function ibansIn(folded: string): Span[] {
  const found: Span[] = [];
  for (const match of folded.matchAll(head)) {
    const start = match.index;
    if (start < (found.at(-1)?.end ?? 0)) continue;
    const wanted = lengths[match[0].slice(0, 2).toUpperCase()];
    if (wanted === undefined) continue;
    const taken = take(folded, start, wanted);
    if (taken && (mod97(taken.chars) || saidBefore(folded, start, /iban|آيبان|ايبان|الآيبان|الايبان/i))) {
      found.push({ start, end: taken.end });
    }
  }
  return found;
}

/** The next so many letters and digits, with single blanks, dots and dashes between them; undefined where there are fewer or more. */
function take(folded: string, start: number, count: number): { chars: string; end: number } | undefined {
  let chars = '';
  let at = start;
  for (let gap = 0; at < folded.length && chars.length < count; at++) {
    const char = folded[at];
    if (isAlphanumeric(folded.charCodeAt(at))) {
      chars += char;
      gap = 0;
    } else if (char !== invisible && ((char !== ' ' && char !== '.' && char !== '-') || ++gap > 2)) return undefined;
  }
  if (chars.length < count || isAlphanumeric(folded.charCodeAt(at))) return undefined;
  return { chars: chars.toUpperCase(), end: at };
}

/** Of ASCII; not of the NaN beyond the end either. */
const isAlphanumeric = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
