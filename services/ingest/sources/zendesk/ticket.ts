import type { ActorType, Channel } from '../../../../schemas/types';
import type { Base } from '../facts';
import {
  type Fields,
  fieldsOf,
  identity,
  idOf,
  instantOf,
  listOf,
  lookup,
  nameOf,
  personalOr,
  wordOf,
} from '../vendor-fields';

/** What all facts of a ticket share, and what is needed to read its audits. */
export interface Ticket {
  id: string;
  openedAt: number | undefined;
  requester: string | undefined;
  base: Base;
  /** By `via.channel` of an audit, when the requester wrote: where that was; undefined if nobody wrote. */
  writtenOn(via: unknown): Channel;
  /** Who an author is: by the users that came along, else whoever is not the requester is staff. */
  roleOf(author: string | undefined, via: unknown): ActorType;
}

const channels: Readonly<Record<string, Channel>> = {
  ...{ email: 'EMAIL', mail: 'EMAIL', web: 'WEB', web_form: 'WEB', help_center: 'WEB', web_widget: 'WEB' },
  ...{ mobile: 'APP', mobile_sdk: 'APP', chat: 'CHAT', answer_bot_for_web_widget: 'CHAT', native_messaging: 'CHAT' },
  ...{ messaging: 'CHAT', whatsapp: 'MESSAGING', line: 'MESSAGING', wechat: 'MESSAGING', telegram: 'MESSAGING' },
  ...{ viber: 'MESSAGING', sms: 'SMS', text: 'SMS', voice: 'VOICE', phone: 'VOICE', twitter: 'SOCIAL_PUBLIC' },
  ...{ twitter_dm: 'SOCIAL_PRIVATE', facebook: 'SOCIAL_PUBLIC', instagram_dm: 'SOCIAL_PRIVATE' },
};

/** Private messages of a network arrive under the network's public name. */
function channelOf(via: unknown): Channel | undefined {
  const { channel, source } = fieldsOf(via);
  const name = wordOf(channel).toLowerCase();
  const isPrivate = /message|direct/.test(wordOf(fieldsOf(source).rel));
  if (isPrivate && (name === 'facebook' || name === 'twitter')) return 'SOCIAL_PRIVATE';
  return lookup(channels, name);
}

/** A ticket from a form, an app, a call or an interface goes on by mail: that is how the answers reach the requester. */
const goesOnByMail: ReadonlySet<Channel | undefined> = new Set<Channel | undefined>(['WEB', 'APP', 'VOICE', undefined]);

/** `users`: side-loaded users of the export; without them only the requester is known. Undefined without a number. */
export function ticketOf(ticket: Fields, users: Fields[]): Ticket | undefined {
  const id = idOf(ticket.id);
  if (!id) return undefined;
  const requester = idOf(ticket.requester_id) ?? idOf(fieldsOf(ticket.requester).id);
  const usersById = new Map(users.map((user) => [idOf(user.id), user]));
  const entered = channelOf(ticket.via);
  const carrier = goesOnByMail.has(entered) ? 'EMAIL' : (entered as Channel);
  const roleOf = (author: string | undefined, via: unknown): ActorType => {
    if (author === undefined || author === '-1' || fieldsOf(via).channel === 'rule') return 'SYSTEM';
    if (author === requester) return 'CUSTOMER';
    return usersById.get(author)?.role === 'end-user' ? 'THIRD_PARTY' : 'AGENT';
  };
  return {
    id,
    openedAt: instantOf(ticket.created_at),
    requester,
    roleOf,
    writtenOn: (via) => channelOf(via) ?? carrier,
    base: {
      source: { system: 'zendesk', instance: instanceOf(ticket) },
      channel: carrier,
      provider: carrier === 'EMAIL' ? undefined : nameOf(fieldsOf(ticket.via).channel),
      interaction_id: id,
      contact_id: id,
      thread_id: id,
      case_id: id,
      identities: identitiesOf(ticket, requester, requester ? usersById.get(requester) : undefined),
    },
  };
}

/** The account: from the address of the ticket, else what the webhook names. */
function instanceOf({ url, account_id }: Fields): string | undefined {
  const host = /^https:\/\/([a-z0-9-]+)\.zendesk\.com\//i.exec(wordOf(url));
  return host ? host[1].toLowerCase() : idOf(account_id);
}

function identitiesOf(ticket: Fields, requester: string | undefined, user: Fields = {}) {
  const embedded = fieldsOf(ticket.requester);
  const from = fieldsOf(fieldsOf(fieldsOf(ticket.via).source).from);
  return personalOr(
    [
      // Only the organisation's own systems can set it.
      ...identity('customer_id', user.external_id, true),
      ...identity('email', user.email ?? embedded.email ?? from.address, user.verified === true),
      ...identity('phone', user.phone ?? embedded.phone ?? from.phone),
    ],
    identity('crm:zendesk', requester),
  );
}

export const auditsOf = ({ audits, audit }: Fields): Fields[] => [...listOf(audits), ...listOf([audit])];
