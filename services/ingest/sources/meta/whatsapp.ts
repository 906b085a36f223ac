import type { Base, Fact } from '../facts';
import { attributesOf } from '../record-facts';
import {
  type Fields,
  fieldsOf,
  identity,
  idOf,
  instantOf,
  internationalPhone,
  listOf,
  lookup,
  nameOf,
  wordOf,
  writtenText,
} from '../vendor-fields';
import type { Told } from './index';

/** Messages and receipts of one WhatsApp Business account. Echoes are what people wrote in the business' own app. */
export function whatsappFacts(entry: Fields): Told[] {
  return listOf(entry.changes).flatMap(({ field, value }) => {
    const sent = fieldsOf(value);
    const number = idOf(fieldsOf(sent.metadata).phone_number_id);
    if (!number) return [];
    const account = idOf(entry.id);
    const told = (person: unknown, user: unknown, facts: Fact[]): Told[] => {
      const base = baseOf(account, number, person, user);
      return base && facts.length > 0 ? [{ base, facts }] : [];
    };
    if (field === 'smb_message_echoes' || field === 'message_echoes') {
      const echoes = [...listOf(sent.message_echoes), ...listOf(sent.messages)];
      return echoes.flatMap((it) => told(it.to, it.to_user_id, messageFacts(it, true)));
    }
    if (field !== 'messages') return [];
    return [
      ...listOf(sent.messages).flatMap((it) => told(it.from, it.from_user_id, messageFacts(it, false))),
      ...listOf(sent.statuses).flatMap((it) => told(it.recipient_id, it.recipient_user_id, statusFacts(it))),
    ];
  });
}

/**
 * The thread of one person with one number of the business. Conversations in Meta's sense are for billing and only in
 * receipts; sessions with their 24 hours come from time. The network vouches for the telephone number.
 */
function baseOf(account: string | undefined, number: string, person: unknown, user: unknown): Base | undefined {
  const id = idOf(person) ?? idOf(user);
  if (!id) return undefined;
  const thread = idOf(`${number}:${id}`);
  return {
    source: { system: 'whatsapp', instance: account },
    channel: 'MESSAGING',
    provider: 'whatsapp',
    interaction_id: thread,
    contact_id: thread,
    thread_id: thread,
    identities: [
      ...identity('phone', internationalPhone(idOf(person)), true),
      // People with a user name may hide their number.
      ...identity('social:whatsapp', user, true),
    ],
  };
}

/** Notices of the network: a number changed, a message was taken back. */
const noMessages: ReadonlySet<unknown> = new Set(['system', 'unsupported', 'reaction', 'revoke', 'edit']);

function messageFacts(message: Fields, isEcho: boolean): Fact[] {
  const [id, at] = [idOf(message.id), instantOf(message.timestamp)];
  if (!id || at === undefined || noMessages.has(message.type)) return [];
  const referral = fieldsOf(message.referral);
  const actor = { type: isEcho ? 'AGENT' : 'CUSTOMER' };
  const sent: Fact = {
    key: `message:${id}`,
    type: 'message.sent',
    at,
    actor,
    direction: isEcho ? 'OUTBOUND' : 'INBOUND',
    stage: isEcho ? 'AGENT' : undefined,
    campaign_id: idOf(referral.source_id),
    text: writtenText(textOf(message)),
    attributes: attributesOf({ kind: message.type, reply_to: fieldsOf(message.context).id, ad: referral.source_type }),
  };
  return isEcho ? [{ key: `message:${id}:joined`, type: 'agent.joined', at, actor }, sent] : [sent];
}

/** What was written, or the title of what was tapped, or the words under a picture. */
function textOf(message: Fields): unknown {
  const { button_reply, list_reply } = fieldsOf(message.interactive);
  const media = fieldsOf(lookup(message, message.type));
  return (
    fieldsOf(message.text).body ??
    fieldsOf(message.button).text ??
    fieldsOf(button_reply).title ??
    fieldsOf(list_reply).title ??
    media.caption
  );
}

const statusTypes: Readonly<Record<string, string>> = {
  sent: 'message.sent',
  delivered: 'message.delivered',
  read: 'message.read',
  played: 'message.read',
  failed: 'message.failed',
};

/**
 * A receipt of what the business sent. `sent` is the only trace of a message from the interface: who wrote it, a person
 * or a program, it does not say. Marketing opens no session.
 */
function statusFacts(status: Fields): Fact[] {
  const [id, at, name] = [idOf(status.id), instantOf(status.timestamp), wordOf(status.status)];
  const type = lookup(statusTypes, name);
  if (!id || at === undefined || !type) return [];
  const pricing = fieldsOf(status.pricing);
  const category = nameOf(pricing.category) ?? nameOf(fieldsOf(fieldsOf(status.conversation).origin).type);
  const [error] = listOf(status.errors);
  return [
    {
      key: `status:${id}:${name === 'played' ? 'read' : name}`,
      type,
      at,
      direction: 'OUTBOUND',
      stage: category?.startsWith('marketing') ? 'MARKETING' : undefined,
      outcome: type === 'message.failed' ? { code: nameOf(error?.code) } : undefined,
      attributes:
        type === 'message.sent' ? attributesOf({ category, pricing_model: pricing.pricing_model }) : undefined,
    },
  ];
}
