import type { Identity } from '../core/event';
import type { Random } from '../core/random';
import type { Language } from '../texts/texts';

/** A person, and every name under which systems know them. */
export interface Customer {
  number: number;
  /** The organisation's own key; prospects have none. */
  customer_id: string | undefined;
  name: string;
  language: Language;
  /** Which installation of the contact centre serves them. */
  instance: 'emea' | 'latam';
  email: string;
  phone: string;
  crm: string;
  social: { type: string; value: string };
  device: string;
  anonymous: string[];
  /** Share of the person's contacts in which systems know the customer_id. */
  known: number;
  /** 0 calls first, 1 tries digital channels first. */
  digital: number;
}

const FIRST_NAMES: Readonly<Record<Language, readonly string[]>> = {
  en: ['Alice', 'Ben', 'Chloe', 'Dan', 'Emma', 'Frank', 'Grace', 'Harry', 'Isla', 'Jack'],
  pt: ['Ana', 'Bruno', 'Carla', 'Diogo', 'Eva', 'Filipe', 'Gabriela', 'Hugo', 'Inês', 'João'],
  ar: ['أحمد', 'بسمة', 'خالد', 'دانا', 'فاطمة', 'حسن', 'ليلى', 'محمد', 'نور', 'سامي'],
};

const LATIN_NAMES = ['alice', 'ben', 'carla', 'diogo', 'emma', 'fatima', 'grace', 'hasan', 'ines', 'khaled'];
const NETWORKS = ['social:instagram', 'social:facebook', 'social:x'];

/** The organisation's customers; person n is the same whatever their number. */
export function makeCustomers(random: Random, count: number): Customer[] {
  return Array.from({ length: count }, (_, number) => makeCustomer(random.fork(`${number}`), number));
}

function makeCustomer(random: Random, number: number): Customer {
  const language = random.weighted({ en: 50, pt: 35, ar: 15 });
  const latin = random.pick(LATIN_NAMES);
  const prospect = random.chance(0.07);
  return {
    number,
    customer_id: prospect ? undefined : `C${String(number + 1).padStart(6, '0')}`,
    name: random.pick(FIRST_NAMES[language]),
    language,
    instance: language === 'pt' && random.chance(0.6) ? 'latam' : 'emea',
    email: `${latin}.${number}@${random.pick(['example.com', 'example.org', 'mail.example.net'])}`,
    phone: makePhone(random, language),
    crm: `003${random.hex(8).toUpperCase()}${String(number).padStart(5, '0')}`,
    social: { type: random.pick(NETWORKS), value: `${latin}_${number}` },
    device: random.hex(16),
    anonymous: Array.from({ length: random.int(1, 2) }, () => random.hex(16)),
    known: random.chance(0.75) ? 0.92 : 0.35,
    digital: random.between(0.2, 1),
  };
}

/** Numbers in mobile ranges, so that strict parsers take them as well. */
function makePhone(random: Random, language: Language): string {
  if (language === 'en') return `+447${random.pick(['400', '500', '800', '900'])}${random.int(100000, 999999)}`;
  if (language === 'ar') return `+97150${random.int(2000000, 9999999)}`;
  if (random.chance(0.6)) return `+55119${random.int(60000000, 99999999)}`;
  return `+3519${random.pick(['1', '2', '3', '6'])}${random.int(1000000, 9999999)}`;
}

/** The same number as different systems write it. */
function spellPhone(random: Random, phone: string): string {
  const country = phone.startsWith('+44') || phone.startsWith('+55') ? 3 : 4;
  const [code, rest] = [phone.slice(0, country), phone.slice(country)];
  switch (random.int(0, 5)) {
    case 0:
      return `${code} ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`;
    case 1:
      return `${code} ${rest.slice(0, 3)}-${rest.slice(3)}`;
    case 2:
      return `00${code.slice(1)}${rest}`;
    case 3:
      return `00${code.slice(1)} ${rest.slice(0, 3)} ${rest.slice(3)}`;
    default:
      return phone;
  }
}

function spellEmail(random: Random, email: string): string {
  if (random.chance(0.15)) return email.toUpperCase();
  if (random.chance(0.1)) return email.charAt(0).toUpperCase() + email.slice(1);
  return random.chance(0.05) ? ` ${email} ` : email;
}

export type IdentityKind = 'visit' | 'app' | 'phone' | 'mail' | 'message' | 'social' | 'desk';

/** How the person is known in one contact; every event of the contact carries this list. */
export function identify(random: Random, who: Customer, kind: IdentityKind): Identity[] {
  const weak = weakIdentity(random, who, kind);
  if (who.customer_id === undefined || !random.chance(who.known)) return weak;
  const own = { type: 'customer_id', value: who.customer_id, verified: true };
  return random.chance(0.6) ? [own, ...weak] : [...weak, own];
}

function weakIdentity(random: Random, who: Customer, kind: IdentityKind): Identity[] {
  switch (kind) {
    case 'visit':
      return [{ type: 'anonymous_id', value: random.pick(who.anonymous), verified: false }];
    case 'app':
      return [{ type: 'device_id', value: who.device, verified: false }];
    case 'phone':
      // The caller's number is only what the network says, not proof.
      return [{ type: 'phone', value: spellPhone(random, who.phone), verified: false }];
    case 'mail':
      return [{ type: 'email', value: spellEmail(random, who.email), verified: random.chance(0.7) }];
    case 'message':
      return [{ type: 'phone', value: spellPhone(random, who.phone), verified: true }];
    case 'social':
      return [{ type: who.social.type, value: who.social.value, verified: false }];
    default:
      return deskIdentity(random, who);
  }
}

/** A branch or the back office looks people up: in the CRM, or by the number they write on the form. */
function deskIdentity(random: Random, who: Customer): Identity[] {
  if (random.chance(0.7)) return [{ type: 'crm:salesforce', value: who.crm, verified: true }];
  return who.customer_id === undefined || random.chance(0.3)
    ? [{ type: 'email', value: spellEmail(random, who.email), verified: false }]
    : [{ type: 'customer_id', value: who.customer_id, verified: false }];
}
