/** Who the customer is, as a source knows it. */
export interface SentIdentity {
  type: string;
  value: string;
  verified?: boolean;
}

/** What carriers write where a caller hides the number; as a number it would make one customer of all of them. */
const hiddenNames =
  /^(?:anonymous|restricted|blocked|private|unknown|unavailable|withheld|not[ _-]?available|redacted|null|none)$/i;
/** The same as numbers, the words above on a telephone's keys: Twilio sends these. */
const hiddenNumbers: ReadonlySet<string> = new Set(['266696687', '7378742883', '2562533', '8656696', '86282452253']);

const isMail = (value: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);

/** A number as dialled: digits with an optional plus, once blanks, dots, dashes and brackets are gone. */
function dialled(value: string): string | undefined {
  const bare = value.replace(/[\s().-]/g, '');
  if (!/^\+?\d{5,17}$/.test(bare) || hiddenNumbers.has(bare.replace(/^\+/, ''))) return undefined;
  return bare;
}

/**
 * The identity in an address of a call or message: `tel:`, `sip:` (its user part, where that is a number), `whatsapp:`,
 * `messenger:`, a mail address or a number. Undefined where it names nobody. Numbers stay as dialled but for their
 * punctuation: enrich brings them to E.164, with the deployment's country.
 */
export function identityOf(address: string | undefined): SentIdentity | undefined {
  const text = address?.trim() ?? '';
  if (text === '') return undefined;
  const [, scheme = '', rest] = /^(?:([a-z]+):)?(.*)$/is.exec(text) as RegExpExecArray;
  const bare = rest.split(';', 1)[0].trim();
  const kind = scheme.toLowerCase();
  if (bare === '' || hiddenNames.test(bare.split('@', 1)[0])) return undefined;
  if (kind === 'sip' || kind === 'sips') {
    const number = dialled(bare.split('@', 1)[0]);
    return number ? { type: 'phone', value: number } : { type: 'social:sip', value: bare.toLowerCase() };
  }
  if (kind === 'messenger') return { type: 'social:facebook', value: bare };
  if (kind === 'instagram') return { type: 'social:instagram', value: bare };
  if (kind === 'client') return { type: 'social:client', value: bare };
  if (isMail(bare) && (kind === '' || kind === 'mailto')) return { type: 'email', value: bare };
  const number = ['', 'tel', 'whatsapp', 'rcs', 'sms'].includes(kind) ? dialled(bare) : undefined;
  return number ? { type: 'phone', value: number } : undefined;
}

/**
 * The person: addresses that other sources know too, without repeats; else the vendor's own number of the person, which
 * would win over an unverified address and keep apart what belongs together; else `unknown` stands for somebody.
 */
export function identitiesOf(
  found: readonly (SentIdentity | undefined)[],
  unknown: string,
  own?: SentIdentity,
): SentIdentity[] {
  const kept = new Map<string, SentIdentity>();
  for (const one of found) if (one) kept.set(`${one.type}\0${one.value}`, kept.get(`${one.type}\0${one.value}`) ?? one);
  const known = [...kept.values()].slice(0, 20);
  return known.length > 0 ? known : [own ?? { type: 'anonymous_id', value: unknown }];
}

/** A vendor's own number of a person. */
export const ownNumber = (system: string, value: string | undefined): SentIdentity | undefined =>
  value === undefined ? undefined : { type: `crm:${system}`, value };
