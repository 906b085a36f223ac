import type { ActorType } from '../../../schemas/types';
import { type Base, eventsOf, type Fact, jsonSource, missing, skipped } from './facts';
import type { SentIdentity } from './identities';
import { attributesOf } from './record-facts';
import type { Adapted } from './source';
import {
  type Fields,
  fieldsOf,
  identity,
  idOf,
  instantOf,
  internationalPhone,
  listOf,
  wordOf,
  writtenText,
} from './vendor-fields';

/**
 * Telegram Bot API updates. A message is told apart by chat, number and time: numbers begin anew for every bot, and
 * an update does not say which bot it was sent to. What the bot itself writes is not in updates.
 */
export const telegram = jsonSource(
  'Telegram Bot API: updates as the webhook gets them.',
  (update) => {
    const sent = ['message', 'business_message'].find((kind) => Object.hasOwn(update, kind));
    if (sent) return adaptMessage(fieldsOf(update[sent]), false);
    const edited = ['edited_message', 'edited_business_message'].find((kind) => Object.hasOwn(update, kind));
    if (edited) return adaptMessage(fieldsOf(update[edited]), true);
    if (!Object.hasOwn(update, 'update_id')) return missing('update_id', 'must be there: this is no update');
    // A pressed button has no time of its own, only that of the message it hangs on.
    return skipped(Object.hasOwn(update, 'callback_query') ? 'without_time' : 'not_mapped');
  },
  { occurred_at: 'message.date', identities: 'message.from', interaction_id: 'message.chat.id' },
);

/** Notices of a group (joined, pinned, renamed) say nothing of a customer's. */
const notices = ['new_chat_members', 'left_chat_member', 'pinned_message', 'new_chat_title', 'group_chat_created'];

function adaptMessage(message: Fields, isEdit: boolean): Adapted {
  const [from, chat] = [fieldsOf(message.from), fieldsOf(message.chat)];
  const [chatId, id, user] = [idOf(chat.id), idOf(message.message_id), idOf(from.id)];
  if (!chatId || !id) return missing('message.chat.id', 'and message.message_id must be there');
  const sentAt = instantOf(message.date);
  if (sentAt === undefined) return missing('message.date', 'must be a time: epoch seconds');
  if (notices.some((it) => Object.hasOwn(message, it))) return skipped('notice');
  // A channel's posts, and what a group writes under its own name, are nobody's.
  if (!user || chat.type === 'channel' || message.sender_chat !== undefined) return skipped('nobody');
  const isPrivate = chat.type === 'private' || chat.type === undefined;
  // In a business chat the owner's own messages come too: the chat is then the other person's.
  const isOwners = isPrivate && user !== chatId;
  const actor: ActorType = from.is_bot === true ? 'BOT' : isOwners ? 'AGENT' : 'CUSTOMER';
  if (actor === 'BOT' && !isPrivate) return skipped('bot_in_a_group');
  const topic = idOf(message.message_thread_id);
  const interaction = isPrivate ? chatId : [chatId, topic, user].filter(Boolean).join(':');
  const base: Base = {
    source: { system: 'telegram' },
    channel: 'MESSAGING',
    provider: 'telegram',
    interaction_id: idOf(interaction),
    contact_id: idOf(interaction),
    thread_id: isPrivate ? chatId : idOf([chatId, topic].filter(Boolean).join(':')),
    identities: identity('social:telegram', isPrivate ? chatId : user, true),
  };
  const key = `message:${chatId}:${id}:${sentAt}`;
  const editedAt = instantOf(message.edit_date);
  if (isEdit && editedAt === undefined) return missing('edited_message.edit_date', 'must be a time: epoch seconds');
  const fact: Fact = {
    key: isEdit ? `${key}:edited:${editedAt}` : key,
    type: isEdit ? 'message.edited' : 'message.sent',
    at: isEdit ? (editedAt as number) : sentAt,
    actor: { type: actor, id: actor === 'CUSTOMER' ? undefined : user },
    direction: actor === 'CUSTOMER' ? 'INBOUND' : 'OUTBOUND',
    stage: actor === 'AGENT' ? 'AGENT' : undefined,
    text: writtenText(message.text ?? message.caption),
    attributes: attributesOf({ command: commandOf(message), kind: kindOf(message) }),
  };
  const joins = actor === 'AGENT' && !isEdit;
  const joined: Fact = { key: `${key}:joined`, type: 'agent.joined', at: sentAt, actor: fact.actor };
  const facts = joins ? [joined, fact] : [fact];
  const phone = actor === 'CUSTOMER' && !isEdit ? ownNumber(user, message) : [];
  if (phone.length > 0) {
    const identities = [...phone, ...base.identities];
    facts.push({ key: `${key}:number`, type: 'analysis.identity_shared', at: sentAt, identities });
  }
  return { events: eventsOf(base, facts) };
}

/**
 * A number that somebody shares is theirs only if the card says so: people also pass on other people's. It stands in a fact
 * of its own, outside sessions: as identity of the message it would take that one message away from the chat.
 */
function ownNumber(user: string, { contact }: Fields): SentIdentity[] {
  const card = fieldsOf(contact);
  return idOf(card.user_id) === user ? identity('phone', internationalPhone(card.phone_number), true) : [];
}

function commandOf({ entities, text }: Fields): string | undefined {
  const isCommand = listOf(entities).some(({ type, offset }) => type === 'bot_command' && offset === 0);
  return isCommand ? /^\/\w{1,32}/.exec(wordOf(text))?.[0] : undefined;
}

const kinds = ['photo', 'video', 'voice', 'audio', 'document', 'sticker', 'location', 'contact'];
const kindOf = (message: Fields): string | undefined => kinds.find((kind) => Object.hasOwn(message, kind));
