import type { IncomingHttpHeaders } from 'node:http';
import type { Refused } from './body';
import { limits } from './domain/limits';

/**
 * The request's `Idempotency-Key` (quotes of a structured header left out), or why it is none. It goes into the derived
 * ids of events that bring none of their own: the same request makes the same ids, two requests that are equal but for
 * their keys make two events.
 */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): { key: string | undefined } | { refused: Refused } {
  const sent = headers['idempotency-key'];
  if (sent === undefined) return { key: undefined };
  const key = typeof sent === 'string' ? sent.replace(/^"(.*)"$/, '$1') : '';
  if (key.length <= limits.idChars && /^[\x21-\x7e]+$/.test(key)) return { key };
  const message = `Idempotency-Key must be 1 to ${limits.idChars} printable ASCII characters without blanks`;
  return { refused: { status: 400, reason: 'bad_idempotency_key', message } };
}
