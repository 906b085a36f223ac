import type { Fault } from '../../domain/fault';
import { identitiesOf } from '../identities';
import { VendorRecord } from '../record';
import { Facts } from '../record-facts';
import type { Adapted } from '../source';
import { firstOf } from './call';
import { costOf, networkOf, system, twilioIdentity, twilioTime } from './names';

/** What a status of a message is as a fact; the others (`queued`, `sending`, …) are steps on the way. */
const factOfStatus = new Map<string, string>([
  ['received', 'message.sent'],
  ['receiving', 'message.sent'],
  ['sent', 'message.sent'],
  ['delivered', 'message.delivered'],
  ['undelivered', 'message.failed'],
  ['failed', 'message.failed'],
  ['read', 'message.read'],
]);

const statuses: ReadonlySet<string> = new Set([
  ...factOfStatus.keys(),
  ...['accepted', 'scheduled', 'queued', 'sending', 'canceled', 'partially_delivered'],
]);

/** A message's fields under the names of the shape it comes in. */
interface Message {
  record: VendorRecord;
  sid: string;
  status: string;
  isInbound: boolean;
  facts: Facts;
}

function messageOf(record: VendorRecord, names: { sid: string; status: string; from: string; to: string }): Message {
  const sid = record.needed(names.sid);
  const status = record.text(names.status) ?? 'received';
  if (!statuses.has(status)) record.refuse(names.status, 'unknown_value', 'is no status of a message');
  const direction =
    record.text('direction') ?? (status === 'received' || status === 'receiving' ? 'inbound' : 'outbound');
  const isInbound = direction === 'inbound';
  const from = record.text(names.from);
  const to = record.text(names.to);
  const network = networkOf(from) ?? networkOf(to);
  const customer = isInbound ? from : to;
  const account = record.text(firstOf(record, ['AccountSid', 'account_sid', 'account_id', 'accountSid']));
  const conversation = record.text(firstOf(record, ['ConversationSid', 'conversation_sid']));
  const facts = new Facts(system, account, {
    channel: network ? (network === 'messenger' || network === 'instagram' ? 'SOCIAL_PRIVATE' : 'MESSAGING') : 'SMS',
    provider: network ?? 'sms',
    direction: isInbound ? 'INBOUND' : 'OUTBOUND',
    interaction_id: sid,
    contact_id: conversation,
    thread_id: conversation,
    identities: identitiesOf([twilioIdentity(customer)], `${system}:message:${sid}`),
    actor: isInbound ? { type: 'CUSTOMER' } : undefined,
  });
  return { record, sid, status, isInbound, facts };
}

const answer = (facts: Facts, faults: readonly Fault[]): Adapted => {
  if (faults.length > 0) return { faults: [...faults] };
  return facts.events.length > 0 ? { events: facts.events } : { events: [], skipped: 'status_without_a_fact' };
};

/**
 * A message webhook: an incoming message, or the status of one that was sent. Twilio gives it no time, so it counts as of
 * its arrival.
 */
export function adaptMessageCallback(fields: unknown, receivedAt: number | undefined): Adapted {
  const faults: Fault[] = [];
  const record = new VendorRecord(fields, faults);
  const { sid, status, facts } = messageOf(record, {
    sid: firstOf(record, ['MessageSid', 'SmsSid', 'SmsMessageSid']),
    status: firstOf(record, ['MessageStatus', 'SmsStatus']),
    from: 'From',
    to: 'To',
  });
  const at = record.time('Timestamp', twilioTime) ?? receivedAt;
  addFact(facts, sid, status, at, { text: record.text('Body'), error: record.text('ErrorCode'), record });
  return answer(facts, faults);
}

/** The message resource: what happened to it so far. The last status is dated by `date_updated`. */
export function adaptMessage(fields: unknown): Adapted {
  const faults: Fault[] = [];
  const record = new VendorRecord(fields, faults);
  const { sid, status, facts } = messageOf(record, {
    sid: firstOf(record, ['sid', 'id']),
    status: 'status',
    from: 'from',
    to: 'to',
  });
  const created = record.time(firstOf(record, ['date_created', 'created_at']), twilioTime);
  const sent = record.time('date_sent', twilioTime) ?? created;
  const updated = record.time(firstOf(record, ['date_updated', 'updated_at']), twilioTime) ?? sent;
  const isSent = factOfStatus.has(status) && status !== 'failed';
  if (isSent) addFact(facts, sid, 'sent', sent, { text: record.text('body'), record });
  if (status !== 'sent' && factOfStatus.get(status) !== 'message.sent') {
    // Some exports date the last change before the sending: no message arrives before it was sent.
    const at = updated !== undefined && sent !== undefined ? Math.max(updated, sent) : updated;
    addFact(facts, sid, status, at, { error: record.text('error_code'), record });
  }
  const price = record.number('price');
  const cost = costOf(price, record.text('price_unit'));
  if (cost) facts.add(`${sid}/billed`, 'interaction.billed', sent, { cost, attributes: { price: String(price) } });
  return answer(facts, faults);
}

/** A message event of Event Streams. */
export function adaptMessageEvent(data: unknown): Adapted {
  const faults: Fault[] = [];
  const record = new VendorRecord(data, faults);
  const { sid, status, facts } = messageOf(record, {
    sid: 'messageSid',
    status: firstOf(record, ['messageStatus', 'status']),
    from: 'from',
    to: 'to',
  });
  const at = record.time('timestamp', twilioTime);
  if (!record.has('timestamp')) record.refuse('timestamp', 'missing', 'is required');
  addFact(facts, sid, status, at, { text: record.text('body'), error: record.text('errorCode'), record });
  return answer(facts, faults);
}

interface Said {
  record: VendorRecord;
  text?: string;
  error?: string;
}

function addFact(
  facts: Facts,
  sid: string,
  status: string,
  at: number | undefined,
  { record, text, error }: Said,
): void {
  const type = factOfStatus.get(status);
  if (!type) return;
  // 'sent' and 'received' are the same fact of a message, seen from its two ends.
  const id = type === 'message.sent' ? 'sent' : status;
  const media = record.text(firstOf(record, ['NumMedia', 'num_media', 'numMedia']));
  facts.add(`${sid}/${id}`, type, at, {
    text,
    outcome: { code: error },
    attributes: type === 'message.sent' ? { media_count: media } : undefined,
  });
}
