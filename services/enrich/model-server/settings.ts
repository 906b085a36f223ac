import { z } from 'zod';
import { integer } from '../../lib/settings';

/** Of a model server outside, which is off unless it has an address. */
export const modelServerSettings = {
  MODEL_SERVER_URL: z
    .string()
    .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an http(s) URL')
    .refine(
      (value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''),
      'must hold no user or password: MODEL_SERVER_KEY is for secrets',
    )
    .optional(),
  MODEL_SERVER_KIND: z.enum(['openai', 'json'], 'must be openai or json').default('openai'),
  /** The model asked for (openai), and the name beside what it gave. */
  MODEL_SERVER_MODEL: z
    .string()
    .regex(/^[\w./:@-]{1,100}$/, 'must be letters, digits and . / : @ - _')
    .default('model-server'),
  /** Sent as a bearer token. Never logged. */
  MODEL_SERVER_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces')
    .optional(),
  MODEL_SERVER_TIMEOUT_MS: integer(2_000, 10, 60_000),
  /** For all texts of one batch of events: what is not read by then the embedded model reads. */
  MODEL_SERVER_DEADLINE_MS: integer(4_000, 10, 120_000),
  MODEL_SERVER_CONCURRENCY: integer(4, 1, 64),
  MODEL_SERVER_BATCH_TEXTS: integer(16, 1, 256),
  MODEL_SERVER_TEXT_CHARS: integer(2_000, 100, 20_000),
  MODEL_SERVER_CALLS_PER_MINUTE: integer(600, 1, 1_000_000),
  MODEL_SERVER_CHARS_PER_MINUTE: integer(1_000_000, 1_000, 1_000_000_000),
  MODEL_SERVER_CACHE_TEXTS: integer(10_000, 0, 1_000_000),
  MODEL_SERVER_FAILURES: integer(5, 1, 1_000),
  MODEL_SERVER_PAUSE_MS: integer(30_000, 10, 3_600_000),
};

export type ModelServerSettings = z.infer<z.ZodObject<typeof modelServerSettings>> & { MODEL_SERVER_URL: string };
