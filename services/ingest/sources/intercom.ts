import type { ActorType, Channel } from '../../../schemas/types';
import { type Base, eventsOf, type Fact, jsonSource, missing, skipped } from './facts';
import { readableText } from './html-text';
import { attributesOf } from './record-facts';
import type { Adapted } from './source';
import {
  type Fields,
  fieldsOf,
  identity,
  idOf,
  instantOf,
  listOf,
  lookup,
  nameOf,
  numberOf,
  personalOr,
  wordOf,
  writtenText,
} from './vendor-fields';

/**
 * Intercom conversations, as the interface gives them or as the item of a webhook (which holds the newest parts only).
 * Facts come from the conversation's beginning and its parts: a webhook and a later export make the same ids.
 */
export const intercom = jsonSource(
  'Intercom: conversations with their parts, from the interface or a webhook.',
  (item) => {
    const isNotification = item.type === 'notification_event';
    const topic = wordOf(item.topic);
    if (isNotification && !topic.startsWith('conversation')) return skipped('not_mapped');
    const conversation = isNotification ? fieldsOf(fieldsOf(item.data).item) : item;
    return adaptConversation(conversation, idOf(item.app_id) ?? idOf(conversation.workspace_id));
  },
  { occurred_at: 'created_at', identities: 'contacts', interaction_id: 'id' },
);

const channels: Readonly<Record<string, Channel>> = {
  ...{ conversation: 'CHAT', push: 'APP', email: 'EMAIL', sms: 'SMS', whatsapp: 'MESSAGING', phone_call: 'VOICE' },
  ...{ phone_switch: 'VOICE', facebook: 'SOCIAL_PRIVATE', instagram: 'SOCIAL_PRIVATE', twitter: 'SOCIAL_PRIVATE' },
};

function adaptConversation(conversation: Fields, app: string | undefined): Adapted {
  const id = idOf(conversation.id);
  if (!id) return missing('id', 'must be the number of the conversation');
  const source = fieldsOf(conversation.source);
  const identities = identitiesOf(conversation, source);
  if (identities.length === 0) return missing('contacts', 'must name the contact, or source.author its e-mail address');
  const type = wordOf(source.type ?? 'conversation');
  const channel = lookup(channels, type) ?? 'CHAT';
  const base: Base = {
    source: { system: 'intercom', instance: app },
    channel,
    provider: channel === 'CHAT' || channel === 'EMAIL' ? undefined : nameOf(type),
    interaction_id: id,
    contact_id: id,
    thread_id: id,
    identities,
  };
  const facts = [
    ...openingFacts(id, conversation, source),
    ...partFacts(partsOf(conversation)),
    ...ratingFacts(id, fieldsOf(conversation.conversation_rating)),
  ];
  return facts.length > 0 ? { events: eventsOf(base, facts) } : skipped('no_facts');
}

/** A list, or a list object that holds one; in order of time. */
function partsOf({ conversation_parts }: Fields): Fields[] {
  const parts = Array.isArray(conversation_parts)
    ? conversation_parts
    : fieldsOf(conversation_parts).conversation_parts;
  return listOf(parts).sort((a, b) => (instantOf(a.created_at) ?? 0) - (instantOf(b.created_at) ?? 0));
}

/** `external_id` is the organisation's own, but a browser may have set it unless identity checks are on. */
function identitiesOf(conversation: Fields, source: Fields) {
  const contact = listOf(fieldsOf(conversation.contacts).contacts)[0] ?? fieldsOf(conversation.user);
  const author = fieldsOf(source.author);
  const isCustomers = actorOf(author).type === 'CUSTOMER';
  const from = isCustomers ? author : {};
  return personalOr(
    [
      ...identity('customer_id', contact.external_id ?? contact.user_id),
      ...identity('email', contact.email ?? from.email),
      ...identity('phone', contact.phone),
    ],
    identity('crm:intercom', contact.id ?? from.id),
  );
}

const actorTypes: Readonly<Record<string, ActorType>> = {
  ...{ user: 'CUSTOMER', lead: 'CUSTOMER', contact: 'CUSTOMER', visitor: 'CUSTOMER' },
  ...{ admin: 'AGENT', team: 'SYSTEM', bot: 'BOT', operator: 'BOT' },
};

/** Only an AI agent serves: Intercom's operator also says when somebody will be back, in people's conversations too. */
const isServing = (author: Fields): boolean => author.from_ai_agent === true || author.is_ai_answer === true;

function actorOf(author: Fields): { type: ActorType; id?: string } {
  const type = wordOf(author.type);
  const actor = lookup(actorTypes, type) ?? 'SYSTEM';
  return { type: actor, id: actor === 'CUSTOMER' ? undefined : idOf(author.id) };
}

/** Sent by a campaign: no demand of the customer's. */
const isCampaign = (deliveredAs: unknown): boolean =>
  deliveredAs === 'automated' || deliveredAs === 'campaigns_initiated';

