import type { InteractionEvent } from '../../../schemas/types';
import { eventIdOf } from './event-id';
import { eventSchema, eventShape, type SentEvent } from './event-schema';
import { type Fault, fault, isObject } from './fault';
import { interactionEvent } from './interaction-event';
import { issueFaults } from './issue-faults';
import { limits } from './limits';
import { type ReadableEvent, ruleFaults } from './rules';

export type Validated = { ok: true; event: InteractionEvent } | { ok: false; faults: Fault[] };

/**
 * A sender's JSON as the event that is stored, or everything that is wrong with it (at most 10 faults). `receivedAt`
 * is epoch milliseconds; `salt` goes into an id made from the body. Never throws; the depth must have been bounded.
 */
export function validate(sent: unknown, receivedAt: number, salt?: string): Validated {
  if (!isObject(sent)) return { ok: false, faults: [fault('event', 'wrong_type', 'must be a JSON object')] };
  const parsed = eventSchema.safeParse(sent);
  const faults = parsed.success ? ruleFaults(parsed.data, new Set(), receivedAt) : allFaults(sent, receivedAt);
  if (!parsed.success || faults.length > 0) {
    return { ok: false, faults: onePerField(faults).slice(0, limits.faultsPerEvent) };
  }
  const event: SentEvent = parsed.data;
  return { ok: true, event: interactionEvent(event, eventIdOf(event, sent, salt), receivedAt) };
}

/** Field by field: the rules across fields are checked on what can be read, so that one answer names every fault. */
function allFaults(sent: Record<string, unknown>, receivedAt: number): Fault[] {
  const faults: Fault[] = [];
  const faulty = new Set<string>();
  const readable: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(eventShape)) {
    const value = Object.hasOwn(sent, field) ? sent[field] : undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      readable[field] = parsed.data;
    } else {
      faulty.add(field);
      faults.push(...issueFaults(parsed.error.issues, value, [field]));
    }
  }
  const keys = Object.keys(sent).filter((key) => !Object.hasOwn(eventShape, key));
  if (keys.length > 0) faults.push(...issueFaults([{ code: 'unrecognized_keys', keys, path: [], message: '' }], sent));
  return [...faults, ...ruleFaults(readable as ReadableEvent, faulty, receivedAt)];
}

/** A number can break two bounds at once; the last one found is the tighter. */
function onePerField(faults: Fault[]): Fault[] {
  return [...new Map(faults.map((it) => [`${it.field}\0${it.reason}`, it])).values()];
}
