import { luhn } from './checks';
import { type Candidate, pick, type Run, type Span } from './numbers';

/** Ranges that issuers give out, with the lengths they have. Without them one number of thirteen digits in ten would do. */
const issuers: readonly [prefix: RegExp, lengths: readonly number[]][] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:30[0-5]|309|36|3[89])/, [14, 16, 19]],
  [/^(?:6011|64[4-9]|65)/, [16, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 19]],
  [/^(?:62|81)/, [16, 17, 18, 19]],
  [/^(?:50|5[6-9]|6[0379])/, [13, 14, 15, 16, 17, 18, 19]],
  // Mir, mada, Elo and Hipercard where they are in none of the above.
  [/^(?:220[0-4]|9(?:68|792)|384)/, [16, 19]],
];

export const isCard = (digits: string): boolean =>
  issuers.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits)) && luhn(digits);

/** Numbers of payment cards: an issuer's prefix, its length, Luhn's check digit. */
export const cardsIn = (folded: string, run: Run): Span[] =>
  pick(folded, run, [13, 19], (candidate) =>
    isWritten(candidate) && isCard(candidate.digits) ? candidate : undefined,
  );

/** As people write them: slashes and brackets part other things. */
const isWritten = ({ gaps }: Candidate): boolean => !gaps.some((gap) => /[/()]/.test(gap));
