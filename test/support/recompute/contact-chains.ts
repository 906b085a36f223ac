import { type Figures, groupBy, type RecomputedLeg as Leg, type Question, ratio, sumOf } from './leg';
import { compareKeys, handling, keyOf, leftQueueAt } from './queues';
import { localText } from './zones';

interface Contact {
  first: Leg;
  /** Its first queue, '' if none. */
  queue: string;
  legs: Leg[];
}

function contactsOf(legs: readonly Leg[]): Contact[] {
  const chains = groupBy(legs, (leg) => [leg.customer_id, leg.session_id, leg.contact_id]);
  return chains.map((chain) => {
    const inOrder = chain.toSorted((a, b) => compareKeys([a.arrived_at, a.leg_id], [b.arrived_at, b.leg_id]));
    return { first: inOrder[0], queue: inOrder.find(({ queue }) => queue !== '')?.queue ?? '', legs: inOrder };
  });
}

/** Time (ms) from the first leg to the first answer or message of a person on any leg; null if there was none. */
function timeToFirstHuman({ first, legs }: Contact): number | null {
  const times = legs.flatMap(({ answered_at, first_reply_at }) => [answered_at, first_reply_at]);
  const known = times.filter((time) => time !== null);
  return known.length > 0 ? Math.min(...known) - first.arrived_at : null;
}

/** Legs that queued or were answered, in the contact's own direction: what is beyond the first is a transfer. */
function peopleLegs({ first, legs }: Contact): number {
  return legs.filter(
    ({ stage, queued_at, answered_at, direction }) =>
      stage !== 'SELF_SERVICE' &&
      (queued_at !== null || answered_at !== null) &&
      (direction === 'OUTBOUND') === (first.direction === 'OUTBOUND'),
  ).length;
}

export function contactMetrics(legs: readonly Leg[], question: Question): Figures[] {
  const { from, to, zone } = question;
  const contacts = contactsOf(legs).filter(({ first }) => first.arrived_at >= from && first.arrived_at < to);
  const keyed = contacts.map((contact) => ({
    contact,
    key: keyOf({ ...contact.first, queue: contact.queue }, contact.first.arrived_at, question),
  }));
  return groupBy(keyed, ({ key }) => key)
    .toSorted((a, b) => compareKeys(a[0].key, b[0].key))
    .map((group) => {
      const [start, channel, queue, direction] = group[0].key;
      const all = group.map(({ contact }) => contact);
      const handledLegs = all.flatMap((contact) => contact.legs.filter(({ handled_at }) => handled_at !== null));
      const handled = all.filter((contact) => contact.legs.some(({ handled_at }) => handled_at !== null)).length;
      const transferred = all.filter((contact) => contact.legs.some((leg) => leg.transferred)).length;
      const waits = all.map(timeToFirstHuman).filter((time) => time !== null);
      const sorted = waits.toSorted((a, b) => a - b);
      const withPeople = all.map(peopleLegs).filter((number) => number > 0);
      const transfers = sumOf(withPeople, (number) => number - 1);
      const { handle_ms } = handling(handledLegs);
      return {
        period_start: localText(start, zone),
        ...{ channel, queue, direction, contacts: all.length, legs: sumOf(all, (contact) => contact.legs.length) },
        ...{ contacts_with_people: withPeople.length, contacts_answered: waits.length, contacts_handled: handled },
        ...{ contacts_transferred: transferred, handle_ms, aht_per_contact_ms: ratio(handle_ms, handled) },
        time_to_first_human_ms: sumOf(waits, (time) => time),
        avg_time_to_first_human_ms: ratio(
          sumOf(waits, (time) => time),
          waits.length,
        ),
        p50_time_to_first_human_ms: sorted[Math.floor(sorted.length * 0.5)] ?? null,
        p90_time_to_first_human_ms: sorted[Math.floor(sorted.length * 0.9)] ?? null,
        contact_transfer_rate: ratio(transferred, handled),
        ...{ transfers, transfers_per_contact: ratio(transfers, withPeople.length) },
      };
    });
}

export function agentHandleTimes(legs: readonly Leg[], question: Question): Figures[] {
  const { from, to, zone, bookedBy } = question;
  const groups = new Map<string, { key: (string | number)[]; answered: Leg[]; handled: Leg[] }>();
  const add = (list: 'answered' | 'handled', leg: Leg, eventAt: number): void => {
    const at = bookedBy === 'EVENT' ? eventAt : leg.arrived_at;
    if (at < from || at >= to) return;
    const [start, channel, queue] = keyOf(leg, at, question);
    const key = [start, leg.agent_id, channel, queue];
    const name = JSON.stringify(key);
    if (!groups.has(name)) groups.set(name, { key, answered: [], handled: [] });
    groups.get(name)?.[list].push(leg);
  };
  for (const leg of legs) {
    if (leg.agent_id === '') continue;
    if (leg.left_by === 'ANSWERED') add('answered', leg, leftQueueAt(leg));
    if (leg.handled_at !== null) add('handled', leg, leg.handled_at);
  }
  return [...groups.values()]
    .toSorted((a, b) => compareKeys(a.key, b.key))
    .map(({ key: [start, agent_id, channel, queue], answered, handled }) => {
      const transfers = handled.filter(({ transferred }) => transferred).length;
      return {
        period_start: localText(Number(start), zone),
        ...{ agent_id, channel, queue, answered: answered.length, ...handling(handled), transfers },
        transfer_rate: ratio(transfers, handled.length),
      };
    });
}
