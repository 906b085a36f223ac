import type { ActorType, Channel, Stage } from '../../../schemas/types';
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

/** Chatwoot webhooks. One webhook is one change; what it says of the conversation's present state is not taken. */
export const chatwoot = jsonSource(
  'Chatwoot webhooks: messages, conversations, the web widget.',
  (item) => {
    const name = wordOf(item.event);
    const adapter = lookup(adapters, name);
    if (adapter) return adapter(item);
    return name === '' ? missing('event', 'must name the event, such as message_created') : skipped('not_mapped');
  },
  { occurred_at: 'created_at', identities: 'sender', interaction_id: 'conversation.id' },
);

const adapters: Readonly<Record<string, (item: Fields) => Adapted>> = {
  message_created: adaptMessage,
  message_updated: adaptMessageUpdate,
  conversation_created: adaptConversation,
  conversation_status_changed: adaptStatus,
  conversation_updated: adaptAssignment,
  webwidget_triggered: adaptWidget,
};

const channels: Readonly<Record<string, [Channel, string?]>> = {
  'Channel::WebWidget': ['CHAT'],
  'Channel::Api': ['CHAT'],
  'Channel::Email': ['EMAIL'],
  'Channel::Sms': ['SMS'],
  'Channel::TwilioSms': ['SMS', 'twilio'],
  'Channel::Whatsapp': ['MESSAGING', 'whatsapp'],
  'Channel::Telegram': ['MESSAGING', 'telegram'],
  'Channel::Line': ['MESSAGING', 'line'],
  'Channel::FacebookPage': ['SOCIAL_PRIVATE', 'facebook'],
  'Channel::Instagram': ['SOCIAL_PRIVATE', 'instagram'],
  'Channel::TwitterProfile': ['SOCIAL_PRIVATE', 'x'],
  'Channel::Voice': ['VOICE'],
};

/** `conversation`: the display number of the conversation. Answers what is missing where it cannot be told. */
function baseOf(item: Fields, conversation: Fields): Base | Adapted {
  const id = idOf(conversation.id) ?? idOf(conversation.display_id);
  if (!id) return missing('conversation.id', 'must be the number of the conversation');
  const meta = fieldsOf(conversation.meta);
  const inbox = fieldsOf(conversation.contact_inbox);
  const own = item.message_type === 'incoming' || item.message_type === 0 ? fieldsOf(item.sender) : {};
  const contact = { ...own, ...fieldsOf(meta.sender) };
  const identities = identitiesOf(contact, inbox, meta.hmac_verified === true || inbox.hmac_verified === true);
  if (identities.length === 0) return missing('conversation.meta.sender', 'must name the contact');
  // A twilio inbox carries WhatsApp as well: its addresses say so.
  const isWhatsapp = wordOf(inbox.source_id).startsWith('whatsapp:');
  const [channel, provider] = isWhatsapp
    ? (['MESSAGING', 'whatsapp'] as const)
    : (lookup(channels, conversation.channel) ?? ['CHAT']);
  return {
    source: { system: 'chatwoot', instance: idOf(fieldsOf(item.account).id) ?? idOf(conversation.account_id) },
    channel,
    provider,
    interaction_id: id,
    contact_id: id,
    thread_id: id,
    identities,
  };
}

const isBase = (it: Base | Adapted): it is Base => 'identities' in it;

/** The contact's own identifier is the organisation's; it is vouched for where the widget checks its HMAC. */
function identitiesOf(contact: Fields, inbox: Fields, isSigned: boolean) {
  return personalOr(
    [
      ...identity('customer_id', contact.identifier, isSigned),
      ...identity('email', contact.email),
      ...identity('phone', contact.phone_number),
    ],
    [
      ...identity('crm:chatwoot', contact.id ?? inbox.contact_id),
      ...identity('anonymous_id', contact.id || inbox.contact_id ? undefined : inbox.source_id),
    ],
  );
}

/** As text in webhooks, as a number in the interface. */
const messageTypes: Readonly<Record<string, string>> = { 0: 'incoming', 1: 'outgoing', 2: 'activity', 3: 'template' };