function openingFacts(id: string, conversation: Fields, source: Fields): Fact[] {
  const at = instantOf(conversation.created_at);
  if (at === undefined || Object.keys(source).length === 0) return [];
  const author = actorOf(fieldsOf(source.author));
  const message = messageFact(`conversation:${id}:opened`, at, fieldsOf(source.author), false, [
    source.subject,
    source.body,
  ]);
  if (isCampaign(source.delivered_as)) return [{ ...message, stage: 'MARKETING' }];
  return author.type === 'CUSTOMER'
    ? [message]
    : [{ ...message, stage: isServing(fieldsOf(source.author)) ? 'SELF_SERVICE' : undefined }];
}

function messageFact(key: string, at: number, author: Fields, isNote: boolean, texts: unknown[]): Fact {
  const actor = actorOf(author);
  const text = texts.flatMap((it) => readableText(it) ?? []).join('\n\n');
  const stage = { AGENT: isNote ? 'BACK_OFFICE' : 'AGENT', BOT: isServing(author) ? 'SELF_SERVICE' : undefined };
  return {
    key,
    type: 'message.sent',
    at,
    actor,
    direction: isNote ? 'INTERNAL' : actor.type === 'CUSTOMER' ? 'INBOUND' : 'OUTBOUND',
    stage: stage[actor.type as 'AGENT' | 'BOT'],
    text: writtenText(text),
  };
}

/** Who closed it: an AI agent's closing is a bot's, a workflow's is an automation's, however alike they look. */
function resolvedBy(author: Fields): string | undefined {
  const { type } = actorOf(author);
  if (type === 'AGENT') return 'human';
  if (type === 'CUSTOMER') return 'customer';
  return type === 'BOT' && isServing(author) ? 'bot' : 'automation';
}

function partFacts(parts: readonly Fields[]): Fact[] {
  const answeredBy = new Set<string>();
  let assigned: string | undefined;
  return parts.flatMap((part): Fact[] => {
    const [id, at] = [idOf(part.id), instantOf(part.created_at)];
    if (!id || at === undefined) return [];
    const key = `part:${id}`;
    const author = fieldsOf(part.author);
    const actor = actorOf(author);
    const kind = wordOf(part.part_type);
    const facts: Fact[] = [];
    const hasText = writtenText(part.body) !== undefined || listOf(part.attachments).length > 0;
    const isNote = kind === 'note' || kind === 'note_and_reopen';
    // A reply may be sent with the closing, the assignment or the opening, in one part.
    if (hasText || kind === 'comment' || isNote) {
      if (actor.type === 'AGENT' && !isNote && !answeredBy.has(actor.id ?? '')) {
        answeredBy.add(actor.id ?? '');
        facts.push({ key: `${key}:joined`, type: 'agent.joined', at, actor });
      }
      facts.push(messageFact(key, at, author, isNote, [part.body]));
    }
    const to = fieldsOf(part.assigned_to);
    const target = idOf(to.id);
    if (/assign/.test(kind) && target && to.type === 'team') {
      answeredBy.clear();
      if (assigned)
        facts.push({ key: `${key}:transfer`, type: 'transfer.completed', at, actor, outcome: { code: 'team' } });
      facts.push({ key: `${key}:queue`, type: 'queue.entered', at, queue: { id: target } });
      assigned = `team:${target}`;
    } else if (/assign/.test(kind) && target && to.type === 'admin') {
      const isMove = assigned?.startsWith('admin:') && assigned !== `admin:${target}`;
      if (isMove)
        facts.push({ key: `${key}:transfer`, type: 'transfer.completed', at, actor, outcome: { code: 'assignee' } });
      assigned = `admin:${target}`;
    }
    facts.push(...stateFacts(kind, key, at, author));
    return facts;
  });
}

function stateFacts(kind: string, key: string, at: number, author: Fields): Fact[] {
  const actor = actorOf(author);
  const stage = isServing(author) ? 'SELF_SERVICE' : undefined;
  if (kind === 'close') {
    const outcome = { code: 'closed', resolved_by: resolvedBy(author) };
    return [
      { key: `${key}:resolved`, type: 'case.resolved', at, actor, outcome, stage },
      { key: `${key}:ended`, type: 'interaction.ended', at, actor, stage },
    ];
  }
  if (kind === 'open' || kind.endsWith('_and_reopen'))
    return [{ key: `${key}:reopened`, type: 'case.reopened', at, actor }];
  if (kind !== 'snoozed' && kind !== 'unsnoozed' && kind !== 'timer_unsnooze') return [];
  return [{ key: `${key}:status`, type: 'case.status_changed', at, actor, attributes: attributesOf({ status: kind }) }];
}

/** The remark is not taken: it is free text. */
function ratingFacts(id: string, rating: Fields): Fact[] {
  const [score, at] = [numberOf(rating.rating), instantOf(rating.created_at)];
  if (score === undefined || at === undefined || score < 1 || score > 5) return [];
  const survey = { kind: 'CSAT', score, scale_min: 1, scale_max: 5 };
  return [{ key: `conversation:${id}:rating:${at}`, type: 'survey.answered', at, survey }];
}
