import { scoped } from './contacts';
import type { Leg } from './leg';
import type { SessionRules } from './rules';

/** Legs of one session that are one contact. */
export interface ContactGroup {
  /** Name of the contact: that of its earliest leg. */
  contact_id: string;
  /** Place of its last leg with people on it; -1 if none. */
  lastHuman: number;
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
  const groups = legs.map((leg): ContactGroup => ({ contact_id: leg.facts.contactId, lastHuman: -1 }));
  return legs.map((leg, index) => {
    const group = groups[find(index)];
    if (leg.facts.side === 'HUMAN') group.lastHuman = index;
    return group;
  });
}

const canBeJoined = ({ facts }: Leg): boolean =>
  facts.contactKey !== '' || facts.interactionKey !== '' || (facts.wasDropped && voice.has(facts.channel));

/** A call that was cut off and the next call of the same person, whoever dials. */
function uniteReconnects(legs: readonly Leg[], rules: SessionRules, unite: (a: number, b: number) => void): void {
  let dropped: { index: number; at: number } | undefined;
  legs.forEach(({ facts, first }, index) => {
    if (!voice.has(facts.channel)) return;
    const at = first.occurred_at;
    if (dropped && at >= dropped.at && at - dropped.at <= rules.reconnect_ms) unite(dropped.index, index);
    if (facts.wasDropped) dropped = { index, at: facts.last?.occurred_at ?? at };
    else if (dropped && at >= dropped.at) dropped = undefined;
  });
}
