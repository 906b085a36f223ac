import { createHmac } from 'node:crypto';
import type { Identity, SimEvent } from '../core/event';
import { isStaffEvent } from '../core/event';

/** Key of a local stack; not a secret, as its name says. */
const LOCAL_KEY = 'customer-dynamics-local-unsafe-key';

const STRENGTH = ['customer_id', 'crm', 'email', 'phone'];
const WEAKER = ['social', 'device_id', 'anonymous_id'];

/** The strongest identity is the lowest number. */
function rank({ type, verified }: Identity): number {
  const kind = type.split(':')[0]!;
  const strong = STRENGTH.indexOf(kind);
  if (strong >= 0) return verified ? strong : STRENGTH.length + strong;
  const weak = WEAKER.indexOf(kind);
  return 2 * STRENGTH.length + (weak >= 0 ? weak : WEAKER.length);
}

/** The value as it is compared. */
export function normalise({ type, value }: Identity): string {
  const kind = type.split(':')[0];
  if (kind === 'email') return value.trim().toLowerCase();
  if (kind === 'phone') {
    const dialled = value.replace(/[^0-9+]/g, '');
    return dialled.startsWith('00') ? `+${dialled.slice(2)}` : dialled;
  }
  return value.trim();
}

const derived = new Map<string, string>();

/** Whom an event belongs to before identities are stitched; '' for staff events. */
export function customerOf(event: SimEvent): string {
  if (isStaffEvent(event.event_type)) return '';
  const [first, ...others] = event.identities ?? [];
  if (!first) throw new Error(`${event.event_id} has no identity`);
  let best = first;
  for (const identity of others) if (rank(identity) < rank(best)) best = identity;
  if (best.type === 'customer_id' && best.verified) return best.value.trim();
  const input = `${best.type}:${normalise(best)}`;
  const known = derived.get(input);
  if (known) return known;
  const digest = createHmac('sha256', LOCAL_KEY).update(input, 'utf8').digest('base64url');
  const customer_id = `~${best.type}:${digest.slice(0, 22)}`;
  derived.set(input, customer_id);
  return customer_id;
}
