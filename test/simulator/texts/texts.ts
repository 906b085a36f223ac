import type { Random } from '../core/random';
import type { IntentLabel } from '../organisation/intents';
import { arabic } from './arabic';
import { english } from './english';
import { portuguese } from './portuguese';

export type Language = 'en' | 'pt' | 'ar';

/** Hand-written phrases of one language; `{order}`, `{amount}` and `{name}` are filled in. */
export interface Phrases {
  opening: Record<IntentLabel, readonly string[]>;
  angry: readonly string[];
  pleased: readonly string[];
  neutral: readonly string[];
  agent: readonly string[];
  bot: readonly string[];
  publicPost: readonly string[];
  /** What people write beside their answer to a survey. */
  praise: readonly string[];
  criticism: readonly string[];
}

export const phrases: Readonly<Record<Language, Phrases>> = { en: english, pt: portuguese, ar: arabic };

const CURRENCY: Readonly<Record<Language, string>> = { en: '£', pt: '€', ar: 'AED ' };

/** A phrase of a kind, with its gaps filled. */
export function say(random: Random, language: Language, list: readonly string[], name: string): string {
  const template = random.pick(list);
  if (!template.includes('{')) return template;
  return template
    .replace('{order}', `${random.int(100000, 999999)}`)
    .replace('{amount}', `${CURRENCY[language]}${random.int(3, 180)}.${random.int(10, 99)}`)
    .replace('{name}', name);
}
