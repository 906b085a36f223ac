import { interactionKey, scoped } from './contacts';
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
 * of each leg.
 */
export function contactGroups(legs: readonly Leg[], rules: SessionRules): ContactGroup[] {
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
  if (legs.length > 1) {
    const byContact = new Map<string, number>();
    const byInteraction = new Map<string, number>();
    legs.forEach((leg, index) => {
      const known = byContact.get(leg.contactKey);
      if (known === undefined) byContact.set(leg.contactKey, index);
      else unite(known, index);
      if (!byInteraction.has(interactionKey(leg.first))) byInteraction.set(interactionKey(leg.first), index);
    });
    legs.forEach((leg, index) => {
      const previous = leg.facts.previous;
      const continued = previous && byInteraction.get(scoped(previous, previous.previous_interaction_id as string));
      if (continued !== undefined) unite(continued, index);
    });
    uniteReconnects(legs, rules, unite);
  }
  const groups = legs.map((leg): ContactGroup => ({ contact_id: leg.contactId, lastHuman: -1 }));
  return legs.map((leg, index) => {
    const group = groups[find(index)];
    if (leg.facts.side === 'HUMAN') group.lastHuman = index;
    return group;
  });
}

/** A call that was cut off and the next call of the same person, whoever dials. */
function uniteReconnects(legs: readonly Leg[], rules: SessionRules, unite: (a: number, b: number) => void): void {
  let dropped: { index: number; at: number } | undefined;
  legs.forEach((leg, index) => {
    if (!voice.has(leg.facts.channel)) return;
    const { first, last } = leg.facts;
    const at = first?.occurred_at ?? 0;
    if (dropped && at >= dropped.at && at - dropped.at <= rules.reconnect_ms) unite(dropped.index, index);
    if (wasDropped(leg)) dropped = { index, at: last?.occurred_at ?? 0 };
    else if (dropped && at >= dropped.at) dropped = undefined;
  });
}

/** The line broke: the source says so by its disconnect reason or its outcome code. */
function wasDropped({ facts }: Leg): boolean {
  return facts.disconnect_by.toUpperCase() === 'TELECOM_PROBLEM' || facts.outcome_code.toLowerCase() === 'dropped';
}
