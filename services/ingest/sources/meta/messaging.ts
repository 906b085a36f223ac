import type { Base, Fact } from '../facts';
import { attributesOf } from '../record-facts';
import { type Fields, fieldsOf, identity, idOf, instantOf, listOf, writtenText } from '../vendor-fields';
import type { Told } from './index';

/** Application id of Meta's own inbox: what it sends, a person wrote. */
const pageInbox = '26390203743090';

/**
 * One entry of `messaging`: a message, a receipt, a hand-over. Ids of people are those of the page: the same person has
 * another one at another page. An echo is the page's own message: its sender is the page, and the customer is who gets it.
 */
export function messagingFacts(entry: Fields, page: string, network: 'facebook' | 'instagram'): Told[] {
  const message = fieldsOf(entry.message);
  const isEcho = message.is_echo === true || idOf(fieldsOf(entry.sender).id) === page;
  const person = idOf(fieldsOf(isEcho ? entry.recipient : entry.sender).id);
  const at = instantOf(entry.timestamp);
  if (!person || person === page || at === undefined) return [];
  const thread = idOf(`${page}:${person}`);
  const base: Base = {
    source: { system: network, instance: page },
    channel: 'SOCIAL_PRIVATE',
    provider: network === 'facebook' ? 'messenger' : 'instagram',
    interaction_id: thread,
    contact_id: thread,
    thread_id: thread,
    identities: identity(`social:${network}`, person, true),
  };
  const facts = [
    ...messageFacts(message, at, isEcho),
    ...postbackFacts(fieldsOf(entry.postback), at, person),
    ...receiptFacts(entry, at, person),
    ...controlFacts(entry, at, person),
  ];
  return facts.length > 0 ? [{ base, facts }] : [];
}

function messageFacts(message: Fields, at: number, isEcho: boolean): Fact[] {
  const id = idOf(message.mid);
  if (!id || message.is_deleted === true || message.is_unsupported === true) return [];
  const app = idOf(message.app_id);
  // Another application may be a bot or a desk that people write in: it is not told.
  const isAgents = isEcho && (app === undefined || app === pageInbox);
  const actor = { type: !isEcho ? 'CUSTOMER' : isAgents ? 'AGENT' : 'UNKNOWN' };
  const sent: Fact = {
    key: `message:${id}`,
    type: 'message.sent',
    at,
    actor,
    direction: isEcho ? 'OUTBOUND' : 'INBOUND',
    stage: isAgents ? 'AGENT' : undefined,
    text: writtenText(message.text),
    attributes: attributesOf({
      app_id: isEcho ? app : undefined,
      reply_to: fieldsOf(message.reply_to).mid,
      attachment: listOf(message.attachments)[0]?.type,
    }),
  };
  return isAgents ? [{ key: `message:${id}:joined`, type: 'agent.joined', at, actor }, sent] : [sent];
}

/** A tapped button is what the customer says. */
function postbackFacts(postback: Fields, at: number, person: string): Fact[] {
  if (Object.keys(postback).length === 0) return [];
  const key = `postback:${idOf(postback.mid) ?? `${person}:${at}`}`;
  const attributes = attributesOf({ kind: 'postback', ref: fieldsOf(postback.referral).ref });
  return [
    {
      key,
      type: 'message.sent',
      at,
      actor: { type: 'CUSTOMER' },
      direction: 'INBOUND',
      text: writtenText(postback.title),
      attributes,
    },
  ];
}

/** A watermark stands for all messages before it. */
function receiptFacts(entry: Fields, at: number, person: string): Fact[] {
  const [delivery, read] = [fieldsOf(entry.delivery), fieldsOf(entry.read)];
  const mids = Array.isArray(delivery.mids) ? delivery.mids.flatMap((it) => idOf(it) ?? []) : [];
  const readKey = idOf(read.mid) ?? instantOf(read.watermark);
  const shared = { at, direction: 'OUTBOUND' };
  return [
    ...mids.map((id) => ({ ...shared, key: `delivered:${id}`, type: 'message.delivered' })),
    ...(readKey === undefined ? [] : [{ ...shared, key: `read:${person}:${readKey}`, type: 'message.read' }]),
  ];
}

/** The hand-over protocol: the bot gives the conversation to people. Taking it back is not told as a failure. */
function controlFacts(entry: Fields, at: number, person: string): Fact[] {
  const owner = idOf(fieldsOf(entry.pass_thread_control).new_owner_app_id);
  if (!owner) return [];
  const toPeople = owner === pageInbox;
  return [
    {
      key: `control:${person}:${at}`,
      type: toPeople ? 'bot.handoff_requested' : 'transfer.completed',
      at,
      outcome: toPeople ? undefined : { code: 'application' },
      attributes: attributesOf({ new_owner_app_id: owner }),
    },
  ];
}
