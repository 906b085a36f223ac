import { readFileSync } from 'node:fs';
import type { KafkaSecurity } from '../settings';
import type { KafkaConfig } from './kafkajs';

/** A token is asked for anew this long before it ends. */
const renewBeforeMs = 30_000;
const tokenWithinMs = 10_000;

/** kafkajs' `ssl` and `sasl` for the settings. Throws when a file they name cannot be read. */
export function securityOf(settings: KafkaSecurity): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const file = (path: string | boolean | undefined): string | undefined =>
    typeof path === 'string' ? readFileSync(path, 'utf8') : undefined;
  const ca = file(settings.KAFKA_SSL_CA_FILE);
  const cert = file(settings.KAFKA_SSL_CERT_FILE);
  const key = file(settings.KAFKA_SSL_KEY_FILE);
  const sasl = saslOf(settings);
  return {
    ...(settings.KAFKA_SSL === true && { ssl: { ...(ca && { ca: [ca] }), ...(cert && { cert, key }) } }),
    ...(sasl && { sasl }),
  };
}

function saslOf(settings: KafkaSecurity): KafkaConfig['sasl'] {
  const mechanism = settings.KAFKA_SASL_MECHANISM;
  if (mechanism === undefined) return undefined;
  if (mechanism === 'oauthbearer') return { mechanism, oauthBearerProvider: tokens(settings) };
  return {
    mechanism: mechanism as 'plain',
    username: String(settings.KAFKA_SASL_USERNAME),
    password: String(settings.KAFKA_SASL_PASSWORD),
  };
}

/** Hands out the token of the file, or one asked for by client credentials and kept until shortly before its end. */
function tokens(settings: KafkaSecurity): () => Promise<{ value: string }> {
  const path = settings.KAFKA_SASL_OAUTH_TOKEN_FILE;
  if (typeof path === 'string') return async () => ({ value: readFileSync(path, 'utf8').trim() });
  let kept: { value: string; until: number } | undefined;
  return async () => {
    if (kept === undefined || Date.now() >= kept.until) kept = await askForToken(settings);
    return { value: kept.value };
  };
}

async function askForToken(settings: KafkaSecurity): Promise<{ value: string; until: number }> {
  const {
    KAFKA_SASL_OAUTH_CLIENT_ID: id,
    KAFKA_SASL_OAUTH_CLIENT_SECRET: secret,
    KAFKA_SASL_OAUTH_SCOPE: scope,
  } = settings;
  const encoded = [id, secret].map((part) => encodeURIComponent(String(part))).join(':');
  const response = await fetch(String(settings.KAFKA_SASL_OAUTH_TOKEN_URL), {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope: String(scope) }) }),
    signal: AbortSignal.timeout(tokenWithinMs),
  });
  // What it says may repeat what it was told; the status is enough.
  if (!response.ok) throw new Error(`the token endpoint of Kafka answered ${response.status}`);
  const { access_token, expires_in = 300 } = (await response.json()) as { access_token?: string; expires_in?: number };
  if (!access_token) throw new Error('the token endpoint of Kafka answered without an access_token');
  return { value: access_token, until: Date.now() + expires_in * 1_000 - renewBeforeMs };
}
