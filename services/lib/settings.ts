import { z } from 'zod';

/** Faults in a service's settings, all reported together; `main.ts` prints them and exits with 78 (EX_CONFIG). */
export class SettingsError extends Error {
  constructor(readonly faults: string[]) {
    super(`Settings are wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Parses environment variables against a zod object whose keys are their names.
 * Throws SettingsError naming every faulty variable with its value's fault. Empty strings count as not set.
 */
export function readSettings<T extends z.ZodObject>(schema: T, env: Record<string, string | undefined>): z.infer<T> {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .filter((name) => env[name] !== undefined && env[name] !== '')
      .map((name) => [name, env[name]]),
  );
  const result = schema.safeParse(given);
  if (result.success) {
    const faults = kafkaSecurityFaults(result.data as KafkaSecurity);
    if (faults.length > 0) throw new SettingsError(faults);
    return withRegistryLogin(result.data);
  }
  throw new SettingsError(
    result.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`),
  );
}

/** Puts name and password, where they are given apart, into the registry's address: what asks it takes them from there. */
function withRegistryLogin<T extends Record<string, unknown>>(settings: T): T {
  const { SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_USERNAME, SCHEMA_REGISTRY_PASSWORD = '' } = settings;
  if (typeof SCHEMA_REGISTRY_URL !== 'string' || SCHEMA_REGISTRY_USERNAME === undefined) return settings;
  const url = new URL(SCHEMA_REGISTRY_URL);
  url.username = encodeURIComponent(String(SCHEMA_REGISTRY_USERNAME));
  url.password = encodeURIComponent(String(SCHEMA_REGISTRY_PASSWORD));
  return { ...settings, SCHEMA_REGISTRY_URL: url.href };
}

/** A whole number in [min, max], given as text. */
export const integer = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`)
    .default(fallback);

export const port = (fallback: number) => integer(fallback, 0, 65535);

export const url = (fallback: string) =>
  z
    .string()
    .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an http(s) URL')
    .default(fallback);

export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'], 'must be true or false')
    .transform((value) => value === 'true' || value === '1')
    .default(fallback);

/** How a client proves who it is to Kafka, and Kafka to it. All of it unset: plain text, nobody asks. */
export const kafkaSecuritySettings = {
  /** Speak TLS. Without a CA file the system's authorities are trusted. */
  KAFKA_SSL: flag(false),
  KAFKA_SSL_CA_FILE: z.string().optional(),
  /** Mutual TLS: the client's certificate and its key, PEM. */
  KAFKA_SSL_CERT_FILE: z.string().optional(),
  KAFKA_SSL_KEY_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  /** OAUTHBEARER: a file that somebody keeps fresh (a projected service-account token), read at each login. */
  KAFKA_SASL_OAUTH_TOKEN_FILE: z.string().optional(),
  /** OAUTHBEARER by client credentials: where tokens are had, with the client's id and secret. */
  KAFKA_SASL_OAUTH_TOKEN_URL: z
    .string()
    .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an http(s) URL')
    .optional(),
  KAFKA_SASL_OAUTH_CLIENT_ID: z.string().optional(),
  KAFKA_SASL_OAUTH_CLIENT_SECRET: z.string().optional(),
  KAFKA_SASL_OAUTH_SCOPE: z.string().optional(),
};

export type KafkaSecurity = { [name in keyof typeof kafkaSecuritySettings]?: string | boolean | undefined };

/** What of these settings contradicts itself, as sentences that begin with the setting's name. */
export function kafkaSecurityFaults(settings: KafkaSecurity): string[] {
  const lacks = (name: keyof KafkaSecurity): boolean => settings[name] === undefined;
  const mechanism = settings.KAFKA_SASL_MECHANISM;
  const isOauth = mechanism === 'oauthbearer';
  const clientCredentials = [
    'KAFKA_SASL_OAUTH_TOKEN_URL',
    'KAFKA_SASL_OAUTH_CLIENT_ID',
    'KAFKA_SASL_OAUTH_CLIENT_SECRET',
  ] as const;
  const faults = [
    [
      lacks('KAFKA_SSL_CERT_FILE') !== lacks('KAFKA_SSL_KEY_FILE'),
      'KAFKA_SSL_CERT_FILE: and KAFKA_SSL_KEY_FILE need each other',
    ],
    [
      settings.KAFKA_SSL !== true && !(lacks('KAFKA_SSL_CA_FILE') && lacks('KAFKA_SSL_CERT_FILE')),
      'KAFKA_SSL: must be true where KAFKA_SSL_…_FILE is set: else nothing is encrypted',
    ],
    [
      mechanism !== undefined && !isOauth && (lacks('KAFKA_SASL_USERNAME') || lacks('KAFKA_SASL_PASSWORD')),
      `KAFKA_SASL_MECHANISM: ${mechanism} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`,
    ],
    [
      isOauth && lacks('KAFKA_SASL_OAUTH_TOKEN_FILE') && clientCredentials.some(lacks),
      `KAFKA_SASL_MECHANISM: oauthbearer needs KAFKA_SASL_OAUTH_TOKEN_FILE, or ${clientCredentials.join(', ')}`,
    ],
    [
      mechanism === undefined && !(lacks('KAFKA_SASL_USERNAME') && lacks('KAFKA_SASL_PASSWORD')),
      'KAFKA_SASL_MECHANISM: must say how KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are used',
    ],
  ] as const;
  return faults.filter(([wrong]) => wrong).map(([, text]) => text);
}

export const registrySettings = {
  SCHEMA_REGISTRY_URL: url('http://127.0.0.1:8085/apis/ccompat/v7'),
  /** Basic authentication. */
  SCHEMA_REGISTRY_USERNAME: z.string().optional(),
  SCHEMA_REGISTRY_PASSWORD: z.string().optional(),
};

/** What every service reads. */
export const commonSettings = {
  ...kafkaSecuritySettings,
  KAFKA_BROKERS: z
    .string()
    .refine(
      (value) => value.split(',').every((broker) => /^[^:\s]+:\d+$/.test(broker.trim())),
      'must be host:port, comma-separated',
    )
    .default('127.0.0.1:9092'),
  ...registrySettings,
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
};

/** What every service that consumes from Kafka reads besides. */
export const consumerSettings = {
  KAFKA_SESSION_TIMEOUT_MS: integer(6_000, 1_000, 300_000),
  KAFKA_REBALANCE_TIMEOUT_MS: integer(10_000, 1_000, 600_000),
  /** Records lost to retention stop a service unless this says to go on at what is left. */
  ACCEPT_LOST_RECORDS: flag(false),
};

/** Fit for a laptop only: whoever knows it can test whether somebody was erased. */
export const unsafeErasureKey = 'customer-dynamics-local-unsafe-erasure-key';

/** What every service and tool reads that must know who was erased; the same for all of them, and for ever. */
export const erasureSettings = {
  ERASURE_KEY: z
    .string()
    .min(16, 'must have at least 16 characters: short keys can be guessed')
    .default(unsafeErasureKey),
};
