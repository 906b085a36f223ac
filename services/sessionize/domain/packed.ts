import type { SessionChangeSet } from '../../../schemas/types';
import { Customer } from './customer';
import type { SessionRules } from './rules';

/** A customer's state in the form of a change set: rows that stand, all of +1, and all events. */
export function packCustomer(customer_id: string, customer: Customer): SessionChangeSet {
  return {
    customer_id,
    change_seq: customer.changeSeq,
    sessions: customer.sessions.flatMap(({ row }) => (row ? [row] : [])),
    legs: customer.sessions.flatMap(({ legs }) => legs.flatMap(({ emitted }) => (emitted ? [emitted] : []))),
    state: customer.sessions.flatMap((session) => [...session.events()]),
    progress: null,
  };
}

/** The state again. Throws when its events do not make the rows that it says were emitted. */
export function unpackCustomer(set: SessionChangeSet, rules: SessionRules): Customer {
  const customer = new Customer(rules);
  customer.add(set.state);
  customer.adopt(set);
  customer.changeSeq = set.change_seq;
  if (!customer.settle()) {
    throw new Error(`the state of ${set.customer_id} does not give the rows that were emitted for it`);
  }
  return customer;
}
