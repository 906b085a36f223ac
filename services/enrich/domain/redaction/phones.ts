import { cueBefore, saysPhoneAfter } from './cues';
import { type Candidate, pick, type Run, type Span } from './numbers';

/** Area codes of Brazil. */
const ddd = /^(?:1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9])/;

/** Telephone numbers: international ones, and national ones by their shape or by the words around them. */
export function phonesIn(folded: string, run: Run): Span[] {
  const dates = datesOf(folded, run);
  return pick(folded, run, [7, 17], (candidate) => {
    if (dates.some(({ start, end }) => start < candidate.end && end > candidate.start)) return undefined;
    const plus = plusBefore(folded, candidate.start);
    if (!(plus === undefined ? isNational(folded, candidate) : candidate.digits.length >= 8)) return undefined;
    return { start: plus ?? openingBracket(folded, candidate.start), end: candidate.end };
  });
}

/** Where a plus stands before the number: `+351`, `+ 351`, `(+351`. */
function plusBefore(folded: string, start: number): number | undefined {
  for (let at = start - 1; at >= start - 3 && at >= 0; at--) {
    if (folded[at] === '+') return folded[at - 1] === '(' ? at - 1 : at;
    if (!/[\s(\u200b]/.test(folded[at])) return undefined;
  }
  return undefined;
}

const openingBracket = (folded: string, start: number): number => (folded[start - 1] === '(' ? start - 1 : start);

function isNational(folded: string, candidate: Candidate): boolean {
  const { digits, gaps, shape, start, end } = candidate;
  // A digit or letter hangs on it, or it is a decimal: part of something else.
  if (/[\p{L}\d_]/u.test(folded[start - 1] ?? '') && !/[\u0600-\u06ff]/.test(folded[start - 1])) return false;
  if (/^[A-Za-z_]/.test(folded.slice(end, end + 1)) || /^[,.:]\d/.test(folded.slice(end, end + 2))) return false;
  if (/\d[,:.]$/.test(folded.slice(Math.max(0, start - 2), start))) return false;
  // A code in groups, of which these are the last digits.
  if (/[A-Za-z]\d[A-Za-z\d]* $/.test(folded.slice(Math.max(0, start - 12), start))) return false;
  const cue = cueBefore(folded, start);
  const isSaid = cue === 'phone' || saysPhoneAfter(folded, end);
  if (isSaid) return digits.length <= 15 && !gaps.some((gap) => gap.includes('/') && gaps.length === 1);
  if (cue !== undefined) return false;
  if (gaps.some((gap, index) => gap.includes('/') || (gap === '.' && shape[index] > 4))) return false;
  const inBrackets = folded[start - 1] === '(' && /^\) ?-?/.test(gaps[0] ?? '');
  if (inBrackets) return digits.length >= 8 && digits.length <= 12;
  return looksNational(candidate);
}

/** By length, first digits and grouping alone. */
function looksNational({ digits, shape, gaps }: Candidate): boolean {
  const groups = shape.join('-');
  const { length } = digits;
  if (/^00[1-9]/.test(digits)) return length >= 11;
  if (/^0[1-9]/.test(digits)) return length >= 9 && length <= 12;
  // Brazil, with the area code; nine digits with the 9 of mobiles.
  if (length === 11 && ddd.test(digits) && digits[2] === '9') return /^(?:11|2-9|2-5-4|2-1-4-4|7-4)$/.test(groups);
  if (length === 10 && ddd.test(digits) && /[2-5]/.test(digits[2]) && /^(?:2-8|2-4-4)$/.test(groups)) return true;
  if (length === 13 && digits.startsWith('55') && ddd.test(digits.slice(2)) && digits[4] === '9') return true;
  if (length === 9 && digits[0] === '9' && /^(?:5-4|1-4-4)$/.test(groups)) return true;
  // Portugal and Spain.
  if (length === 9 && /^9[1236]/.test(digits)) return /^(?:9|3-3-3|2-7|2-3-4|3-2-2-2|2-3-2-2)$/.test(groups);
  if (length === 9 && /^[2367]/.test(digits) && groups === '3-3-3') return !gaps.some((gap) => gap.includes('.'));
  if (length === 12 && /^351[29]/.test(digits)) return true;
  // North America.
  if (length === 10 && /^[2-9]\d\d[2-9]/.test(digits)) return groups === '3-3-4' || groups === '3-7';
  if (length === 11 && /^1[2-9]\d\d[2-9]/.test(digits)) return groups === '1-3-3-4';
  // Arab countries with their code and no plus.
  return /^(?:966|971|212|213|216|20|962|965|974|973|968|964|961)[1-9]/.test(digits) && length >= 11 && length <= 12;
}

/** Dates in a run, whole ones with one sign: 01/02/2026, 2026-11-26, 1.2.26; not the first three pairs of 06.12.34.56.78. */
function datesOf(folded: string, run: Run): Span[] {
  const found: Span[] = [];
  const { groups, offsets, digits } = run;
  const gap = (at: number): string =>
    at < 0 || at + 1 >= groups.length ? '' : folded.slice(groups[at].end, groups[at + 1].start);
  const part = (at: number): string => digits.slice(offsets[at], offsets[at + 1]);
  for (let at = 0; at + 2 < groups.length; at++) {
    const sign = gap(at);
    if (!/^[-/.]$/.test(sign) || gap(at + 1) !== sign || gap(at - 1) === sign || gap(at + 2) === sign) continue;
    const [a, b, c] = [part(at), part(at + 1), part(at + 2)];
    const isDate =
      (/^\d{1,2}$/.test(a) &&
        /^\d{1,2}$/.test(b) &&
        /^(?:\d\d|(?:19|20)\d\d)$/.test(c) &&
        +a <= 31 &&
        +b <= 31 &&
        (+a <= 12 || +b <= 12)) ||
      (/^(?:19|20)\d\d$/.test(a) && /^\d{1,2}$/.test(b) && /^\d{1,2}$/.test(c) && +b <= 12 && +c <= 31);
    if (isDate) found.push({ start: groups[at].start, end: groups[at + 2].end });
  }
  return found;
}
