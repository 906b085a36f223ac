import { type Fault, fault, isObject } from '../domain/fault';
import type { SentIdentity } from './identities';
import type { Adapted, Source } from './source';
import { type Fields, idOf } from './vendor-fields';
import { vendorJson } from './vendor-json';

/** One fact of a record: `key` is its id at the source, and everything else must follow from the fact alone. */
export interface Fact extends Fields {
  key: string;
  type: string;
  /** Epoch milliseconds. */
  at: number;
}

/** What a record's events share. */
export interface Base extends Fields {
  source: { system: string; instance?: string };
  identities: SentIdentity[];
}

/**
 * Order of facts that a desk reports for the same second, by type; unknown ones stand in the middle. Unlike telephony's
 * (`record-facts.ts`): a ticket leaves one queue and enters the next in one change, and the answer is the agent's coming.
 */
const order = [
  ...['interaction.started', 'bot.session_started', 'web.contact_intent', 'interaction.connected'],
  ...['message.sent:CUSTOMER', 'case.opened', 'case.reopened', 'bot.intent_recognized', 'bot.fallback'],
  ...['bot.handoff_requested', 'bot.session_ended', 'transfer.completed', 'queue.entered', 'offer.made'],
  ...['offer.timeout', 'queue.left', 'queue.abandoned', 'agent.joined', 'hold.started', 'hold.ended'],
  ...['message.sent', 'message.failed', 'case.status_changed', 'agent.left', 'case.resolved', 'interaction.ended'],
  ...['wrapup.completed', 'survey.invited', 'survey.answered'],
];
const middle = order.indexOf('message.sent');

/** A constant of the fact: its place among the others of the record would change when the record grows. */
function rankOf({ type, actor }: Fact): number {
  const byActor = order.indexOf(`${type}:${(actor as { type?: string } | undefined)?.type}`);
  const rank = byActor >= 0 ? byActor : order.indexOf(type);
  return rank >= 0 ? rank : middle;
}

/** Facts as events in our JSON form, in order of time. */
export function eventsOf(base: Base, facts: readonly Fact[]): Fields[] {
  return facts
    .map((fact) => {
      const { key, type, at, ...fields } = fact;
      const source = { ...base.source, event_id: idOf(key), sequence: rankOf(fact) };
      return { ...base, ...fields, event_type: type, occurred_at: at, source };
    })
    .sort((a, b) => a.occurred_at - b.occurred_at || a.source.sequence - b.source.sequence);
}

/** A field that a record cannot be understood without. */
export const missing = (field: string, predicate: string): Adapted => ({
  faults: [fault(field, 'missing', predicate)],
});

export const refused = (...faults: Fault[]): Adapted => ({ faults });

/** A record that rightly tells nothing about a customer's dealings. */
export const skipped = (reason: string): Adapted => ({ events: [], skipped: reason });

/** A source of JSON objects: one, an array, or one a line. `names` gives our fields the vendor's names, for messages. */
export function jsonSource(
  description: string,
  adapt: (item: Fields) => Adapted,
  names: Readonly<Record<string, string>> = {},
): Source {
  return vendorJson(
    description,
    (item) => (isObject(item) ? adapt(item) : refused(fault('item', 'wrong_type', 'must be a JSON object'))),
    names,
  );
}
