import { createHmac } from 'node:crypto';
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Identity } from '../../../schemas/types';
import { Recent } from './recent';

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

const ranks = new Map(strength.map((kind, rank) => [kind, rank]));
const verifiedRanks = new Map(
  strength.flatMap((kind, rank) =>
    kind.startsWith('verified ') ? [[kind.slice('verified '.length), rank] as const] : [],
  ),
);

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
  const { type, verified } = best;
  const own = type === 'customer_id' && verified;
  return {
    customer_id: own ? normalise(type, best.value, rules.country) : derivedId(type, best.value, rules),
    identity_type: type,
    identity_verified: verified,
  };
}

/** Derived ids of identities met lately, by the rules they were derived under: customers come again, and a HMAC costs ten times as much. */
const lately = new WeakMap<IdentityRules, Recent<string>>();

function derivedId(type: string, value: string, rules: IdentityRules): string {
  const met = lately.get(rules) ?? new Recent<string>(40_000);
  lately.set(rules, met);
  // Types may hold colons: by its length, no type and value are taken for others.
  const key = `${type.length}:${type}:${value}`;
  const known = met.get(key);
  if (known !== undefined) return known;
  const normal = normalise(type, value, rules.country);
  const id = `~${type}:${pseudonym(`${type}:${normal}`, rules.key)}`;
  met.set(key, id);
  return id;
}

/** Position in `strength`; a verified identity of a kind that has no verified rank counts as the same unverified. */
function rankOf({ type, verified }: Identity): number {
  const colon = type.indexOf(':');
  const kind = colon < 0 ? type : type.slice(0, colon);
  return (verified ? verifiedRanks.get(kind) : undefined) ?? ranks.get(kind) ?? strength.length;
}

const pseudonymLength = 22;

const pseudonym = (text: string, key: string): string =>
  createHmac('sha256', key).update(text).digest('base64url').slice(0, pseudonymLength);
