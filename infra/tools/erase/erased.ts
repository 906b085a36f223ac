import type { InteractionEvent } from '../../../schemas/types';
import { customerOf, type IdentityRules } from '../../../services/enrich/domain/identity';
import type { Erasures } from '../../../services/lib/erasures';

/**
 * For whoever sends stored events once more: whether an event, in the form of the raw topic, is of a person and a time
 * that was erased. Enrich would drop it; better that it is not sent. `identity` as enrich has it (IDENTITY_KEY,
 * DEFAULT_COUNTRY), `erasures` from `ErasureLog.open(…)`, after `await log.fresh()`.
 */
export const erasedBy =
  (erasures: Erasures, identity: IdentityRules) =>
  ({ identities, occurred_at, received_at }: InteractionEvent): boolean => {
    const customer = erasures.size > 0 ? customerOf(identities, identity) : undefined;
    return customer !== undefined && erasures.covers(customer.customer_id, { occurred_at, received_at });
  };
