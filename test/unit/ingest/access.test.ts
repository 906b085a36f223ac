import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pino from 'pino';
import { AccessFile } from '../../../services/ingest/access/access-file';
import { Gate } from '../../../services/ingest/access/gate';
import { type AccessRules, readRules } from '../../../services/ingest/access/rules';
import { type SchemeName, verify } from '../../../services/ingest/access/signatures';
import { TokenBucket } from '../../../services/ingest/access/token-bucket';

const folder = mkdtempSync(join(tmpdir(), 'access-'));
afterAll(() => rmSync(folder, { recursive: true }));

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const windowMs = 300_000;

interface Signed {
  name: string;
  scheme: SchemeName;
  secret: string;
  body: string;
  headers: Record<string, string>;
  url?: string;
  /** Seconds since 1970 of the signature's own time. */
  at?: number;
}

/** The vendors' own published examples, where there are such; the others are made below. */
const published: Signed[] = [
  {
    name: 'Slack: the example of its documentation',
    scheme: 'slack',
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    at: 1_531_420_618,
    headers: {
      ...form,
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  },
  {
    name: 'Standard Webhooks: the example of its libraries',
    scheme: 'standard-webhooks',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    at: 1_614_265_330,
    headers: {
      ...json,
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,b3RoZXI= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"test": 2432232314}',
  },
  {
    name: 'Twilio: the example of its documentation',
    scheme: 'twilio',
    secret: '12345',
    url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
    headers: { ...form, 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' },
    body: 'To=%2B18005551212&From=%2B14158675309&Digits=1234&Caller=%2B14158675309&CallSid=CA1234567890ABCDE',
  },
];

const hmac = (algorithm: string, secret: string, text: string, encoding: 'hex' | 'base64') =>
  createHmac(algorithm, secret).update(text).digest(encoding);
const secret = 'a secret of sixteen';
const body = '{"event":"message_created","text":"Olá"}';
const at = 1_700_000_000;
const bodyHash = createHash('sha256').update(body).digest('hex');
const hashedUrl = `https://in.example/v1/sources/twilio?bodySHA256=${bodyHash}`;
const made: Signed[] = [
  {
    name: 'Chatwoot',
    scheme: 'chatwoot',
    secret,
    at,
    body,
    headers: {
      ...json,
      'x-chatwoot-timestamp': String(at),
      'x-chatwoot-signature': `sha256=${hmac('sha256', secret, `${at}.${body}`, 'hex')}`,
    },
  },
  {
    name: 'Meta',
    scheme: 'meta',
    secret,
    body,
    headers: { ...json, 'x-hub-signature-256': `sha256=${hmac('sha256', secret, body, 'hex')}` },
  },
  {
    name: 'Zendesk',
    scheme: 'zendesk',
    secret,
    at,
    body,
    headers: {
      ...json,
      'x-zendesk-webhook-signature-timestamp': '2023-11-14T22:13:20Z',
      'x-zendesk-webhook-signature': hmac('sha256', secret, `2023-11-14T22:13:20Z${body}`, 'base64'),
    },
  },
  {
    name: 'Intercom',
    scheme: 'intercom',
    secret,
    body,
    headers: { ...json, 'x-hub-signature': `sha1=${hmac('sha1', secret, body, 'hex')}` },
  },
  {
    name: 'Segment',
    scheme: 'segment',
    secret,
    body,
    headers: { ...json, 'x-signature': hmac('sha1', secret, body, 'hex') },
  },
  {
    name: 'Twilio, JSON, by its hash in the address',
    scheme: 'twilio',
    secret,
    body,
    url: hashedUrl,
    headers: { ...json, 'x-twilio-signature': hmac('sha1', secret, hashedUrl, 'base64') },
  },
  {
    name: 'Twilio, which wrote the port',
    scheme: 'twilio',
    secret,
    body: 'a=2&b=x&a=1&a=2',
    url: 'https://in.example/v1/sources/twilio',
    headers: {
      ...form,
      'x-twilio-signature': hmac('sha1', secret, 'https://in.example:443/v1/sources/twilioa1a2bx', 'base64'),
    },
  },
];
const signed = [...published, ...made];

const request = ({ headers, body: text, url = 'https://in.example/x' }: Signed) => ({
  headers,
  url,
  body: Buffer.from(text),
});
const now = (it: Signed) => (it.at ?? 0) * 1_000;

describe('signatures', () => {
  test.each(signed)('$name', (it) => {
    expect(verify(it.scheme, it.secret, request(it), { now: now(it), windowMs })).toBe('valid');
  });

  test.each(signed)('$name: not with another secret, body, or no header', (it) => {
    const when = { now: now(it), windowMs };
    expect(verify(it.scheme, `${it.secret}x1`, request(it), when)).toBe('wrong');
    const other = request({ ...it, body: `${it.body} ` });
    expect(['wrong', 'missing']).toContain(verify(it.scheme, it.secret, other, when));
    const [without] = [{ ...request(it), headers: { 'content-type': it.headers['content-type'] } }];
    expect(verify(it.scheme, it.secret, without, when)).toBe('missing');
  });

  test.each(signed.filter((it) => it.at))('$name: 300 s either way and no more; the time is signed too', (it) => {
    const verdict = (seconds: number) =>
      verify(it.scheme, it.secret, request(it), { now: now(it) + seconds * 1_000, windowMs });
    expect([-301, -300, 300, 301].map(verdict)).toEqual(['too_old', 'valid', 'valid', 'too_old']);
    const timeHeader = Object.keys(it.headers).find((name) => name.endsWith('timestamp')) as string;
    const moved = { ...it, headers: { ...it.headers, [timeHeader]: String(it.at as number) + 1 } };
    expect(verify(it.scheme, it.secret, request(moved), { now: now(it), windowMs })).toBe('wrong');
  });

  test('Twilio: a body that neither the hash nor the parameters cover is not signed', () => {
    const url = 'https://in.example/v1/sources/twilio';
    const headers = { ...json, 'x-twilio-signature': hmac('sha1', secret, url, 'base64') };
    const verdict = verify('twilio', secret, { url, headers, body: Buffer.from(body) }, { now: 0, windowMs });
    expect(verdict).toBe('missing');
  });

  test('Telegram: the agreed token', () => {
    const verdict = (token: string) =>
      verify(
        'telegram',
        secret,
        { url: '', body: Buffer.from(body), headers: { 'x-telegram-bot-api-secret-token': token } },
        { now: 0, windowMs },
      );
    expect([verdict(secret), verdict('another secret')]).toEqual(['valid', 'wrong']);
  });

  test('whatever is sent, nothing throws and nothing unsigned is valid', () => {
    const headerNames = signed.flatMap((it) => Object.keys(it.headers));
    fc.assert(
      fc.property(
        fc.constantFrom(...signed.map((it) => it.scheme)),
        fc.dictionary(fc.constantFrom(...headerNames), fc.string()),
        fc.string(),
        fc.string(),
        (scheme, headers, text, url) => {
          const verdict = verify(scheme, secret, { headers, body: Buffer.from(text), url }, { now: 0, windowMs });
          expect(verdict).not.toBe('valid');
        },
      ),
    );
  });
});

test('a bucket lets through its burst and its rate, and says when to come again', () => {
  const bucket = new TokenBucket({ per_second: 2, burst: 3 });
  expect([0, 0, 0, 0].map((at) => bucket.take(at))).toEqual([0, 0, 0, 0.5]);
  expect([250, 500, 500, 10_000].map((at) => bucket.take(at))).toEqual([0.25, 0, 0.5, 0]);
  expect([10_000, 10_000, 10_000].map((at) => bucket.take(at))).toEqual([0, 0, 0.5]);
  expect(bucket.take(1)).toBe(0.5);
});

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const context = {
  sources: new Set(['events', 'cloudevents', 'meta', 'twilio']),
  readSecret: (path: string) => {
    if (path !== 'known') throw Object.assign(new Error(path), { code: 'ENOENT' });
    return 'from a file\n';
  },
  hasPublicUrl: true,
  asksForCertificates: true,
};

function rules(text: object): AccessRules {
  const read = readRules(JSON.stringify(text), context);
  if ('faults' in read) throw new Error(read.faults.join('; '));
  return read.rules;
}

describe('the access file', () => {
  test('every fault is told, with its place, and none repeats a value', () => {
    const file = {
      keys: [
        { id: 'a b', sha256: 'my secret key', sources: ['events'], burst: -1 },
        { id: 'k', sha256: hashOf('k'), sources: [], from: '2026-01-01' },
        { id: 'l', sha256: hashOf('l'), sources: ['events'], extra: 'my secret key' },
      ],
      signatures: [{ id: 's', source: 'meta', scheme: 'none', secret: 'my' }],
    };
    const read = readRules(JSON.stringify(file), context);
    expect(read).toEqual({
      faults: [
        expect.stringContaining('keys.0.id: must be 1 to 64 letters'),
        'keys.0.sha256: must be the SHA-256 of the key as 64 lower-case hex digits',
        expect.stringContaining('keys.0.burst: must be at least'),
        expect.stringContaining('keys.1.sources: must be at least 1'),
        expect.stringContaining('keys.1.from: must be a time with its zone'),
        'keys.2: holds a field that there is not',
        expect.stringContaining('signatures.0.scheme: must be one of chatwoot, intercom, meta'),
        'signatures.0.secret: must be at least 8',
      ],
    });
    expect(JSON.stringify(read)).not.toContain('my secret key');
  });

  test('what entries need of each other and of the settings', () => {
    const file = {
      keys: [{ id: 'k', sha256: hashOf('k'), sources: ['nowhere'] }],
      signatures: [
        { id: 'k', source: '*', scheme: 'twilio', secret: 'long enough' },
        { id: 't', source: 'meta', scheme: 'meta' },
        { id: 'u', source: 'meta', scheme: 'meta', secret_file: 'unknown' },
        {
          id: 'v',
          source: 'meta',
          scheme: 'meta',
          secret_file: 'known',
          from: '2026-02-01T00:00:00Z',
          until: '2026-01-01T00:00:00Z',
        },
      ],
      certificates: [{ id: 'c', common_name: 'c', sources: ['*'] }],
    };
    const read = readRules(JSON.stringify(file), { ...context, hasPublicUrl: false, asksForCertificates: false });
    expect(read).toEqual({
      faults: [
        'signatures.0: Twilio signs the address it calls: set INGEST_PUBLIC_URL',
        'signatures.1: needs either secret or secret_file',
        'signatures.2.secret_file: cannot be read (ENOENT)',
        'certificates: nobody is asked for one: set INGEST_TLS_CLIENT_CA_FILE',
        'k: is the id of two entries',
        expect.stringContaining('keys.0.sources: names a source that there is not; known: *, events'),
        expect.stringContaining('signatures.0.source: names a source that there is not; known: events'),
        'v: ends before it begins',
      ],
    });
  });

  test('a change holds without a restart; a wrong change is told and the former rules stay', () => {
    const path = join(folder, 'access.json');
    const write = (content: string, second: number): void => {
      writeFileSync(path, content);
      utimesSync(path, second, second);
    };
    const key = (id: string) => JSON.stringify({ keys: [{ id, sha256: hashOf(id), sources: ['*'] }] });
    write(key('one'), 1);
    const lines: string[] = [];
    const changes: string[][] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const file = AccessFile.open(path, context, ({ keys }) => changes.push(keys.map(({ id }) => id)), log);
    file.look();
    write(key('two'), 2);
    file.look();
    write('{"keys": "my secret key"', 3);
    file.look();
    file.stop();
    expect(changes).toEqual([['two']]);
    expect(lines.join()).toMatch(/changed and is wrong/);
    expect(lines.join()).not.toContain('my secret');
    expect(() => AccessFile.open(join(folder, 'none'), context, () => undefined, log)).toThrow(
      'INGEST_ACCESS_FILE: cannot be read (ENOENT)',
    );
  });
});

describe('who may send', () => {
  const day = 86_400_000;
  const entries = {
    keys: [
      { id: 'old', sha256: hashOf('old key'), sources: ['events'], until: '1970-01-03T00:00:00Z' },
      { id: 'new', sha256: hashOf('new key'), sources: ['events'], from: '1970-01-02T00:00:00Z' },
      { id: 'all', sha256: hashOf('all'), sources: ['*'], requests_per_second: 0.1, burst: 2 },
      { id: 'web', sha256: hashOf('web'), sources: ['events'], in_url: true, origins: ['https://shop.example'] },
    ],
    signatures: [
      { id: 'meta-1', source: 'meta', scheme: 'meta', secret: 'the first one', verify_token: 'our token' },
      { id: 'meta-2', source: 'meta', scheme: 'meta', secret: 'the second one', max_body_bytes: 10 },
    ],
    certificates: [{ id: 'switch', common_name: 'pbx.example', sources: ['events'] }],
  };
  const gate = () => new Gate({ rules: rules(entries), signatureWindowMs: windowMs });
  const admit = (it: Gate, head: object, at = 0) => {
    const admission = it.admit({ source: 'events', headers: {}, ...head }, at);
    if ('refused' in admission) return admission.refused.reason;
    return 'caller' in admission ? admission.caller?.id : admission.candidates.map(({ id }) => id);
  };
  const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
  const basic = (text: string) => ({ headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } });

  test.each([
    ['a bearer key', bearer('old key'), 0, 'key_not_valid'],
    ['a key without blanks', bearer('all'), 0, 'all'],
    ['X-Api-Key', { headers: { 'x-api-key': 'old key' } }, 0, 'old'],
    ['Basic, the key as user', basic('all:'), 0, 'all'],
    ['Basic, the key as password', basic('key:all'), 0, 'all'],
    ['no proof', {}, 0, 'key_missing'],
    ['an unknown key', bearer('nobody'), 0, 'key_not_valid'],
    ['an unknown scheme', { headers: { authorization: 'Digest x' } }, 0, 'key_not_valid'],
    ['two keys at a time: the old one', { headers: { 'x-api-key': 'old key' } }, 1.5 * day, 'old'],
    ['two keys at a time: the new one', { headers: { 'x-api-key': 'new key' } }, 1.5 * day, 'new'],
    ['a key before its time', { headers: { 'x-api-key': 'new key' } }, 0.5 * day, 'key_not_valid'],
    ['a key after its end', { headers: { 'x-api-key': 'old key' } }, 2 * day, 'key_not_valid'],
    ['a key out of its scope', { source: 'meta', headers: { 'x-api-key': 'old key' } }, 0, 'not_in_scope'],
    ['a key of browsers in the address', { urlKey: 'web', headers: { origin: 'https://shop.example' } }, 0, 'web'],
    [
      'the same from elsewhere',
      { urlKey: 'web', headers: { origin: 'https://evil.example' } },
      0,
      'origin_not_allowed',
    ],
    ['another key in the address', { urlKey: 'all' }, 0, 'key_not_valid'],
    ['a wrong key beside a right signature', { source: 'meta', ...bearer('x') }, 0, 'key_not_valid'],
    ['what is to be signed', { source: 'meta' }, 0, ['meta-1', 'meta-2']],
    ['a certificate', { commonName: 'pbx.example' }, 0, 'switch'],
    ['a certificate out of its scope', { source: 'cloudevents', commonName: 'pbx.example' }, 0, 'not_in_scope'],
    ['an unknown certificate', { commonName: 'other' }, 0, 'key_missing'],
  ])('%s', (_name, head, at, expected) => {
    expect(admit(gate(), head, at)).toEqual(expected);
  });

  test('either of two secrets signs; the limits are those of the one that did', () => {
    const sign = (secretText: string) => ({
      'x-hub-signature-256': `sha256=${hmac('sha256', secretText, body, 'hex')}`,
    });
    const it = gate();
    const admission = it.admit({ source: 'meta', headers: {} }, 0);
    const candidates = 'candidates' in admission ? admission.candidates : [];
    const prove = (headers: Record<string, string>) => {
      const proven = it.prove(candidates, { body: Buffer.from(body), headers, url: '' }, 0);
      return 'refused' in proven ? [proven.refused.status, proven.refused.reason] : proven.caller.id;
    };
    expect([sign('the first one'), sign('the second one'), sign('neither'), {}].map(prove)).toEqual([
      'meta-1',
      'meta-2',
      [401, 'signature_wrong'],
      [401, 'signature_missing'],
    ]);
  });

  test('rates by entry: 429 says when; other keys go on, and new rules keep what was used', () => {
    const it = gate();
    const head = { source: 'events', ...bearer('all') };
    expect([admit(it, head, 0), admit(it, head, 0), admit(it, head, 0)]).toEqual(['all', 'all', 'rate_limited']);
    it.change(rules(entries));
    const refused = it.admit(head, 1_000);
    expect(refused).toMatchObject({ refused: { status: 429, retryAfterSeconds: 9 } });
    expect(admit(it, { headers: { 'x-api-key': 'old key' } }, 0)).toBe('old');
    expect(admit(it, head, 10_000)).toBe('all');
  });

  test("Meta's question is answered for the agreed token alone", () => {
    const ask = (token: unknown, challenge: unknown = '1158201444', source = 'meta', mode = 'subscribe') =>
      gate().challenge(source, { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge }, 0);
    expect(ask('our token')).toBe('1158201444');
    const wrong = [ask('their token'), ask('our token', '<b>'), ask('our token', '1', 'events'), ask(['our token'])];
    expect([...wrong, ask('our token', '1', 'meta', 'x')]).toEqual(Array(5).fill(undefined));
  });
});
