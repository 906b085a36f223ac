import type { Fault } from '../../domain/fault';
import { identitiesOf, identityOf, ownNumber, type SentIdentity } from '../identities';
import { VendorRecord } from '../record';
import { Facts, type Sent } from '../record-facts';
import type { Adapted } from '../source';
import { addAgentFacts, addWaitFacts } from './agent-facts';
import { addAnalysisFacts } from './analysis-facts';
import { addSelfServiceFacts } from './menu-facts';
import { directionOf, disconnectOf, endedBy, system, unknownCustomer } from './names';
import { connected, endOf, lastOf, type Session, sessionsOf, waitsOf } from './sessions';

/** A conversation's sessions, which wait each agent ended, and where facts of a session go. */
export interface Course {
  sessions: readonly Session[];
  waits: ReadonlyMap<Session, Session>;
  /** Facts of a session's leg. */
  factsOf(session: Session): Facts;
}

/**
 * A conversation of the analytics API (conversation detail). A wait in a queue and the agent who ended it are one leg,
 * named by the queue's session; a voice menu, a bot, and an agent who was reached without a queue are legs of their own;
 * all are one contact, the conversation. So an agent's after-contact work stays with that agent's leg, although the
 * customer waits in the next queue meanwhile.
 */
export function adaptConversation(item: unknown): Adapted {
  const faults: Fault[] = [];
  const conversation = new VendorRecord(item, faults);
  const id = conversation.needed('conversationId');
  const isPublic = conversation.value('originatingSocialMediaPublic') === true;
  const sessions = sessionsOf(conversation, isPublic);
  const waits = waitsOf(sessions);
  const identities = customerOf(sessions, id);
  const campaign = (session: Session): string | undefined => session.record.text('outboundCampaignId');
  const byLeg = new Map<Session, Facts>();
  const factsOf = (session: Session): Facts => {
    const leg = waits.get(session) ?? session;
    const known = byLeg.get(leg);
    if (known) return known;
    const facts = new Facts(system, undefined, {
      channel: leg.medium.channel,
      provider: leg.medium.provider,
      // A callback dials the customer, whoever asked for it.
      direction: directionOf(leg.record) ?? (leg.medium.name === 'callback' ? 'OUTBOUND' : undefined),
      interaction_id: leg.id,
      contact_id: id,
      campaign_id: campaign(leg),
      identities,
    });
    byLeg.set(leg, facts);
    return facts;
  };
  const course: Course = { sessions, waits, factsOf };
  addSelfServiceFacts(course);
  addWaitFacts(course);
  addAgentFacts(course);
  addEnds(course);
  const others = addAnalysisFacts(conversation, course, identities);
  const events: Sent[] = [...[...byLeg.values()].flatMap((facts) => facts.events), ...others];
  if (faults.length > 0) return { faults };
  return events.length > 0 ? { events } : { events, skipped: 'no_session_of_a_customer' };
}

/**
 * The customer ends the leg that began last before. A conversation in which nobody and nothing took part but the customer
 * is a leg of its own.
 */
function addEnds({ sessions, waits, factsOf }: Course): void {
  const others = sessions.filter(({ side }) => side !== 'customer');
  for (const customer of sessions.filter(({ side }) => side === 'customer')) {
    const end = endOf(customer);
    const [first] = connected(customer);
    if (end === undefined || !first) continue;
    const own = others.filter(({ medium }) => medium.name === customer.medium.name);
    const leg = own.findLast((other) => (waits.get(other) ?? other).start <= end) ?? customer;
    const facts = factsOf(leg);
    if (leg === customer) facts.add(`${customer.id}/started`, 'interaction.started', customer.start);
    facts.add(`${customer.id}/ended`, 'interaction.ended', end, {
      outcome: { disconnect_by: endedBy(disconnectOf(lastOf(customer).record), 'customer') },
    });
  }
}

/**
 * The addresses that the earliest session to have any names (a telephone's own name, `sip:desk7@…`, only where there is no
 * number); else the external contact. Not all that there are: what joins a conversation later must not change who it is
 * with.
 */
function customerOf(sessions: readonly Session[], conversationId: string): SentIdentity[] {
  const named = sessions.map(({ record, participant }) => {
    // A caller from within (`user`) calls out of its own session: there the number dialled is ours.
    const isOutward = directionOf(record) === 'OUTBOUND' && participant.text('purpose') !== 'user';
    return addressesOf(record, isOutward).filter((it) => it !== undefined);
  });
  const found =
    named.find((addresses) => addresses.some(({ type }) => type !== 'social:sip')) ??
    named.find(({ length }) => length > 0) ??
    [];
  const contact = sessions
    .filter(({ side }) => side === 'customer')
    .map(({ participant }) => participant.text('externalContactId'))
    .find((it) => it !== undefined);
  return identitiesOf(found, unknownCustomer(conversationId), ownNumber(system, contact));
}

/** Addresses of the customer in a session or stream event: where it comes from, or where it goes. */
export function addressesOf(record: VendorRecord, isOutward: boolean): (SentIdentity | undefined)[] {
  const [number, address] = isOutward ? ['dnis', 'addressTo'] : ['ani', 'addressFrom'];
  return [
    ...record.texts('callbackNumbers').map(identityOf),
    identityOf(record.text(address)),
    identityOf(record.text(number)),
  ];
}
