import type { Leg } from './legs';
import { CONTACT_RECONNECT_MS, scope } from './rules';

/**
 * Joins the legs of one session (in order) to contacts and gives each the key and name of its contact, those of the earliest leg:
 * legs that belong together get one number, until nothing changes.
 */
export function joinContacts(legs: Leg[]): void {
  const links = legs.flatMap((leg, i) =>
    [legs.findIndex(({ contact }) => contact === leg.contact), continued(leg, legs), reconnect(i, legs)]
      .filter((other) => other >= 0)
      .map((other) => [i, other] as const),
  );
  const label = legs.map((_, i) => i);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [a, b] of links) {
      const least = Math.min(label[a]!, label[b]!);
      if (label[a] === label[b]) continue;
      label[a] = least;
      label[b] = least;
      changed = true;
    }
  }
  const named = legs.map(({ contact, contact_id }) => ({ contact, contact_id }));
  for (const [i, leg] of legs.entries()) Object.assign(leg, named[label[i]!]);
  tellApart(legs, label);
}

/** Two contacts of one name: the later one, by its first leg, is called after its source as well. */
function tellApart(legs: Leg[], label: readonly number[]): void {
  const first = legs.filter((_, i) => label[i] === i);
  const renamed = first.map(({ contact_id, events }, place) => {
    if (!first.slice(0, place).some((earlier) => earlier.contact_id === contact_id)) return contact_id;
    const { system, instance } = events[0]!.event.source;
    return `${contact_id}@${system}${instance ? `/${instance}` : ''}`;
  });
  for (const [i, leg] of legs.entries()) leg.contact_id = renamed[first.indexOf(legs[label[i]!]!)]!;
}

/** Position of the leg that this one says it continues: the first of the interaction it names; -1 if none. */
function continued(leg: Leg, legs: Leg[]): number {
  const naming = leg.events.find(({ event }) => event.previous_interaction_id)?.event;
  if (!naming) return -1;
  return legs.findIndex(
    ({ interaction_id, events }) =>
      interaction_id === naming.previous_interaction_id && scope(events[0]!.event) === scope(naming),
  );
}

/** Position of the next call of the same person after one whose line broke, if it came soon; -1 if not. */
function reconnect(dropped: number, legs: Leg[]): number {
  const leg = legs[dropped]!;
  if (!isCall(leg) || !wasDropped(leg)) return -1;
  const next = legs.findIndex((one, i) => i > dropped && isCall(one) && one.arrived_at >= leg.ended_at);
  return next >= 0 && legs[next]!.arrived_at - leg.ended_at <= CONTACT_RECONNECT_MS ? next : -1;
}

const isCall = ({ channel }: Leg): boolean => channel === 'VOICE' || channel === 'VIDEO';

function wasDropped({ events }: Leg): boolean {
  const last = (values: (string | undefined)[]): string => values.filter((value) => value).pop() ?? '';
  const by = last(events.map(({ event }) => event.outcome?.disconnect_by));
  const code = last(events.map(({ event }) => event.outcome?.code));
  return by.toUpperCase() === 'TELECOM_PROBLEM' || code.toLowerCase() === 'dropped';
}
