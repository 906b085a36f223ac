import type { LegRow, SessionCommand, SessionEvent, SessionRow } from '../../schemas/types';
import type { Customer } from './domain/customer';
import { type Changes, takeBack } from './domain/revision';
import type { SessionStore } from './store';

export interface ErasureResult {
  /** erased: something was taken back; partly: of the state only, the command's rows are not the last; nothing: there was nothing. */
  result: 'erased' | 'partly' | 'nothing';
  changes: Changes;
  /** The customer as it is now: whoever restores must not see what was before. */
  customer: Customer;
}

/** As of which change set rows of erased customers stand that are not in the state; lost with the process, and then learnt again. */
export type ErasedAt = Map<string, number>;

/**
 * Forgets a customer's events up to `erased_through`: the state is made anew of those that stay, and whatever rows stood
 * for the others are taken back, from the state where it has them, else from the command. The command's rows count
 * when no change has touched them since they were read; the next command brings them again.
 */
export function takeErasure(
  command: SessionCommand & { erased_through: number },
  store: SessionStore,
  create: () => Customer,
  erasedAt: ErasedAt,
): ErasureResult {
  const { customer_id, as_of, erased_through } = command;
  const stays = ({ occurred_at }: SessionEvent): boolean => occurred_at > erased_through;
  const lastChange = erasedAt.get(customer_id) ?? store.lastChangeOf(customer_id);
  const isCurrent = lastChange <= as_of;
  const before = store.open(customer_id);
  const standing = { sessions: [] as SessionRow[], legs: [] as LegRow[] };
  const kept: SessionEvent[] = [];
  for (const session of before.sessions) {
    const rows = session.standingRows();
    standing.sessions.push(...rows.sessions);
    standing.legs.push(...rows.legs);
    for (const event of session.events()) if (stays(event)) kept.push(event);
  }
  const customer = create();
  customer.changeSeq = before.changeSeq;
  customer.add(isCurrent ? [...kept, ...command.events.filter(stays)] : kept);
  if (isCurrent) {
    standing.sessions.push(...unknown(command.sessions, standing.sessions, ({ session_id }) => session_id));
    standing.legs.push(...unknown(command.legs, standing.legs, ({ leg_id }) => leg_id));
  }
  const changes: Changes = { sessions: [], legs: [] };
  const left = customer.adopt(standing);
  changes.sessions.push(...left.sessions.map(takeBack));
  changes.legs.push(...left.legs.map(takeBack));
  customer.revise(store.changeSeq + 1, changes);
  customer.evict(store.watermark.value());
  store.set(customer_id, customer);
  const hasChanged = changes.sessions.length + changes.legs.length > 0;
  erasedAt.set(customer_id, hasChanged ? store.changeSeq + 1 : lastChange);
  return { result: !isCurrent ? 'partly' : hasChanged ? 'erased' : 'nothing', changes, customer };
}

/** Rows whose key none of the known has. */
function unknown<Row>(rows: readonly Row[], known: readonly Row[], key: (row: Row) => string): Row[] {
  const keys = new Set(known.map(key));
  return rows.filter((row) => !keys.has(key(row)));
}
