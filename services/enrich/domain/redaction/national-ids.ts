import { cnpj, cpf, egyptian, luhn, nif, ssn } from './checks';
import { saidBefore } from './cues';
import { type Candidate, pick, type Run, type Span } from './numbers';

const shape = ({ shape }: Candidate): string => shape.join('-');
const parted = ({ gaps }: Candidate): string => gaps.map((gap) => gap.trim() || ' ').join('');

const said = {
  ssn: /(?<![a-z])(?:ssn|social security(?: number| no\.?)?)[\s:#.-]{0,4}(?:is )?$/i,
  nif: /(?<![a-z])(?:nif|contribuinte)(?:\s+(?:é|e|n[.º°o]*|número))?[\s:#.-]{0,4}$/i,
  rg: /(?<![a-z])(?:rg|identidade)(?:\s+(?:é|e|n[.º°o]*|número))?[\s:#.-]{0,4}$/i,
  cpf: /(?<![a-z])(?:cpf)(?:\s+(?:é|e|n[.º°o]*|número))?[\s:#.-]{0,4}$/i,
  saudi:
    /(?:هوية|الهوية|هويتي|إقامة|الإقامة|إقامتي|اقامة|الاقامة|اقامتي|الوطني|الوطنية|iqama|national id|id number)[^\d\n]{0,12}$/i,
  emirates: /^784/,
  civil: /(?:الرقم المدني|البطاقة المدنية|civil id|qid|البطاقة الشخصية)[^\d\n]{0,12}$/i,
};

/** National numbers made of digits: those whose check digits or shape are reliable, others only where a word says so. */
export const idsIn = (folded: string, run: Run): Span[] =>
  pick(folded, run, [7, 15], (candidate) => (isId(folded, candidate) ? candidate : undefined));

function isId(folded: string, candidate: Candidate): boolean {
  const { digits, start } = candidate;
  const says = (pattern: RegExp): boolean => saidBefore(folded, start, pattern);
  switch (digits.length) {
    case 7:
    case 8:
      return says(said.rg);
    case 9:
      if (shape(candidate) === '3-2-4' && /^(--| {2})$/.test(parted(candidate))) return ssn(digits);
      return (says(said.ssn) && ssn(digits)) || (says(said.nif) && nif(digits)) || says(said.rg);
    case 10:
      return /^[12]/.test(digits) && says(said.saudi);
    case 11:
      // Written as only a CPF is, it is somebody's even with a slip of the pen.
      return (
        (shape(candidate) === '3-3-3-2' && /^\.\.-$/.test(parted(candidate))) ||
        cpf(digits) ||
        says(said.cpf) ||
        says(said.civil)
      );
    case 12:
      return says(said.civil);
    case 14:
      return cnpj(digits) || (egyptian(digits) && candidate.shape.length === 1);
    case 15:
      return said.emirates.test(digits) && (luhn(digits) || shape(candidate) === '3-4-7-1');
    default:
      return false;
  }
}

/** Those with letters: British, Moroccan (where a word says so), Portuguese citizen's cards, Brazilian companies of 2026 on. */
const lettered: readonly [pattern: RegExp, holds?: (match: string) => boolean][] = [
  [/(?<![A-Za-z0-9])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![A-Za-z0-9])/g],
  [/(?<![A-Za-z0-9])\d{8} ?\d ?[A-Z]{2}\d(?![A-Za-z0-9])/g],
  [
    /(?<![A-Za-z0-9])[A-Z0-9]{2}\.[A-Z0-9]{3}\.[A-Z0-9]{3}\/[A-Z0-9]{4}-\d\d(?![A-Za-z0-9])/g,
    (match) => cnpj(match.replace(/[./-]/g, '')),
  ],
  [
    /(?<=(?:CIN|CNIE|carte nationale|البطاقة الوطنية|بطاقة التعريف|لاكارط)[^\n\d]{0,12}?)(?<![A-Za-z0-9])[A-Za-z]{1,2} ?\d{5,6}(?![A-Za-z0-9])/gi,
  ],
];

export function letteredIdsIn(folded: string): Span[] {
  const found: Span[] = [];
  for (const [pattern, holds] of lettered) {
    for (const match of folded.matchAll(pattern)) {
      if (!holds || holds(match[0])) found.push({ start: match.index, end: match.index + match[0].length });
    }
  }
  return found;
}
