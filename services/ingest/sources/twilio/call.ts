import type { Fault } from '../../domain/fault';
import { identitiesOf } from '../identities';
import { VendorRecord } from '../record';
import { Facts } from '../record-facts';
import type { Adapted } from '../source';
import { costOf, system, twilioIdentity, twilioTime } from './names';

/** The same value under the names of a webhook's form, of the API's JSON and of a warehouse's table. */
export type Names = readonly string[];

export const firstOf = (record: VendorRecord, names: Names): string =>
  names.find((name) => record.has(name)) ?? names[0];

interface Call {
  record: VendorRecord;
  facts: Facts;
  sid: string;
  status: string;
  /** `<Dial>` put the caller through to somebody: an agent or another person. */
  isPutThrough: boolean;
  to: string | undefined;
}

const notReached: ReadonlySet<string> = new Set(['busy', 'no-answer', 'failed', 'canceled']);
const statuses: ReadonlySet<string> = new Set([
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'answered',
  'completed',
  ...notReached,
]);

/**
 * A call: a status callback (one moment of it) or the call resource (all of it, once it is over). `Duration` of a callback
 * is in minutes begun, for billing; `CallDuration` and the resource's `duration` are in seconds; `queue_time` is in
 * milliseconds, and no time that a customer waited but how long Twilio kept an outgoing call back.
 */
export function adaptCall(fields: unknown, shape: 'callback' | 'resource'): Adapted {
  const faults: Fault[] = [];
  const record = new VendorRecord(fields, faults);
  const isCallback = shape === 'callback';
  const sid = record.needed(isCallback ? 'CallSid' : firstOf(record, ['sid', 'id']));
  const statusName = isCallback ? 'CallStatus' : 'status';
  const status = record.needed(statusName);
  if (status !== '' && !statuses.has(status)) record.refuse(statusName, 'unknown_value', 'is no status of a call');
  const direction = record.text(isCallback ? 'Direction' : 'direction') ?? 'inbound';
  const [from, to] = (isCallback ? ['From', 'To'] : ['from', 'to']).map((name) => record.text(name));
  const parent = record.text(isCallback ? 'ParentCallSid' : firstOf(record, ['parent_call_sid', 'parent_call_id']));
  const account = record.text(isCallback ? 'AccountSid' : firstOf(record, ['account_sid', 'account_id']));
  // Through <Dial> the caller's own number is shown to whoever is called, so the customer is always who it comes from.
  const customer = direction === 'outbound-api' ? to : from;
  const forwarded = record.text(isCallback ? 'ForwardedFrom' : 'forwarded_from');
  const facts = new Facts(system, account, {
    channel: 'VOICE',
    direction: direction === 'outbound-api' ? 'OUTBOUND' : 'INBOUND',
    interaction_id: sid,
    contact_id: parent ?? sid,
    previous_interaction_id: parent,
    identities: identitiesOf([twilioIdentity(customer)], `${system}:call:${parent ?? sid}`),
    attributes: forwarded ? { forwarded_from: forwarded } : undefined,
  });
  const call: Call = { record, facts, sid, status, isPutThrough: direction === 'outbound-dial', to };
  if (isCallback) addMoment(call);
  else addWhole(call);
  if (faults.length > 0) return { faults };
  return facts.events.length > 0 ? { events: facts.events } : { events: [], skipped: 'status_without_a_fact' };
}

function addMoment(call: Call): void {
  const { record, sid, status, facts } = call;
  const at = record.time('Timestamp', twilioTime);
  if (at === undefined && !record.has('Timestamp')) {
    // The request for instructions (TwiML) comes without a time; the callbacks of its call have one.
    record.refuse('Timestamp', 'missing', 'is required: send status callbacks here, not the voice request');
    return;
  }
  if (status === 'initiated') facts.add(`${sid}/started`, 'interaction.started', at);
  else if (status === 'in-progress' || status === 'answered') addAnswer(call, at);
  else if (status === 'completed' || notReached.has(status)) {
    const total = record.duration('CallDuration', 1_000);
    // Of an incoming call this is the only callback there is.
    const isInbound = record.text('Direction') === 'inbound';
    if (isInbound && at !== undefined) facts.add(`${sid}/started`, 'interaction.started', at - (total ?? 0));
    addEnd(call, at, total, record.text('AnsweredBy'));
  }
}

function addWhole(call: Call): void {
  const { record, sid, status, facts } = call;
  const created = record.time(firstOf(record, ['date_created', 'created_at']), twilioTime);
  const start = record.time('start_time', twilioTime) ?? created;
  const end = record.time('end_time', twilioTime);
  facts.add(`${sid}/started`, 'interaction.started', start);
  const total = record.duration('duration', 1_000);
  if (call.isPutThrough && status === 'completed') addAnswer(call, start);
  if (status === 'completed' || notReached.has(status)) {
    addEnd(call, end ?? record.time(firstOf(record, ['date_updated', 'updated_at']), twilioTime) ?? start, total);
  }
  const price = record.number('price');
  // Null until it is billed, often much later: a fact of its own.
  const cost = costOf(price, record.text('price_unit'));
  if (cost) {
    const attributes = { price: String(price), queue_time_ms: record.text('queue_time') };
    facts.add(`${sid}/billed`, 'interaction.billed', end ?? start, { cost, attributes });
  }
}

/** Who answers a call that was put through serves the customer. Of other calls the answer says only that the line stands. */
function addAnswer({ facts, sid, isPutThrough, to }: Call, at: number | undefined): void {
  const id = isPutThrough ? (to ?? '').replace(/^(?:client|sip):/, '') : undefined;
  facts.add(`${sid}/answered`, 'interaction.connected', at, {
    stage: isPutThrough ? 'AGENT' : undefined,
    actor: isPutThrough ? { type: 'AGENT', id: id || undefined } : undefined,
  });
}

function addEnd(
  { facts, sid, status, isPutThrough }: Call,
  at: number | undefined,
  total_ms?: number,
  by?: string,
): void {
  const isReached = status === 'completed';
  facts.add(`${sid}/ended`, 'interaction.ended', at, {
    stage: isPutThrough && isReached ? 'AGENT' : undefined,
    durations: { total_ms },
    outcome: { status: isReached ? undefined : status === 'canceled' ? 'ABANDONED' : 'FAILURE', code: status },
    attributes: { answered_by: by },
  });
}
