import type { SessionEvent } from '../../../schemas/types';
import { scoped } from './contacts';
import type { Leg } from './leg';
import type { LegFacts } from './leg-row';
import type { SessionRules } from './rules';

/** Legs of one session that are one contact. */
export interface ContactGroup {
  /** Name of the contact: that of its earliest leg, unique among the contacts of the session. */
  contact_id: string;
  /** Place of its last leg with people on it; -1 if none. */
  lastHuman: number;
  /** Queues that it was transferred out of, each with the place of the first such leg; undefined if none. */
  left: Map<string, number> | undefined;
}

const voice: ReadonlySet<string> = new Set(['VOICE', 'VIDEO']);

/**
 * Groups a session's legs (in order) into contacts: by the source's contact_id, by `previous_interaction_id`, and where a
 * dropped call is followed by another call within `reconnect_ms`. It never moves a session's borders. Answers the group
 * of each leg; undefined when every leg is a contact of its own.
 */
export function contactGroups(legs: readonly Leg[], rules: SessionRules): ContactGroup[] | undefined {
  if (legs.length === 1 || !legs.some(canBeJoined)) return undefined;
  const root = legs.map((_, index) => index);
  const find = (index: number): number => {
    let at = index;
    while (root[at] !== at) {
      root[at] = root[root[at]];
      at = root[at];
    }
    return at;
  };
  // The earliest leg is the root.
  const unite = (a: number, b: number): void => {
    const [x, y] = [find(a), find(b)];
    root[Math.max(x, y)] = Math.min(x, y);
  };
  const byContact = new Map<string, number>();
  const byInteraction = new Map<string, number>();
  for (let index = 0; index < legs.length; index++) {
    const { contactKey, interactionKey } = legs[index].facts;
    if (contactKey !== '') {
      const known = byContact.get(contactKey);
      if (known === undefined) byContact.set(contactKey, index);
      else unite(known, index);
    }
    if (interactionKey !== '' && !byInteraction.has(interactionKey)) byInteraction.set(interactionKey, index);
  }
  for (let index = 0; index < legs.length; index++) {
    const { previous } = legs[index].facts;
    const continued = previous && byInteraction.get(scoped(previous, previous.previous_interaction_id as string));
    if (continued !== undefined) unite(continued, index);
  }
  uniteReconnects(legs, rules, unite);
  const groups = legs.map((leg): ContactGroup => ({ contact_id: leg.facts.contactId, lastHuman: -1, left: undefined }));
  const names = new Set<string>();
  return legs.map((leg, index) => {
    const group = groups[find(index)];
    const { facts } = leg;
    // The earliest leg of its contact: what comes behind it finds the name.
    if (group === groups[index]) {
      if (names.has(group.contact_id)) group.contact_id = nameWithSource(facts);
      names.add(group.contact_id);
    }
    if (facts.side === 'HUMAN') group.lastHuman = index;
    const queue = facts.transferred ? enteredQueue(facts) : '';
    if (queue !== '') {
      group.left ??= new Map();
      if (!group.left.has(queue)) group.left.set(queue, index);
    }
    return group;
  });
}

/**
 * Sources name contacts each for itself: the second contact of one name in a session says whose it is, so that
 * (customer_id, session_id, contact_id) is one contact.
 */
function nameWithSource({ contactId, last }: LegFacts): string {
  const { source_system, source_instance } = last as SessionEvent;
  return `${contactId}@${source_system}${source_instance ? `/${source_instance}` : ''}`;
}

const canBeJoined = (leg: Leg): boolean => !leg.isPlain && mayJoin(leg.facts);

const mayJoin = (facts: LegFacts): boolean =>
  facts.contactKey !== '' || facts.interactionKey !== '' || (facts.wasDropped && voice.has(facts.channel));

/** Whether a leg's contact comes back to a queue that it was transferred out of before. */
export function comesBack({ facts }: Leg, index: number, { left }: ContactGroup): boolean {
  return left !== undefined && index > (left.get(enteredQueue(facts)) ?? index);
}

/** The queue a leg entered, unique among sources; '' if none. Not `queue` of its row: a transfer may name its target there. */
const enteredQueue = ({ queued }: LegFacts): string => (queued?.queue ? scoped(queued, queued.queue) : '');

/** A call that was cut off and the next call of the same person, whoever dials: the first to begin after it broke. */
function uniteReconnects(legs: readonly Leg[], rules: SessionRules, unite: (a: number, b: number) => void): void {
  if (!legs.some(({ facts }) => facts.wasDropped)) return;
  const calls = [...legs.keys()].filter((index) => voice.has(legs[index].facts.channel));
  calls.forEach((index, own) => {
    const { facts } = legs[index];
    if (!facts.wasDropped) return;
    const at = (facts.last as SessionEvent).occurred_at;
    // Calls are in the order in which they begin.
    let [low, high] = [own + 1, calls.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (legs[calls[middle]].first.occurred_at < at) low = middle + 1;
      else high = middle;
    }
    if (low < calls.length && legs[calls[low]].first.occurred_at - at <= rules.reconnect_ms) unite(index, calls[low]);
  });
}
