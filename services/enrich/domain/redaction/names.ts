import type { InteractionEvent } from '../../../../schemas/types';
import type { Span } from './numbers';

/** Attributes that hold a person's name, in what sources send. */
const nameAttributes = [
  'name',
  'full_name',
  'first_name',
  'last_name',
  'customer_name',
  'display_name',
  'profile_name',
  'sender_name',
  'from_name',
];

/** Shorter ones are too many words' beginning and end. */
const minChars = 4;
const most = 40;

/**
 * What an event tells of who the customer is, in the forms that the customer may write it in: values of identities as they are, the
 * name in a mail address (`ana.silva@…` gives `ana silva`), names in attributes and each word of them.
 */
export function namesOf({ identities, attributes }: Pick<InteractionEvent, 'identities' | 'attributes'>): string[] {
  const names = new Set<string>();
  const add = (name: string, min = minChars): void => {
    if (name.length >= min && names.size < most) names.add(name);
  };
  for (const { type, value } of identities) {
    const trimmed = value.trim();
    add(trimmed.replace(/^@/, ''));
    if (type === 'email') {
      const parts = trimmed.split('@', 1)[0].split(/[._-]+/);
      if (parts.length > 1 && parts.every((part) => /^\p{L}{2,}$/u.test(part))) add(parts.join(' '));
    }
  }
  for (const key of nameAttributes) {
    const name = attributes[key]?.trim();
    if (!name) continue;
    add(name, 2);
    for (const part of name.split(/\s+/)) add(part, 3);
  }
  return [...names];
}

/** Where they stand, as whole words, whatever the case. Longest first, so that a whole name is one tag. */
export function namesIn(folded: string, names: readonly string[]): Span[] {
  if (names.length === 0) return [];
  const alternatives = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
  return Array.from(folded.matchAll(pattern), (match) => ({ start: match.index, end: match.index + match[0].length }));
}
