/** Says an Arabic text again in another dialect, word by word, from the hand-written list `dialects.json`. */
import { Normaliser } from '../normalise';
import list from './dialects.json';

export type Dialect = 'sa' | 'ma' | 'tn';
export const dialects: Dialect[] = ['sa', 'ma', 'tn'];

const normaliser = new Normaliser();
const wants = new Set([
  'اريد',
  'بدي',
  'ارغب',
  'اود',
  'حابب',
  'حاب',
  'يمكنني',
  'بقدر',
  'استطيع',
  'اقدر',
  'ممكن',
  'ان',
  'لازم',
  'كيف',
]);
const share = 0.85;

/** Tokens after normalisation. */
export function tokensOf(text: string): string[] {
  const n = normaliser.run(text);
  return String.fromCharCode(...normaliser.units.subarray(0, n))
    .trim()
    .split(' ')
    .filter(Boolean);
}

const entries = new Map<string, Record<Dialect, string[]>>();
for (const word of list.words) {
  for (const from of word.from) {
    const key = tokensOf(from).join(' ');
    if (!entries.has(key)) entries.set(key, word as Record<Dialect, string[]>);
  }
}

/** `next` gives numbers in [0, 1). */
export function sayIn(dialect: Dialect, text: string, next: () => number): string {
  const tokens = tokensOf(text);
  const out: string[] = [];
  const pick = (of: string[]) => of[Math.floor(next() * of.length)]!;
  for (let i = 0; i < tokens.length; ) {
    let taken = 0;
    for (let n = Math.min(3, tokens.length - i); n > 0 && taken === 0; n--) {
      const entry = entries.get(tokens.slice(i, i + n).join(' '));
      if (!entry || next() > share) continue;
      const said = pick(entry[dialect]);
      if (said !== '') out.push(said);
      taken = n;
    }
    if (taken === 0) {
      out.push(inflected(dialect, tokens[i]!, tokens[i - 1] ?? '', next, pick));
      taken = 1;
    }
    i += taken;
  }
  return out.join(' ');
}

/** Rules rather than words: "of mine" behind the noun, the negation around the verb, and "I" as n- in the Maghreb. */
function inflected(
  dialect: Dialect,
  token: string,
  before: string,
  next: () => number,
  pick: (of: string[]) => string,
): string {
  const maghreb = dialect !== 'sa';
  if (maghreb && ['لا', 'لم', 'ما', 'مش'].includes(before) && token.length >= 3 && !token.endsWith('ش'))
    return `${token}ش`;
  if (maghreb && wants.has(before) && token.length >= 4 && token[0] === 'ا' && token[1] !== 'ل')
    return `ن${token.slice(1)}`;
  if (maghreb && token.length >= 5 && token[0] === 'ب' && token[1] === 'ت') return token.slice(1);
  if (token.length >= 5 && token.endsWith('تي') && next() < 0.5) {
    return `ال${token.slice(0, -2)}ه ${pick(list.possessive[dialect])}`;
  }
  return token;
}
