import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { sameSecret } from '../../lib/secrets';

/** What a signature may cover. `url` is the address as the sender knows it, query included. */
export interface SignedRequest {
  body: Buffer;
  headers: IncomingHttpHeaders;
  url: string;
}

/** A request's signature taken apart: what was sent, what it must be, and the time that it covers (epoch ms). */
interface Read {
  sent: readonly string[];
  expected: readonly string[];
  signedAt?: number;
}

/** Reads a vendor's signature; undefined when the request lacks a part of it. Pure. */
type Scheme = (request: SignedRequest, secret: string) => Read | undefined;

const one = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const hmac = (
  algorithm: 'sha1' | 'sha256',
  secret: string | Buffer,
  parts: readonly (string | Buffer)[],
  encoding: 'hex' | 'base64',
): string => {
  const hash = createHmac(algorithm, secret);
  for (const part of parts) hash.update(part);
  return hash.digest(encoding);
};

/** The body alone, in one header. Nothing in it ages: a repeat makes the same event ids and is dropped as one. */
const ofBody =
  (header: string, prefix: string, algorithm: 'sha1' | 'sha256'): Scheme =>
  ({ body, headers }, secret) => {
    const sent = one(headers, header);
    return sent ? { sent: [sent], expected: [prefix + hmac(algorithm, secret, [body], 'hex')] } : undefined;
  };

/** A time in a header, signed together with the body. */
const ofTimeAndBody =
  (
    [header, timeHeader]: readonly [string, string],
    read: { prefix: string; before(time: string): string; encoding: 'hex' | 'base64'; timeMs(time: string): number },
  ): Scheme =>
  ({ body, headers }, secret) => {
    const [sent, time] = [one(headers, header), one(headers, timeHeader)];
    if (!sent || !time) return undefined;
    const expected = read.prefix + hmac('sha256', secret, [read.before(time), body], read.encoding);
    return { sent: [sent], expected: [expected], signedAt: read.timeMs(time) };
  };

const secondsMs = (time: string): number => (/^\d{1,12}$/.test(time) ? Number(time) * 1_000 : Number.NaN);

/** https://www.standardwebhooks.com: several signatures in one header while its secret changes. */
const standardWebhooks: Scheme = ({ body, headers }, secret) => {
  const [sent, id, time] = ['webhook-signature', 'webhook-id', 'webhook-timestamp'].map((it) => one(headers, it));
  if (!sent || !id || !time) return undefined;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = [`v1,${hmac('sha256', key, [`${id}.${time}.`, body], 'base64')}`];
  return { sent: sent.split(' ').slice(0, 10), expected, signedAt: secondsMs(time) };
};

/** No signature but a shared secret in a header. */
const telegram: Scheme = ({ headers }, secret) => {
  const sent = one(headers, 'x-telegram-bot-api-secret-token');
  return sent ? { sent: [sent], expected: [secret] } : undefined;
};

/**
 * Twilio signs the URL and, of a form, its parameters in the order of their names; of any other body the URL holds a
 * hash (`bodySHA256`). A body that neither covers is not signed. It writes the port sometimes and sometimes not.
 */
const twilio: Scheme = ({ body, headers, url }, secret) => {
  const sent = one(headers, 'x-twilio-signature');
  if (!sent || !URL.canParse(url)) return undefined;
  const hash = new URL(url).searchParams.get('bodySHA256');
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers['content-type'] ?? '');
  if (hash === null && !isForm) return undefined;
  if (hash !== null && !sameSecret(hash.toLowerCase(), createHash('sha256').update(body).digest('hex')))
    return undefined;
  const parameters = hash === null ? sortedParameters(body.toString('utf8')) : '';
  const expected = withAndWithoutPort(url).map((it) => hmac('sha1', secret, [it + parameters], 'base64'));
  return { sent: [sent], expected };
};

function sortedParameters(form: string): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(form)) {
    const known = values.get(name);
    if (known) known.add(value);
    else values.set(name, new Set([value]));
  }
  return [...values.keys()]
    .sort()
    .map((name) => [...(values.get(name) as Set<string>)].sort().reduce((text, value) => text + name + value, ''))
    .join('');
}

function withAndWithoutPort(url: string): string[] {
  const without = new URL(url);
  without.port = '';
  const { port, protocol } = new URL(url);
  const bare = without.toString();
  const withPort = bare.replace(without.host, `${without.host}:${port || (protocol === 'https:' ? 443 : 80)}`);
  return [bare, withPort];
}

/** How each vendor signs. A new one is a line here; `access/README.md` says where its secret is found. */
export const schemes = {
  chatwoot: ofTimeAndBody(['x-chatwoot-signature', 'x-chatwoot-timestamp'], {
    prefix: 'sha256=',
    before: (time) => `${time}.`,
    encoding: 'hex',
    timeMs: secondsMs,
  }),
  intercom: ofBody('x-hub-signature', 'sha1=', 'sha1'),
  meta: ofBody('x-hub-signature-256', 'sha256=', 'sha256'),
  segment: ofBody('x-signature', '', 'sha1'),
  slack: ofTimeAndBody(['x-slack-signature', 'x-slack-request-timestamp'], {
    prefix: 'v0=',
    before: (time) => `v0:${time}:`,
    encoding: 'hex',
    timeMs: secondsMs,
  }),
  'standard-webhooks': standardWebhooks,
  telegram,
  twilio,
  zendesk: ofTimeAndBody(['x-zendesk-webhook-signature', 'x-zendesk-webhook-signature-timestamp'], {
    prefix: '',
    before: (time) => time,
    encoding: 'base64',
    timeMs: (time) => Date.parse(time),
  }),
} as const satisfies Record<string, Scheme>;

export type SchemeName = keyof typeof schemes;

export type Verdict = 'valid' | 'missing' | 'wrong' | 'too_old';

/**
 * Whether a request is signed with this secret. A scheme that signs a time holds only within `windowMs` of `now`, both
 * ways; the time is judged after the signature, so that an answer tells nothing about a forged one. Constant-time.
 */
export function verify(
  scheme: SchemeName,
  secret: string,
  request: SignedRequest,
  { now, windowMs }: { now: number; windowMs: number },
): Verdict {
  const read = schemes[scheme](request, secret);
  if (!read) return 'missing';
  const matches = read.sent.flatMap((sent) => read.expected.map((expected) => sameSecret(sent, expected)));
  if (!matches.includes(true)) return 'wrong';
  if (read.signedAt === undefined) return 'valid';
  return Math.abs(now - read.signedAt) <= windowMs ? 'valid' : 'too_old';
}
