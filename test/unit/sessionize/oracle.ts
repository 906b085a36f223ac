import type { SessionEvent } from '../../../schemas/types';

const hour = 3_600_000;
const gaps: Record<string, number> = {
  SMS: 24,
  MESSAGING: 24,
  SOCIAL_PUBLIC: 24,
  SOCIAL_PRIVATE: 24,
  REVIEW: 24,
  EMAIL: 72,
  POSTAL: 72,
  TASK: 72,
};
const gapOf = (event: SessionEvent) => (gaps[event.channel] ?? 0.5) * hour;

export interface OracleSession {
  session_id: string;
  started_at: number;
  ended_at: number;
  event_ids: string[];
  contact_count: number;
}

/**
 * The specification in the most naive form: contacts as lists, intervals compared pair by pair, labels spread until
 * nothing changes. It shares no code with the service.
 */
export function oracleSessions(events: SessionEvent[]): OracleSession[] {
  const ordered = [...events].sort(
    (a, b) =>
      a.occurred_at - b.occurred_at ||
      (a.source_sequence ?? -1) - (b.source_sequence ?? -1) ||
      (a.event_id < b.event_id ? -1 : 1),
  );
  const contacts: SessionEvent[][] = [];
  for (const event of ordered) {
    const key = JSON.stringify([
      event.source_system,
      event.source_instance,
      event.contact_id ?? event.interaction_id ?? [event.event_id],
    ]);
    const sameKey = contacts.filter((contact) => {
      const [other] = contact;
      return (
        JSON.stringify([
          other.source_system,
          other.source_instance,
          other.contact_id ?? other.interaction_id ?? [other.event_id],
        ]) === key
      );
    });
    const latest = sameKey[sameKey.length - 1];
    if (latest && event.occurred_at - latest[latest.length - 1].occurred_at <= 4 * hour) latest.push(event);
    else contacts.push([event]);
  }
  const label = contacts.map((_, index) => index);
  const from = contacts.map((contact) => contact[0].occurred_at);
  const to = contacts.map((contact) => Math.max(...contact.map((event) => event.occurred_at + gapOf(event))));
  for (let changed = true; changed; ) {
    changed = false;
    for (let a = 0; a < contacts.length; a++) {
      for (let b = 0; b < contacts.length; b++) {
        if (label[a] === label[b] || from[a] > to[b] || from[b] > to[a]) continue;
        const least = Math.min(label[a], label[b]);
        label[a] = least;
        label[b] = least;
        changed = true;
      }
    }
  }
  return [...new Set(label)].map((one) => {
    const members = ordered.filter((event) =>
      contacts.some((contact, index) => label[index] === one && contact.includes(event)),
    );
    return {
      session_id: members[0].event_id,
      started_at: members[0].occurred_at,
      ended_at: members[members.length - 1].occurred_at,
      event_ids: members.map(({ event_id }) => event_id),
      contact_count: label.filter((other) => other === one).length,
    };
  });
}
