import type { SessionCommand, SessionEvent } from '../../schemas/types';
import type { Customer } from './domain/customer';
import { type Changes, takeBack } from './domain/revision';
import type { SessionStore } from './store';

export interface CommandResult {
  /** stale: computed before the customer's last change; unchanged: all that it says is so already. */
  result: 'applied' | 'stale' | 'unchanged';
  changes: Changes;
  /** Events that stay in the state and were not there. */
  state: SessionEvent[];
}

/**
 * A repair: sessions of the command's events and the state's together are computed anew; by event_id the state wins.
 * −1 rows come from the state where it has them, else from the command. Only a command computed from all that the
 * customer's last change set emitted is taken; resent, stale and crossing ones change nothing.
 */
export function takeCommand(command: SessionCommand, store: SessionStore): CommandResult {
  const { customer_id, as_of } = command;
  if (store.lastChangeOf(customer_id) > as_of) return nothing('stale');
  const customer = store.open(customer_id);
  const taken = customer.add(command.events);
  const changes: Changes = { sessions: [], legs: [] };
  const left = customer.adopt({ sessions: command.sessions, legs: command.legs });
  // They lie in no session any more: their events are gone.
  changes.sessions.push(...left.sessions.map(takeBack));
  changes.legs.push(...left.legs.map(takeBack));
  customer.revise(store.changeSeq + 1, changes);
  customer.evict(store.watermark.value());
  const state = staying(customer, taken);
  if (changes.sessions.length + changes.legs.length + state.length === 0) return nothing('unchanged');
  return { result: 'applied', changes, state };
}

function staying(customer: Customer, taken: readonly SessionEvent[]): SessionEvent[] {
  return taken.filter(({ occurred_at }) =>
    customer.sessions.some(({ from, to }) => occurred_at >= from && occurred_at <= to),
  );
}

const nothing = (result: CommandResult['result']): CommandResult => ({
  result,
  changes: { sessions: [], legs: [] },
  state: [],
});
