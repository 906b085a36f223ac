import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Gate } from '../../../services/ingest/access/gate';
import { readRules } from '../../../services/ingest/access/rules';
import type { IngestDeps } from '../../../services/ingest/app';
import { ingestSettings, isLoopback } from '../../../services/ingest/settings';
import { NotStored } from '../../../services/lib/kafka/batching-producer';
import { readSettings } from '../../../services/lib/settings';
import { goodEvent, receivedAt } from './fixtures';
import { start } from './start-app';

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Everything here that must never be seen in a log, an answer of another's or a metric. */
const secrets = {
  key: 'key-5f1d7c',
  limited: 'key-9a0b2e',
  signing: 'signing-1c2d3e',
  verify: 'verify-7f6e5d',
  wrong: 'wrong-00ff11',
};

function serve(change: Partial<IngestDeps> = {}) {
  const text = JSON.stringify({
    keys: [
      { id: 'shop', sha256: hashOf(secrets.key), sources: ['events'], in_url: true },
      {
        id: 'limited',
        sha256: hashOf(secrets.limited),
        sources: ['*'],
        requests_per_second: 0.01,
        burst: 3,
        max_body_bytes: 300,
        max_json_depth: 2,
      },
    ],
    signatures: [
      { id: 'hook', source: 'cloudevents', scheme: 'slack', secret: secrets.signing, verify_token: secrets.verify },
    ],
  });
  const read = readRules(text, {
    sources: new Set(['events', 'cloudevents']),
    readSecret: () => '',
    hasPublicUrl: true,
    asksForCertificates: false,
  });
  if ('faults' in read) throw new Error(read.faults.join());
  return start({ gate: new Gate({ rules: read.rules, signatureWindowMs: 300_000 }), ...change });
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const cloudEvent = {
  specversion: '1.0',
  id: '17',
  source: 'telephony',
  type: goodEvent.event_type,
  time: goodEvent.occurred_at,
  data: { channel: 'VOICE', identities: goodEvent.identities },
};

function slackSigned(body: string, secret: string, at = receivedAt) {
  const time = String(Math.floor(at / 1_000));
  const signature = createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${signature}` };
}

describe('a service that asks who sends', () => {
  test('keys, by header and in the address; without one 401, out of scope 403; nothing is stored then', async () => {
    const { post, stored, inFlight } = serve();
    const answers = [
      await post(goodEvent, bearer(secrets.key)),
      await post(goodEvent, {}, `/v1/events?key=${secrets.key}`),
      await post(goodEvent, {}, `/v1/sources/events?key=${secrets.key}`),
      await post(goodEvent),
      await post(goodEvent, bearer(secrets.wrong)),
      await post(cloudEvent, { ...bearer(secrets.key), 'content-type': 'application/cloudevents+json' }),
      await post('{', bearer(secrets.wrong), '/v1/sources/nowhere'),
    ];
    expect(answers.map((it) => [it.statusCode, it.json().reason])).toEqual([
      [202, undefined],
      [202, undefined],
      [202, undefined],
      [401, 'key_missing'],
      [401, 'key_not_valid'],
      [403, 'not_in_scope'],
      [404, 'unknown_source'],
    ]);
    expect(answers[3].headers['www-authenticate']).toBe('Bearer');
    expect(stored).toHaveLength(3);
    expect(inFlight.bytes).toBe(0);
  });

  test('size, depth and rate of one key', async () => {
    const { post } = serve();
    const send = async (body: unknown) => {
      const answer = await post(body, bearer(secrets.limited));
      return [answer.statusCode, answer.json().reason, answer.headers['retry-after']];
    };
    expect(await send({ ...goodEvent, text: 'x'.repeat(300) })).toEqual([413, 'body_too_large', undefined]);
    expect(await send([goodEvent])).toEqual([400, 'too_deep', undefined]);
    expect(await send({ event_type: 'a.b' })).toEqual([400, undefined, undefined]);
    expect(await send(goodEvent)).toEqual([429, 'rate_limited', '100']);
  });

  test('a signature is judged over the bytes that were sent', async () => {
    const { post, stored, inFlight } = serve();
    const body = JSON.stringify(cloudEvent, null, 3);
    const url = '/v1/sources/cloudevents';
    const answers = [
      await post(body, slackSigned(body, secrets.signing), url),
      await post(`${body} `, slackSigned(body, secrets.signing), url),
      await post(body, slackSigned(body, secrets.wrong), url),
      await post(body, slackSigned(body, secrets.signing, receivedAt - 301_000), url),
      await post(body, {}, url),
    ];
    expect(answers.map((it) => [it.statusCode, it.json().reason])).toEqual([
      [202, undefined],
      [401, 'signature_wrong'],
      [401, 'signature_wrong'],
      [401, 'signature_too_old'],
      [401, 'signature_missing'],
    ]);
    expect(stored).toHaveLength(1);
    expect(inFlight.bytes).toBe(0);
  });

  test("Meta's question", async () => {
    const { app } = serve();
    const ask = (token: string) =>
      app.inject(`/v1/sources/cloudevents?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`);
    const [right, wrong] = [await ask(secrets.verify), await ask(secrets.wrong)];
    expect([right.statusCode, right.body, right.headers['content-type']]).toEqual([
      200,
      '1158201444',
      'text/plain; charset=utf-8',
    ]);
    expect([wrong.statusCode, wrong.json().reason]).toEqual([403, 'verify_token_wrong']);
  });

  test('no secret in a log, a metric or an answer, whatever becomes of the request', async () => {
    const failing = [
      { store: () => Promise.reject(new NotStored('Kafka: gone')) },
      { store: () => Promise.reject(new Error(`cannot store ${secrets.key}`)) },
      { notReady: () => ['Kafka: gone'] },
      {},
    ];
    for (const change of failing) {
      const { app, post, lines, registry } = serve(change);
      const body = JSON.stringify(cloudEvent);
      const answers = [
        await post(goodEvent, bearer(secrets.key)),
        await post(goodEvent, { authorization: `Basic ${Buffer.from(secrets.key).toString('base64')}` }),
        await post(goodEvent, { 'x-api-key': secrets.wrong }),
        await post(goodEvent, bearer(secrets.limited)),
        await post('{"a', bearer(secrets.key)),
        await post(goodEvent, {}, `/v1/events?key=${secrets.key}`),
        await post(goodEvent, {}, `/v1/nowhere?key=${secrets.key}`),
        await post(body, slackSigned(body, secrets.signing), '/v1/sources/cloudevents'),
        await post(body, slackSigned(body, secrets.wrong), '/v1/sources/cloudevents'),
        await app.inject(`/v1/sources/cloudevents?hub.mode=subscribe&hub.verify_token=${secrets.verify}`),
        await app.inject({ method: 'PUT', url: `/v1/events?key=${secrets.key}`, headers: bearer(secrets.key) }),
        await app.inject('/openapi.json'),
      ];
      const seen = [...lines, ...answers.map((it) => it.body), await registry.metrics()].join('\n');
      for (const secret of Object.values(secrets)) {
        expect(seen).not.toContain(secret);
        expect(seen).not.toContain(hashOf(secret));
        expect(seen).not.toContain(Buffer.from(secret).toString('base64'));
      }
    }
  });
});

describe('pages of others', () => {
  const preflight = (origin: string) => ({
    method: 'OPTIONS' as const,
    url: '/v1/events',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  });

  test('a page that may send is told so, on refusals too; another is not', async () => {
    const { app, post } = serve();
    const asked = await app.inject(preflight('https://shop.example'));
    expect([asked.statusCode, asked.headers]).toMatchObject([
      204,
      {
        'access-control-allow-origin': 'https://shop.example',
        'access-control-allow-methods': 'POST',
        'access-control-max-age': '7200',
      },
    ]);
    const other = await app.inject(preflight('https://evil.example'));
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
    const refused = await post(goodEvent, { origin: 'https://shop.example' });
    expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([401, 'https://shop.example']);
  });
});

describe('settings', () => {
  const faults = (env: Record<string, string>): string => {
    try {
      readSettings(ingestSettings, env);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('open to others only when that is meant', () => {
    expect(faults({})).toBe('');
    expect(faults({ HOST: '0.0.0.0' })).toContain(
      'HOST: is reachable by others: set INGEST_ACCESS_FILE, or INGEST_OPEN',
    );
    expect(faults({ HOST: '0.0.0.0', INGEST_OPEN: 'true' })).toBe('');
    expect(faults({ HOST: '::', INGEST_ACCESS_FILE: 'a.json' })).toBe('');
    const tls = { INGEST_TLS_CERT_FILE: 'c', INGEST_TLS_KEY_FILE: 'k', INGEST_TLS_CLIENT_CA_FILE: 'ca' };
    expect(faults({ HOST: '::', ...tls })).toContain('HOST');
    expect(faults({ HOST: '::', ...tls, INGEST_TLS_CLIENT_CERTIFICATE: 'required' })).toBe('');
    const hosts = ['localhost', '127.0.0.1', '127.8.8.8', '::1', '0.0.0.0', '10.0.0.1', 'my.host', '127.evil.example'];
    expect(hosts.filter(isLoopback)).toEqual(['localhost', '127.0.0.1', '127.8.8.8', '::1']);
  });

  test('what needs what', () => {
    expect(faults({ INGEST_TLS_CERT_FILE: 'c' })).toContain('INGEST_TLS_CERT_FILE: and INGEST_TLS_KEY_FILE');
    expect(faults({ INGEST_TLS_CLIENT_CA_FILE: 'c' })).toContain('INGEST_TLS_CLIENT_CA_FILE: needs');
    expect(faults({ INGEST_TLS_CLIENT_CERTIFICATE: 'required' })).toContain('INGEST_TLS_CLIENT_CERTIFICATE: needs');
    expect(faults({ INGEST_CORS_ORIGINS: 'shop.example' })).toContain('INGEST_CORS_ORIGINS: must be origins');
    expect(readSettings(ingestSettings, { INGEST_PUBLIC_URL: 'https://in.example/base/' }).INGEST_PUBLIC_URL).toBe(
      'https://in.example/base',
    );
  });
});
