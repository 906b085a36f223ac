import type { SessionChangeSet } from '../../schemas/types';
import type { AvroCodec } from '../lib/avro';
import type { Customer } from './domain/customer';
import { packCustomer, unpackCustomer } from './domain/packed';
import type { SessionRules } from './domain/rules';
import type { Packing } from './store';

/** Customers as Avro, in the form and framing of a snapshot record. */
export const packingOf = (
  codec: AvroCodec<SessionChangeSet>,
  rules: SessionRules,
  create: () => Customer,
): Packing => ({
  create,
  // A copy of its own: it stays for long, and would keep all that was encoded beside it.
  pack: (customer_id, customer) => Buffer.from(codec.encode(packCustomer(customer_id, customer))),
  unpack: (bytes) => unpackCustomer(codec.decode(bytes), rules),
});
