import { fault } from '../../domain/fault';
import { jsonSource } from '../facts';
import type { Adapted, Source } from '../source';
import { adaptAgentEvent } from './agent-event';
import { adaptContact } from './contact';
import { adaptContactEvent, isContactEvent } from './contact-event';

const neither = {
  faults: [fault('record', 'unknown_record', 'must be a contact record, a contact event or an agent event')],
};

/**
 * Contact records name the customer; contact events and the contacts on an agent's desk do not. The two would put one
 * contact under two customers, so an instance sends either the records here or the live streams to `amazon-connect-live`;
 * the statuses of agents are the same in both.
 */
export const amazonConnect: Source = jsonSource(
  'Amazon Connect: contact records (the whole contact, once it is over) and agent events (statuses).',
  (item): Adapted => {
    if (isContactEvent(item)) return { events: [], skipped: 'told_by_the_contact_record' };
    if ('AgentARN' in item) return adaptAgentEvent(item, 'status');
    return 'ContactId' in item ? adaptContact(item) : neither;
  },
);

export const amazonConnectLive: Source = jsonSource(
  'Amazon Connect while it happens: contact events (EventBridge) and agent events, without the identity of customers.',
  (item): Adapted => {
    if (isContactEvent(item)) return adaptContactEvent(item);
    return 'AgentARN' in item ? adaptAgentEvent(item, 'status and contacts') : neither;
  },
);
