import { createHmac } from 'node:crypto';
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Identity } from '../../../schemas/types';

export interface IdentityRules {
  /** Key of the HMAC that stands for identities in `customer_id`. */
  key: string;
  /** Country assumed for telephone numbers without a prefix; undefined leaves them as written. */
  country?: CountryCode;
}

export interface Customer {
  customer_id: string;
  /** Type of the identity it came from, as sent, e.g. `email` or `social:instagram`. */
  identity_type: string;
  identity_verified: boolean;
}

/** Strongest first: a verified identity beats every unverified one, and personal ones beat devices. */
const strength = [
  ...['customer_id', 'crm', 'email', 'phone'].map((type) => `verified ${type}`),
  ...['customer_id', 'crm', 'email', 'phone', 'social', 'device_id', 'anonymous_id'].map((type) => type),
];

/** The form in which two spellings of one identity are equal: E.164, lower-cased mail, otherwise trimmed. */
export function normalise(type: string, value: string, country?: CountryCode): string {
  const trimmed = value.trim();
  if (type === 'email') return trimmed.toLowerCase();
  if (type !== 'phone') return trimmed;
  // 00 is the international prefix where `+` cannot be dialled; the parser knows it only with a country.
  const dialled = trimmed.replace(/^00(?=\d)/, '+');
  return parsePhoneNumberFromString(dialled, country)?.number ?? dialled.replace(/[^\d+]/g, '');
}

/**
 * The person an event belongs to, by its strongest identity (ties: the first). A verified `customer_id` is kept as it
 * is; any other becomes `~<type>:<22 characters of base64url HMAC-SHA-256 of "<type>:<value>">`.
 * Answers undefined when no identity is usable.
 */
export function customerOf(identities: Identity[], rules: IdentityRules): Customer | undefined {
  let best: Identity | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const identity of identities) {
    const rank = rankOf(identity);
    if (rank < bestRank && identity.value.trim() !== '') {
      best = identity;
      bestRank = rank;
    }
  }
  if (!best) return undefined;
  const value = normalise(best.type, best.value, rules.country);
  const { type, verified } = best;
  const own = type === 'customer_id' && verified;
  return {
    customer_id: own ? value : `~${type}:${pseudonym(`${type}:${value}`, rules.key)}`,
    identity_type: type,
    identity_verified: verified,
  };
}

/** Position in `strength`; a verified identity of a kind that has no verified rank counts as the same unverified. */
function rankOf({ type, verified }: Identity): number {
  const kind = type.split(':', 1)[0];
  const rank = verified ? strength.indexOf(`verified ${kind}`) : -1;
  const found = rank >= 0 ? rank : strength.indexOf(kind);
  return found >= 0 ? found : strength.length;
}

const pseudonymLength = 22;

const pseudonym = (text: string, key: string): string =>
  createHmac('sha256', key).update(text).digest('base64url').slice(0, pseudonymLength);
