import { isSupportedCountry } from 'libphonenumber-js/min';
import { z } from 'zod';
import { commonSettings, consumerSettings, erasureSettings, flag, integer, port } from '../lib/settings';
import { type RedactionKind, redactionKinds } from './domain/redaction/redact';
import { modelServerSettings } from './model-server/settings';

/** Fit for a laptop only: whoever knows it can tell which telephone number a customer_id stands for. */
export const unsafeIdentityKey = 'customer-dynamics-local-unsafe-key';

export const enrichSettings = z.object({
  ...commonSettings,
  ...consumerSettings,
  ...erasureSettings,
  PORT: port(9101),
  ENRICH_GROUP_ID: z.string().default('enrich'),
  LATENESS_MS: integer(3_600_000, 0, 7 * 86_400_000),
  DEDUP_MAX_IDS: integer(1_000_000, 1_000, 20_000_000),
  DEDUP_MAX_AGE_MS: integer(86_400_000, 60_000, 7 * 86_400_000),
  IDENTITY_KEY: z
    .string()
    .min(16, 'must have at least 16 characters: short keys can be guessed')
    .default(unsafeIdentityKey),
  /** Country of telephone numbers without a prefix, e.g. PT; without it such numbers stay as they are. */
  DEFAULT_COUNTRY: z
    .string()
    .refine((code) => isSupportedCountry(code), 'must be an ISO 3166 country code such as PT')
    .optional(),
  /** Whether customers' texts are read: language, intent, emotion, desire. */
  READ_TEXTS: flag(true),
  /** Which labels intents have: a pack of the repository's or one trained on own labels. */
  TEXT_INTENTS: z
    .string()
    .regex(/^[a-z0-9_-]{1,60}$/, 'must be lower-case letters, digits, _ and -')
    .default('general'),
  /** Whether models trained on share-alike data may be used. */
  TEXT_MODELS_SHARE_ALIKE: flag(true),
  /** Folder of other parameters than the repository's. */
  TEXT_MODELS_DIR: z.string().optional(),
  /** Whose text goes on, redacted, into `interactions`: nobody's unless set. */
  STORE_TEXT: z.enum(['off', 'customers', 'all'], 'must be off, customers or all').default('off'),
  REDACT_KINDS: z
    .string()
    .transform((text) => text.split(',').map((kind) => kind.trim()))
    .refine(
      (kinds) => kinds.every((kind) => (redactionKinds as readonly string[]).includes(kind)),
      `must be some of ${redactionKinds.join(', ')}, comma-separated`,
    )
    .transform((kinds) => new Set(kinds as RedactionKind[]))
    .default(new Set(redactionKinds)),
  ...modelServerSettings,
  FETCH_MAX_WAIT_MS: integer(150, 1, 10_000),
  FETCH_MIN_BYTES: integer(1_048_576, 1, 64 * 1_048_576),
});

export type EnrichSettings = z.infer<typeof enrichSettings>;
