import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';

/** Fixed for ever: changing either makes every retried event a new one. */
const sourceNamespace = namespace('72404162-5721-4ef2-9c86-1cca1ab44fa4');
const bodyNamespace = namespace('ba775824-ffe2-4f95-864d-a37d26115436');

/** Ours, or when the sender looked, not what happened: a retry may carry other values. */
const timesOfHandling: ReadonlySet<string> = new Set(['received_at', 'observed_at']);

/** The parts of an event that decide its id. */
export interface Identifiable {
  event_id?: string | null;
  source?: { system: string; instance?: string | null; event_id?: string | null } | null;
}

/**
 * The event's id: the sender's, else one derived from source and source event id, else from the body as it was sent.
 * A pure function of the request, so that a retried request makes the same id. Two facts that are equal to the last
 * character and carry no id of their own are one event, unless their requests carried different keys (`salt`).
 */
export function eventIdOf(event: Identifiable, body: unknown, salt?: string): string {
  if (event.event_id) return event.event_id;
  if (event.source?.event_id) {
    const { system, instance, event_id } = event.source;
    return uuidV5(sourceNamespace, `${system}\0${instance ?? ''}\0${event_id}`);
  }
  const content = canonicalJson(body, timesOfHandling);
  return uuidV5(bodyNamespace, salt === undefined ? content : `${salt}\0${content}`);
}

/** RFC 9562 version 5: SHA-1 of namespace and name. */
export function uuidV5(namespaceBytes: Buffer, name: string): string {
  const hash = createHash('sha1').update(namespaceBytes).update(name, 'utf8').digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function namespace(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
