import type { IncomingHttpHeaders } from 'node:http';
import { sameSecret, sha256 } from '../../lib/secrets';
import type { Refusal } from '../replies';
import type { AccessRules, Entry, KeyEntry, SignatureEntry } from './rules';
import { type SignedRequest, type Verdict, verify } from './signatures';
import { TokenBucket } from './token-bucket';

/** What the head of a request shows of its sender. */
export interface Head {
  /** Name of the source it is for. */
  source: string;
  headers: IncomingHttpHeaders;
  /** The key in the address, if there is one. */
  urlKey?: string;
  /** Common name of a client certificate that the CA has vouched for. */
  commonName?: string;
}

/** A known sender, one that must still prove itself by its body, or a refusal. `caller` is undefined when all may send. */
export type Admission =
  | { caller: Entry | undefined }
  | { candidates: readonly SignatureEntry[] }
  | { refused: Refusal };

export interface GateOptions {
  /** Undefined: everybody may send everything. */
  rules: AccessRules | undefined;
  signatureWindowMs: number;
  /** Told of each request that an entry let in: who changes a key wants to know whether the old one is still in use. */
  onAdmitted?(id: string): void;
}

const refuse = (status: number, reason: string, message: string): { refused: Refusal } => ({
  refused: { status, reason, message },
});

const holds = ({ from, until }: Entry, now: number): boolean =>
  (from === undefined || from <= now) && (until === undefined || now < until);

/**
 * Who may send. Keys and certificates are judged by the head of a request, signatures when its body is here. One proof
 * is enough. No answer tells which part of a proof was wrong beyond what its sender knows.
 */
export class Gate {
  private byHash = new Map<string, KeyEntry>();
  private readonly buckets = new Map<string, TokenBucket>();
  private rules: AccessRules | undefined;

  constructor(private readonly options: GateOptions) {
    this.change(options.rules);
  }

  /** Other rules from now on. Entries that keep their id keep what they have used of their rate. */
  change(rules: AccessRules | undefined): void {
    this.rules = rules;
    this.byHash = new Map(rules?.keys.map((key) => [key.sha256, key]));
    const entries = [...(rules?.keys ?? []), ...(rules?.signatures ?? []), ...(rules?.certificates ?? [])];
    for (const known of this.buckets.keys()) if (!entries.some(({ id }) => id === known)) this.buckets.delete(known);
    for (const { id, requests_per_second: per_second, burst } of entries) {
      if (per_second === undefined) {
        this.buckets.delete(id);
        continue;
      }
      const rate = { per_second, burst: burst ?? Math.max(1, Math.ceil(per_second)) };
      const bucket = this.buckets.get(id);
      if (bucket) bucket.change(rate);
      else this.buckets.set(id, new TokenBucket(rate));
    }
  }

  admit(head: Head, now: number): Admission {
    const rules = this.rules;
    if (!rules) return { caller: undefined };
    const sent = sentKey(head.headers);
    if (sent !== undefined || head.urlKey !== undefined) return this.admitKey(sent, head, now);
    const certificate = rules.certificates.find(
      (entry) => head.commonName !== undefined && sameSecret(entry.common_name, head.commonName),
    );
    if (certificate && holds(certificate, now) && inScope(certificate.sources, head.source)) {
      return this.charged(certificate, now);
    }
    const candidates = rules.signatures.filter((entry) => entry.source === head.source && holds(entry, now));
    if (candidates.length > 0) return { candidates };
    if (certificate) return refuse(403, 'not_in_scope', `this certificate may not send to ${head.source}`);
    return refuse(401, 'key_missing', 'send a key: Authorization: Bearer <key>, or X-Api-Key');
  }

  /** The entry that signed the request, or why none did. */
  prove(
    candidates: readonly SignatureEntry[],
    request: SignedRequest,
    now: number,
  ): { caller: Entry } | { refused: Refusal } {
    const verdicts = new Set<Verdict>();
    for (const entry of candidates) {
      const verdict = verify(entry.scheme, entry.secret, request, { now, windowMs: this.options.signatureWindowMs });
      if (verdict === 'valid') return this.charged(entry, now);
      verdicts.add(verdict);
    }
    if (verdicts.has('too_old')) {
      return refuse(
        401,
        'signature_too_old',
        'was signed too long ago, or by a clock that is wrong: send it signed anew',
      );
    }
    if (verdicts.has('wrong'))
      return refuse(401, 'signature_wrong', 'the signature does not fit the body and the secret');
    return refuse(401, 'signature_missing', 'send a key, or sign the request as its vendor does');
  }

  /** Meta's question whether this address is ours: the challenge to repeat, when the token is one of ours. */
  challenge(source: string, query: Readonly<Record<string, unknown>>, now: number): string | undefined {
    const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
    if (mode !== 'subscribe' || typeof token !== 'string' || typeof challenge !== 'string') return undefined;
    if (!/^[\w.-]{1,200}$/.test(challenge)) return undefined;
    const asked = (this.rules?.signatures ?? []).filter((entry) => entry.source === source && holds(entry, now));
    const known = asked.map(({ verify_token }) => verify_token !== undefined && sameSecret(verify_token, token));
    return known.includes(true) ? challenge : undefined;
  }

  private admitKey(sent: string | undefined, { source, headers, urlKey }: Head, now: number): Admission {
    const text = sent ?? (urlKey as string);
    // Found by its hash: how far a guess is right cannot be read from the time this takes.
    const key = this.byHash.get(sha256(text).toString('hex'));
    if (!key || !holds(key, now) || (sent === undefined && !key.in_url)) {
      return refuse(401, 'key_not_valid', 'this key is not known, or not valid now, or may not stand in an address');
    }
    if (!inScope(key.sources, source)) return refuse(403, 'not_in_scope', `this key may not send to ${source}`);
    if (key.origins && !key.origins.includes(headers.origin ?? '')) {
      return refuse(403, 'origin_not_allowed', 'this key may not be used from this origin');
    }
    return this.charged(key, now);
  }

  private charged(caller: Entry, now: number): { caller: Entry } | { refused: Refusal } {
    const seconds = this.buckets.get(caller.id)?.take(now) ?? 0;
    if (seconds === 0) {
      this.options.onAdmitted?.(caller.id);
      return { caller };
    }
    const message = `more than ${caller.requests_per_second} requests a second; nothing was accepted`;
    return {
      refused: { status: 429, reason: 'rate_limited', message, retryAfterSeconds: Math.max(1, Math.ceil(seconds)) },
    };
  }
}

const inScope = (sources: readonly string[], source: string): boolean =>
  sources.includes('*') || sources.includes(source);

/** `Authorization: Bearer`, `X-Api-Key`, or the user of `Authorization: Basic`, which is all that some vendors can send. */
function sentKey({ authorization = '', 'x-api-key': apiKey }: IncomingHttpHeaders): string | undefined {
  if (typeof apiKey === 'string') return apiKey;
  const [, scheme, credentials] = /^(\S+)\s+(\S+)\s*$/.exec(authorization) ?? [];
  if (scheme?.toLowerCase() === 'bearer') return credentials;
  if (scheme?.toLowerCase() !== 'basic') return authorization === '' ? undefined : authorization;
  const [user, ...password] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return user === '' || user === 'key' ? password.join(':') : user;
}
