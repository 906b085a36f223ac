import { z } from 'zod';
import { commonSettings, consumerSettings, integer, port } from '../lib/settings';

export const sessionizeSettings = z.object({
  ...commonSettings,
  ...consumerSettings,
  PORT: port(9102),
  SESSIONIZE_GROUP_ID: z.string().default('sessionize'),
  FETCH_MAX_WAIT_MS: integer(150, 1, 10_000),
  FETCH_MIN_BYTES: integer(1_048_576, 1, 64 * 1_048_576),
});

export type SessionizeSettings = z.infer<typeof sessionizeSettings>;
