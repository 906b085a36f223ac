import type { ActorType } from '../../../../schemas/types';
import type { SentIdentity } from '../identities';
import {
  type Fields,
  fieldsOf,
  identity,
  idOf,
  internationalPhone,
  personalOr,
  textOf,
  wordOf,
} from '../vendor-fields';

/** Who took part, and which of them is the customer. */
export interface Parties {
  /** Index of the customer; undefined when nobody can be told to be it. */
  customer: number | undefined;
  identities: SentIdentity[];
  actorOf(index: number | undefined): { type: ActorType; id?: string };
}

const roles: Readonly<Record<string, ActorType>> = {
  ...{ agent: 'AGENT', sme: 'AGENT', supervisor: 'SUPERVISOR', thirdparty: 'THIRD_PARTY', bot: 'BOT' },
  ...{ customer: 'CUSTOMER', contact: 'CUSTOMER', client: 'CUSTOMER', caller: 'CUSTOMER' },
};

/** The role that the contact-centre extension gives, else what the type says; undefined when neither does. */
function roleOf(party: Fields): ActorType | undefined {
  const role = wordOf(party.role).toLowerCase();
  if (Object.hasOwn(roles, role)) return roles[role];
  return /^(?:bot|ai|assistant|machine)$/i.test(wordOf(party.type)) ? 'BOT' : undefined;
}

/** Without any customer's role: the one party that has no other role, or the one who began (the first). */
export function partiesOf(vcon: Fields, begunBy: number): Parties {
  const parties = Array.isArray(vcon.parties) ? vcon.parties.map(fieldsOf) : [];
  const known = parties.map(roleOf);
  const open = known.flatMap((role, index) => (role === undefined ? [index] : []));
  const named = known.indexOf('CUSTOMER');
  const guessed = open.length === 1 ? open[0] : open.includes(begunBy) ? begunBy : open[0];
  const customer = named >= 0 ? named : guessed;
  const typeOf = (index: number): ActorType => {
    if (index === customer) return 'CUSTOMER';
    return index in parties ? (known[index] ?? 'AGENT') : 'UNKNOWN';
  };
  return {
    customer,
    identities: customer === undefined ? [] : identitiesOf(parties[customer]),
    actorOf: (index) => {
      if (index === undefined) return { type: 'UNKNOWN' };
      const type = typeOf(index);
      return { type, id: type === 'CUSTOMER' || type === 'UNKNOWN' ? undefined : addressOf(parties[index]) };
    },
  };
}

const without = (scheme: RegExp, value: unknown): string | undefined => textOf(value)?.replace(scheme, '').trim();
const mailOf = (party: Fields): string | undefined => without(/^mailto:/i, party.mailto);
const phoneOf = (party: Fields): string | undefined =>
  internationalPhone(without(/^tel:/i, party.tel)?.replace(/;.*$/, ''));

/** A staff member by what the organisation knows them by. */
const addressOf = (party: Fields): string | undefined =>
  idOf(mailOf(party)?.toLowerCase()) ?? idOf(party.id) ?? idOf(party.uuid) ?? idOf(phoneOf(party)) ?? idOf(party.name);

function identitiesOf(party: Fields): SentIdentity[] {
  return personalOr(
    [...identity('email', mailOf(party)), ...identity('phone', phoneOf(party))],
    [
      ...identity('crm:did', party.did),
      ...identity('crm:sip', without(/^sips?:/i, party.sip)),
      ...identity('crm:vcon', party.uuid ?? party.id),
    ].slice(0, 1),
  );
}
