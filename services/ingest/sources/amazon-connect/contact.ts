import { createHash } from 'node:crypto';
import type { Fault } from '../../domain/fault';
import { identitiesOf, identityOf, ownNumber } from '../identities';
import { VendorRecord } from '../record';
import { attributesOf, Facts, type Sent } from '../record-facts';
import type { Adapted } from '../source';
import { addAgentFacts, addQueueFacts } from './contact-facts';
import { channelOf, directionOf, instanceOf, system, unknownCustomer } from './names';

/** Facts that a contact tells of, and what decides them. */
export interface Contact {
  record: VendorRecord;
  id: string;
  facts: Facts;
  /** How it began: INBOUND, OUTBOUND, TRANSFER, CALLBACK, … */
  method: string;
  reason: string | undefined;
  times: { initiated?: number; system?: number; enqueued?: number; dequeued?: number; agent?: number; ended?: number };
}

/**
 * A contact record: one leg, whose chain hangs together by InitialContactId. It is delivered again whenever it changes, and
 * then tells the same facts with the same ids and contents; `LastUpdateTimestamp` goes to observed_at, the one field that
 * may differ. A contact event is the same record before it is complete.
 */
export function adaptContact(fields: unknown, observedAt?: number): Adapted {
  const faults: Fault[] = [];
  const record = new VendorRecord(fields, faults);
  const method = record.text('InitiationMethod')?.toUpperCase() ?? '';
  // A supervisor who listens in: nobody asked for anything.
  if (method === 'MONITOR') return { events: [], skipped: 'monitored_contact' };
  const id = record.needed('ContactId');
  const subtype = record.object('SegmentAttributes').object('connect:Subtype').text('ValueString');
  const { channel, provider } = channelOf(record, subtype);
  const contactId = record.text('InitialContactId') ?? id;
  const customer = record.object('CustomerEndpoint');
  const facts = new Facts(system, instanceOf(record.text('InstanceARN')), {
    channel,
    provider,
    direction: directionOf(method, channel),
    observed_at: record.time('LastUpdateTimestamp') ?? observedAt,
    interaction_id: id,
    contact_id: contactId,
    previous_interaction_id: record.text('PreviousContactId') ?? record.text('RelatedContactId'),
    campaign_id: record.object('Campaign').text('CampaignId'),
    identities: identitiesOf(
      [identityOf(customer.text('Address'))],
      unknownCustomer(contactId),
      ownNumber(system, record.text('CustomerId')),
    ),
  });
  const queue = record.object('Queue');
  const contact: Contact = {
    record,
    id,
    facts,
    method,
    reason: record.text('DisconnectReason'),
    times: {
      initiated: record.time('InitiationTimestamp'),
      system: record.time('ConnectedToSystemTimestamp'),
      enqueued: queue.time('EnqueueTimestamp'),
      dequeued: queue.time('DequeueTimestamp'),
      agent: record.object('Agent').time('ConnectedToAgentTimestamp'),
      ended: record.time('DisconnectTimestamp'),
    },
  };
  addCourse(contact);
  addMenu(contact, channel);
  addQueueFacts(contact, queue);
  addAgentFacts(contact);
  addAttributes(contact);
  if (faults.length > 0) return { faults };
  return facts.events.length > 0 ? { events: facts.events.sort(byTime) } : { events: [], skipped: 'no_times' };
}

const byTime = (a: Sent, b: Sent): number => Number(a.occurred_at) - Number(b.occurred_at);

function addCourse({ record, facts, id, method, reason, times }: Contact): void {
  const system_at = record.object('SystemEndpoint').text('Address');
  facts.add(`${id}/started`, 'interaction.started', times.initiated, {
    attributes: { initiation_method: method || undefined, system_endpoint: system_at },
  });
  if (method === 'CALLBACK') facts.add(`${id}/reached`, 'callback.reached', times.system);
  // Of what the customer dialled the system answers at once: that is no news.
  else if (method === 'OUTBOUND' || method === 'EXTERNAL_OUTBOUND') {
    facts.add(`${id}/connected`, 'interaction.connected', times.system);
  }
  const attempts = record.number('AgentConnectionAttempts');
  facts.add(`${id}/ended`, 'interaction.ended', times.ended, {
    outcome: { disconnect_by: reason },
    attributes: { agent_connection_attempts: attempts === undefined ? undefined : String(attempts) },
  });
}

/** What a caller went through before a queue or an agent is the flow: the voice menu. */
function addMenu({ facts, id, method, times }: Contact, channel: string): void {
  if (channel !== 'VOICE' || method !== 'INBOUND') return;
  // The start that every version of the record has: the other time comes with later ones.
  const from = times.initiated ?? times.system;
  const to = times.enqueued ?? times.agent ?? times.ended;
  facts.add(`${id}/menu`, 'ivr.menu_entered', from);
  // A queue may be entered in the very second the flow begins.
  facts.add(`${id}/menu-left`, 'ivr.ended', from === undefined || to === undefined ? undefined : Math.max(from, to), {
    stage: 'SELF_SERVICE',
    durations: { ivr_ms: from !== undefined && to !== undefined ? Math.max(0, to - from) : undefined },
  });
}

/** Flows set attributes until long after the end; each state of them is a fact of its own, named by what is in it. */
function addAttributes({ record, facts, id, times }: Contact): void {
  const own = record.value('Attributes');
  if (typeof own !== 'object' || Array.isArray(own)) return;
  const attributes = attributesOf(own as Record<string, unknown>);
  if (attributes) {
    const digest = digestOf(JSON.stringify(attributes));
    facts.add(`${id}/attributes/${digest}`, 'contact.attributes_set', times.ended, { attributes });
  }
}

/** Tells the states of one contact's attributes apart. */
const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);