function adaptMessage(item: Fields): Adapted {
  const conversation = fieldsOf(item.conversation);
  const kind = lookup(messageTypes, item.message_type) ?? wordOf(item.message_type);
  if (kind === 'activity') return skipped('activity');
  const base = baseOf(item, conversation);
  if (!isBase(base)) return base;
  const [id, at] = [idOf(item.id), instantOf(item.created_at)];
  if (!id) return missing('id', 'must be the number of the message');
  if (at === undefined) return missing('created_at', 'must be a time: ISO 8601 or epoch seconds');
  const author = authorOf(kind, fieldsOf(item.sender));
  const isNote = item.private === true;
  const isAnswer = author.type === 'AGENT' && !isNote;
  const message: Fact = {
    key: `message:${id}`,
    type: 'message.sent',
    at,
    actor: author,
    direction: isNote ? 'INTERNAL' : kind === 'incoming' ? 'INBOUND' : 'OUTBOUND',
    stage: stageOf(author.type, isNote, conversation.status),
    text: writtenText(base.channel === 'EMAIL' ? readableText(item.content) : item.content),
  };
  const joined: Fact = { key: `message:${id}:joined`, type: 'agent.joined', at, actor: author };
  return { events: eventsOf(base, isAnswer ? [joined, message] : [message]) };
}

/** A bot's sender has the type agent_bot; templates (greetings, hours) are the system's. */
function authorOf(kind: string, { type, id }: Fields): { type: ActorType; id?: string } {
  if (kind === 'incoming') return { type: 'CUSTOMER' };
  const name = wordOf(type).toLowerCase();
  if (kind === 'template' || name === '') return { type: 'SYSTEM' };
  const isBot = name === 'agent_bot' || name === 'agentbot' || name.startsWith('captain');
  return { type: isBot ? 'BOT' : 'AGENT', id: idOf(id) };
}

/** `pending` means that a bot has the conversation. */
function stageOf(author: ActorType, isNote: boolean, status: unknown): Stage | undefined {
  if (author === 'AGENT') return isNote ? 'BACK_OFFICE' : 'AGENT';
  if (author === 'BOT' || (author === 'CUSTOMER' && status === 'pending')) return 'SELF_SERVICE';
  return undefined;
}

/** What an update adds to a message: that it was delivered, read or not, and the answer to a survey in it. */
function adaptMessageUpdate(item: Fields): Adapted {
  const base = baseOf(item, fieldsOf(item.conversation));
  if (!isBase(base)) return base;
  const [id, sentAt] = [idOf(item.id), instantOf(item.created_at)];
  if (!id) return missing('id', 'must be the number of the message');
  const at = instantOf(item.updated_at) ?? sentAt;
  const content = fieldsOf(item.content_attributes);
  const answer = fieldsOf(fieldsOf(content.submitted_values).csat_survey_response);
  const score = numberOf(answer.rating);
  if (at === undefined) return missing('created_at', 'must be a time: ISO 8601 or epoch seconds');
  if (score !== undefined && score >= 1 && score <= 5) {
    const survey = { kind: 'CSAT', score, scale_min: 1, scale_max: 5 };
    // Repeated with every later change of the message, whose time moves; an answer stands once.
    return {
      events: eventsOf(base, [{ key: `message:${id}:csat`, type: 'survey.answered', at: sentAt ?? at, survey }]),
    };
  }
  const status = wordOf(item.status);
  if (status !== 'delivered' && status !== 'read' && status !== 'failed') return skipped('not_mapped');
  const fact: Fact = { key: `message:${id}:${status}`, type: `message.${status}`, at: sentAt ?? at };
  return { events: eventsOf(base, [fact]) };
}

/** Conversations give epoch seconds where messages give ISO 8601. */
function adaptConversation(item: Fields): Adapted {
  const base = baseOf(item, item);
  if (!isBase(base)) return base;
  const at = instantOf(item.created_at) ?? instantOf(item.timestamp);
  if (at === undefined) return missing('created_at', 'must be a time: epoch seconds');
  return {
    events: eventsOf(base, [{ key: `conversation:${base.interaction_id}:created`, type: 'interaction.started', at }]),
  };
}

/** The old and new value of one of `changed_attributes`, which is a list of one-field objects. */
function changeOf(item: Fields, field: string): { previous: unknown; current: unknown } | undefined {
  const found = listOf(item.changed_attributes).find((it) => Object.hasOwn(it, field));
  if (!found) return undefined;
  const { previous_value: previous, current_value: current } = fieldsOf(found[field]);
  return { previous, current };
}

const changedAt = (item: Fields): number | undefined => instantOf(item.updated_at) ?? instantOf(item.last_activity_at);

