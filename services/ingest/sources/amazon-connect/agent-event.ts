import type { Fault } from '../../domain/fault';
import { VendorRecord } from '../record';
import { Facts, lastPart } from '../record-facts';
import type { Adapted } from '../source';
import { instanceOf, system, unknownCustomer } from './names';

/** Whether facts of contacts are wanted besides the agent's own status. */
export type Wanted = 'status' | 'status and contacts';

const kinds: ReadonlySet<string> = new Set(['LOGIN', 'LOGOUT', 'STATE_CHANGE', 'HEART_BEAT']);

/**
 * An agent event: a status the agent took, and, where they are wanted, what changed with the contacts on the desk (offered,
 * missed, held). Facts carry the time at which a state began, which every later event and heart-beat repeats; a
 * heart-beat, which comes every 120 s and up to an hour after log-off, tells nothing new.
 */
export function adaptAgentEvent(item: unknown, wanted: Wanted): Adapted {
  const faults: Fault[] = [];
  const event = new VendorRecord(item, faults);
  const kind = event.needed('EventType');
  if (kind !== '' && !kinds.has(kind)) {
    event.refuse('EventType', 'unknown_value', 'must be LOGIN, LOGOUT, STATE_CHANGE or HEART_BEAT');
  }
  const arn = event.needed('AgentARN');
  const at = event.time('EventTimestamp');
  if (at === undefined && !event.has('EventTimestamp')) event.refuse('EventTimestamp', 'missing', 'is required');
  if (faults.length > 0) return { faults };
  if (kind === 'HEART_BEAT') return { events: [], skipped: 'heart_beat' };
  const now = event.object('CurrentAgentSnapshot');
  const before = event.object('PreviousAgentSnapshot');
  const instance = instanceOf(event.text('InstanceARN') ?? arn);
  const configuration = now.has('Configuration') ? now.object('Configuration') : before.object('Configuration');
  const agentId = lastPart(arn);
  const actor = {
    type: 'AGENT',
    // The contact records name agents by user name; contact events know the ARN only.
    id: (wanted === 'status' ? configuration.text('Username') : undefined) ?? agentId,
    team: configuration.object('RoutingProfile').text('Name'),
  };
  const staff = new Facts(system, instance, { channel: 'UNKNOWN', actor });
  addStatus(staff, agentId ?? '', kind, at, now, before);
  const events = [...staff.events];
  if (wanted === 'status and contacts') events.push(...contactFacts(instance, actor, at, now, before));
  if (faults.length > 0) return { faults };
  return events.length > 0 ? { events } : { events, skipped: 'nothing_changed' };
}

function addStatus(
  staff: Facts,
  agentId: string,
  kind: string,
  at: number | undefined,
  now: VendorRecord,
  before: VendorRecord,
): void {
  const status = now.object('AgentStatus');
  const name = kind === 'LOGOUT' ? 'Offline' : status.text('Name');
  const began = (kind === 'LOGOUT' ? undefined : status.time('StartTimestamp')) ?? at;
  const last = before.object('AgentStatus');
  const isOld = kind === 'STATE_CHANGE' && last.text('Name') === name && last.time('StartTimestamp') === began;
  if (name === undefined || isOld) return;
  const attributes = { status: name, status_type: status.text('Type') };
  staff.add(`${agentId}/status/${name}/${began}`, 'agent.status_changed', began, { attributes });
}

/** What a contact's state means once it has begun. Answer and end are told by contact events. */
const stateFacts = new Map<string, string>([
  ['CONNECTING', 'offer.made'],
  ['MISSED', 'offer.timeout'],
  ['REJECTED', 'offer.rejected'],
  ['CONNECTED_ONHOLD', 'hold.started'],
]);

/** States in which the agent talks to the customer or could: leaving one is an answer or the end of a hold. */
const afterState = new Map<string, string>([
  ['CONNECTED_ONHOLD', 'hold.ended'],
  ['CONNECTING', 'offer.accepted'],
]);

function contactFacts(
  instance: string | undefined,
  actor: object,
  at: number | undefined,
  now: VendorRecord,
  before: VendorRecord,
): Facts['events'] {
  const known = new Map(before.list('Contacts').map((it) => [it.text('ContactId') ?? '', it]));
  const found: Facts['events'] = [];
  for (const contact of now.list('Contacts')) {
    const id = contact.needed('ContactId');
    const facts = factsOf(contact, instance, actor);
    const state = contact.text('State') ?? '';
    const began = contact.time('StateStartTimestamp');
    const last = known.get(id)?.text('State') ?? '';
    known.delete(id);
    const type = stateFacts.get(state);
    // Dialling out rings at the customer's, not at the agent's.
    const isDialling = state === 'CONNECTING' && contact.text('InitiationMethod') === 'OUTBOUND';
    if (type && !isDialling) facts.add(`${id}/${state}/${began}`, type, began);
    const ending = state === 'CONNECTED' ? afterState.get(last) : undefined;
    if (ending) facts.add(`${id}/after-${last}/${began}`, ending, began);
    found.push(...facts.events);
  }
  // A contact that was in after-contact work and is gone from the desk: that work is done.
  for (const [id, contact] of known) {
    if (contact.text('State') !== 'ENDED') continue;
    const facts = factsOf(contact, instance, actor);
    const began = contact.time('StateStartTimestamp');
    const acw_ms = at === undefined || began === undefined ? undefined : Math.max(0, at - began);
    facts.add(`${id}/wrapped-up/${began}`, 'wrapup.completed', at, { durations: { acw_ms } });
    found.push(...facts.events);
  }
  return found;
}

const channels: ReadonlySet<string> = new Set(['VOICE', 'CHAT', 'TASK', 'EMAIL']);

function factsOf(contact: VendorRecord, instance: string | undefined, actor: object): Facts {
  const id = contact.text('ContactId') ?? '';
  const contactId = contact.text('InitialContactId') ?? id;
  const channel = contact.text('Channel')?.toUpperCase() ?? 'VOICE';
  if (!channels.has(channel)) contact.refuse('Channel', 'unknown_value', 'must be VOICE, CHAT, TASK or EMAIL');
  const queue = contact.object('Queue');
  return new Facts(system, instance, {
    channel,
    interaction_id: id,
    contact_id: contactId,
    identities: [{ type: 'anonymous_id', value: unknownCustomer(contactId) }],
    actor,
    queue: queue.has('ARN') ? { id: lastPart(queue.text('ARN')), name: queue.text('Name') } : undefined,
  });
}
