import { type Base, eventsOf, type Fact, missing, skipped } from '../facts';
import { attributesOf } from '../record-facts';
import type { Adapted, Source } from '../source';
import {
  type Fields,
  fieldsOf,
  hashOf,
  identity,
  idOf,
  nameOf,
  numberOf,
  textOf,
  wordOf,
  writtenText,
} from '../vendor-fields';
import { receivedTime, sentTime } from './dates';
import { readMail } from './parse';

const mediaTypes = ['message/rfc822', 'message/global'];

/**
 * Internet mail (RFC 5322, MIME), one message a request. `own`: the organisation's addresses and domains, lower-case;
 * mail from one of them is outbound. Without any all mail counts as inbound.
 */
export function mailOf(own: readonly string[]): Source {
  return {
    description: 'Internet mail: one message in MIME form a request. Threads by References.',
    mediaTypes,
    form: ({ mediaType }) => (mediaTypes.includes(mediaType) ? 'own' : undefined),
    read: readMail,
    adapt: (item) => adaptMail(fieldsOf(item), own),
    sentName: (field) => ({ occurred_at: 'Date', identities: 'From', text: 'body' })[field] ?? field,
  };
}

/** As long as no addresses are configured. */
export const mail: Source = mailOf([]);

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((it) => textOf(it) ?? []) : []);

/** With or without its brackets, one id. */
const messageId = (value: unknown): string | undefined => idOf(textOf(value)?.trim().replace(/^<|>$/g, ''));

const isOwn = (address: string, own: readonly string[]): boolean => {
  const lower = address.toLowerCase();
  return own.includes(lower) || own.includes(lower.slice(lower.lastIndexOf('@') + 1));
};

function adaptMail(sent: Fields, own: readonly string[]): Adapted {
  const [from] = textsOf(sent.from);
  if (from === undefined) return missing('From', 'must name the sender: this is no Internet message');
  const arrival = textsOf(sent.received).map(receivedTime)[0];
  const at = sentTime(sent.date, arrival);
  if (at === undefined) return missing('Date', 'must be a date with its zone, here or in a Received line');
  const report = fieldsOf(sent.report);
  const key =
    messageId(sent.message_id) ??
    `sha256:${hashOf([from, ...[sent.date, sent.subject, sent.text].map(wordOf)].join('\n'))}`;
  if (Object.keys(report).length > 0) return adaptReport(report, key, at, arrival, own);
  const isOutbound = isOwn(from, own);
  const people = isOutbound ? textsOf(sent.to).filter((it) => !isOwn(it, own)) : [from];
  if (people.length === 0) return skipped('internal_mail');
  const thread = threadOf(sent, key);
  const actor = authorOf(sent, isOutbound, from);
  const message: Fact = {
    key: `mail:${key}`,
    type: 'message.sent',
    at,
    actor,
    // A newsletter is no demand of the customer's; what a customer sends through a list is.
    stage: isOutbound && isBulk(sent) ? 'MARKETING' : actor.type === 'AGENT' ? 'AGENT' : undefined,
    text: writtenText(textsOf([sent.subject, sent.text]).join('\n\n')),
    attributes: attributesOf({
      attachments: numberOf(sent.attachments) || undefined,
      auto_submitted: sent.auto_submitted,
    }),
  };
  const answers = actor.type === 'AGENT' && message.stage === 'AGENT';
  const joined: Fact = { key: `mail:${key}:joined`, type: 'agent.joined', at, actor };
  const base = baseOf(thread, people, arrival, isOutbound ? 'OUTBOUND' : 'INBOUND');
  return { events: eventsOf(base, answers ? [joined, message] : [message]) };
}

/** The first of References began the thread; some programs name only the message that they answer. */
function threadOf(sent: Fields, key: string): string {
  const references = textsOf(sent.references).flatMap((it) => it.split(/[\s,]+/));
  return messageId(references.find((it) => it !== '')) ?? messageId(textOf(sent.in_reply_to)?.split(/\s+/)[0]) ?? key;
}

const baseOf = (thread: string, people: string[], arrival: number | undefined, direction: string): Base => ({
  source: { system: 'mail' },
  channel: 'EMAIL',
  direction,
  observed_at: arrival,
  interaction_id: thread,
  contact_id: thread,
  thread_id: thread,
  // Anybody can write any sender: unverified.
  identities: [...new Set(people.map((it) => it.toLowerCase()))].slice(0, 20).flatMap((it) => identity('email', it)),
});

const isAutomatic = ({ auto_submitted, precedence }: Fields): boolean =>
  /^auto-/i.test(wordOf(auto_submitted)) || /^auto_reply/i.test(wordOf(precedence));

const isBulk = ({ has_unsubscribe, precedence }: Fields): boolean =>
  has_unsubscribe === true || /^(?:bulk|list|junk)/i.test(wordOf(precedence));

/** A mailbox is a team, not an agent. Absence notices and confirmations are nobody's words. */
function authorOf(sent: Fields, isOutbound: boolean, from: string): { type: string; team?: string } {
  if (isAutomatic(sent)) return { type: 'SYSTEM' };
  return isOutbound ? { type: 'AGENT', team: nameOf(from.toLowerCase()) } : { type: 'CUSTOMER' };
}

/** A message that did not arrive, or was read: about the customer it was for, in the thread of that message. */
function adaptReport(
  report: Fields,
  key: string,
  at: number,
  arrival: number | undefined,
  own: readonly string[],
): Adapted {
  const people = textsOf(report.recipients).filter((it) => !isOwn(it, own));
  if (people.length === 0) return skipped('internal_mail');
  // In the thread of the message that it is about, where that came along.
  const thread = report.about === undefined ? key : threadOf(report, messageId(report.about) ?? key);
  const base = baseOf(thread, people, arrival, 'OUTBOUND');
  const isFailure = report.kind === 'failed';
  const outcome = isFailure ? { code: nameOf(report.status) } : undefined;
  const type = isFailure ? 'message.failed' : 'message.read';
  return { events: eventsOf(base, [{ key: `report:${key}`, type, at, actor: { type: 'SYSTEM' }, outcome }]) };
}
