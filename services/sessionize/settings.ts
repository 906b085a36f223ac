import { z } from 'zod';
import { commonSettings, consumerSettings, erasureSettings, integer, port } from '../lib/settings';

export const sessionizeSettings = z.object({
  ...commonSettings,
  ...consumerSettings,
  ...erasureSettings,
  PORT: port(9102),
  SESSIONIZE_GROUP_ID: z.string().default('sessionize'),
  FETCH_MAX_WAIT_MS: integer(150, 1, 10_000),
  FETCH_MIN_BYTES: integer(1_048_576, 1, 64 * 1_048_576),
  /** At most one revision a customer in this time; 0: with every commit. */
  REVISION_EVERY_MS: integer(500, 0, 60_000),
  /** Customers a partition holds as objects; the others are packed, at about a fifth of the memory. */
  STATE_HOT_CUSTOMERS: integer(5_000, 100, 10_000_000),
  /** Events one customer's open sessions hold; what comes beyond stays out of sessions (a machine, most likely). */
  CUSTOMER_MAX_EVENTS: integer(100_000, 1_000, 100_000_000),
  /** A customer whose oldest change set lies this many records back is written anew, so that a restore reads less. */
  SNAPSHOT_AFTER_RECORDS: integer(1_000_000, 1_000, 1_000_000_000),
});

export type SessionizeSettings = z.infer<typeof sessionizeSettings>;