function adaptStatus(item: Fields): Adapted {
  const base = baseOf(item, item);
  if (!isBase(base)) return base;
  const at = changedAt(item);
  if (at === undefined) return missing('updated_at', 'must be a time: epoch seconds');
  const change = changeOf(item, 'status');
  const [from, to] = [wordOf(change?.previous), wordOf(change?.current ?? item.status)];
  if (!/^(?:open|pending|resolved|snoozed)$/.test(to)) return missing('status', 'must be the new status');
  const key = `conversation:${base.interaction_id}:${to}:${at}`;
  const attributes = attributesOf({ status: to, previous_status: from });
  const fact = (type: string, fields: Fields = {}): Fact => ({
    key: `${key}:${type}`,
    type,
    at,
    attributes,
    ...fields,
  });
  return { events: eventsOf(base, statusFacts(item, from, to, fact)) };
}

function statusFacts(item: Fields, from: string, to: string, fact: (type: string, fields?: Fields) => Fact): Fact[] {
  if (to === 'open' && from === 'pending') return [fact('bot.handoff_requested')];
  if (to === 'open' && from === 'resolved') return [fact('case.reopened')];
  if (to !== 'resolved') return [fact('case.status_changed')];
  const meta = fieldsOf(item.meta);
  const isBots = from === 'pending' || /bot/i.test(wordOf(meta.assignee_type));
  const wasAnswered = instantOf(item.first_reply_created_at) !== undefined;
  const waits = instantOf(item.waiting_since) !== undefined;
  // Closed on somebody whom nobody answered: a closing is no resolution.
  if (!isBots && !wasAnswered && waits) return [fact('queue.abandoned'), fact('interaction.ended')];
  const resolved_by = isBots ? 'bot' : wasAnswered ? 'human' : undefined;
  return [
    fact('case.resolved', { outcome: { code: 'resolved', resolved_by }, stage: isBots ? 'SELF_SERVICE' : undefined }),
    fact('interaction.ended'),
  ];
}

/** A change of team or agent. The status has a webhook of its own: taken here too it would count twice. */
function adaptAssignment(item: Fields): Adapted {
  const base = baseOf(item, item);
  if (!isBase(base)) return base;
  const at = changedAt(item);
  if (at === undefined) return missing('updated_at', 'must be a time: epoch seconds');
  const [team, agent] = [changeOf(item, 'team_id'), changeOf(item, 'assignee_id')];
  const facts: Fact[] = [];
  const key = `conversation:${base.interaction_id}:${at}`;
  const [fromTeam, toTeam] = [idOf(team?.previous), idOf(team?.current)];
  if (toTeam) {
    const name = nameOf(fieldsOf(fieldsOf(item.meta).team).name);
    if (fromTeam) facts.push({ key: `${key}:team`, type: 'transfer.completed', at, outcome: { code: 'team' } });
    facts.push({ key: `${key}:queue`, type: 'queue.entered', at, queue: { id: toTeam, name } });
  } else if (idOf(agent?.previous) && idOf(agent?.current)) {
    facts.push({ key: `${key}:assignee`, type: 'transfer.completed', at, outcome: { code: 'assignee' } });
  }
  return facts.length > 0 ? { events: eventsOf(base, facts) } : skipped('not_mapped');
}

/** As a browser writes a date: `Mon Feb 09 2026 10:00:00 GMT+0100 (CET)`. */
function browserTime(value: unknown): number | undefined {
  const text = wordOf(value).replace(/\s*\([^)]*\)$/, '');
  const ms = / GMT[+-]\d{4}$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? instantOf(value) : ms;
}

function adaptWidget(item: Fields): Adapted {
  const contact = fieldsOf(item.contact);
  const info = fieldsOf(item.event_info);
  const at = browserTime(fieldsOf(info.initiated_at).timestamp);
  const identities = identitiesOf(contact, { source_id: item.source_id }, false);
  if (at === undefined) return missing('event_info.initiated_at.timestamp', 'must be the time of the browser');
  if (identities.length === 0) return missing('contact', 'must name the contact');
  const account = fieldsOf(item.account).id ?? fieldsOf(item.inbox).account_id;
  const base: Base = { source: { system: 'chatwoot', instance: idOf(account) }, channel: 'WEB', identities };
  const who = idOf(contact.id) ?? idOf(item.source_id);
  const url = textUrl(info.referer);
  return {
    events: eventsOf(base, [{ key: `widget:${who}:${at}`, type: 'web.contact_intent', at, page: url && { url } }]),
  };
}

const textUrl = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 2_000).replace(/\p{Cs}/gu, '') : undefined;
