import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { InteractionEvent } from '../../../schemas/types';
import { avroType } from '../../../services/lib/avro';
import { NotStored, type OutgoingRecord } from '../../../services/lib/kafka/batching-producer';
import { goodEvent, receivedAt } from './fixtures';
import { start } from './start-app';

const avro = avroType('interaction-event.v1');
const eventOf = ({ value }: OutgoingRecord): InteractionEvent => avro.fromBuffer(value);

describe('what is accepted', () => {
  test('202 with the ids, after the records are stored in the order they were sent', async () => {
    const { post, stored } = start();
    const answer = await post([{ ...goodEvent, event_id: 'b' }, { ...goodEvent, event_id: 'a' }, goodEvent]);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ accepted: 3, event_ids: ['b', 'a', expect.stringMatching(/^[0-9a-f-]{36}$/)] });
    expect(stored).toHaveLength(1);
    expect(stored[0].map(({ key }) => key)).toEqual(answer.json().event_ids);
    expect(eventOf(stored[0][0])).toMatchObject({ event_id: 'b', received_at: receivedAt, channel: 'VOICE' });
  });

  test('nothing is answered before it is stored', async () => {
    let acknowledge = (): void => undefined;
    const { post } = start({
      store: () =>
        new Promise((resolve) => {
          acknowledge = resolve;
        }),
    });
    let answered = false;
    const answer = post(goodEvent).then((it) => {
      answered = true;
      return it;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    acknowledge();
    expect((await answer).statusCode).toBe(202);
  });

  test('of a batch the good ones, with 400 and the bad ones by index', async () => {
    const { post, stored } = start();
    const answer = await post([{ ...goodEvent, event_id: 'a' }, { ...goodEvent, channel: 'X' }, 7]);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      accepted: 1,
      event_ids: ['a'],
      rejected: [
        { index: 1, errors: [{ field: 'channel', reason: 'unknown_value' }] },
        { index: 2, errors: [{ field: 'event', reason: 'wrong_type' }] },
      ],
    });
    expect(stored[0].map(({ key }) => key)).toEqual(['a']);
  });

  test('an Idempotency-Key tells equal bodies apart, and a retry of either is the same', async () => {
    const { post } = start();
    const ids = async (key?: string): Promise<string[]> =>
      (await post([goodEvent, goodEvent], key ? { 'idempotency-key': key } : {})).json().event_ids;
    const [none, a, again, b] = [await ids(), await ids('a'), await ids('"a"'), await ids('b')];
    expect(again).toEqual(a);
    expect(none[0]).toBe(none[1]);
    expect(new Set([...none, ...a, ...b]).size).toBe(5);
    const own = await post({ ...goodEvent, event_id: 'own' }, { 'idempotency-key': 'a' });
    expect(own.json().event_ids).toEqual(['own']);
    const bad = await post(goodEvent, { 'idempotency-key': 'x'.repeat(201) });
    expect([bad.statusCode, bad.json().reason]).toEqual([400, 'bad_idempotency_key']);
  });

  test('two items with one id are both sent: whether they are repeats is judged later', async () => {
    const { post, stored } = start();
    const same = { ...goodEvent, event_id: 'a' };
    expect((await post([same, { ...same, text: 'other' }])).json()).toEqual({ accepted: 2, event_ids: ['a', 'a'] });
    expect(stored[0]).toHaveLength(2);
  });

  test.each([
    ['NDJSON', 'application/x-ndjson', (it: object) => `${JSON.stringify(it)}\n${JSON.stringify(it)}`, 2],
    ['NDJSON, short name', 'application/ndjson; charset=utf-8', JSON.stringify, 1],
    ['JSON lines', 'application/jsonl', JSON.stringify, 1],
    ['JSON with charset', 'Application/JSON; Charset="UTF-8"', JSON.stringify, 1],
    ['an empty array', 'application/json', () => '[]', 0],
  ])('%s', async (_name, type, body, accepted) => {
    const { post } = start();
    const answer = await post(body(goodEvent), { 'content-type': type });
    expect([answer.statusCode, answer.json().accepted]).toEqual([202, accepted]);
  });

  test('CloudEvents in three modes make one and the same event id', async () => {
    const { post, stored } = start();
    const { event_type: type, occurred_at: time, ...data } = goodEvent;
    const envelope = { specversion: '1.0', id: '17', source: 'telephony', type, time, data };
    const binary = Object.fromEntries(
      Object.entries({ ...envelope, data: undefined }).flatMap(([name, value]) =>
        value ? [[`ce-${name}`, String(value)]] : [],
      ),
    );
    const answers = [
      await post(envelope, { 'content-type': 'application/cloudevents+json' }),
      await post([envelope], { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' }),
      await post(data, binary),
      await post(envelope, {}, '/v1/sources/cloudevents'),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202, 202]);
    expect(new Set(stored.flat().map(({ key }) => key)).size).toBe(1);
    expect(stored.flat().map(eventOf)).toEqual(Array(4).fill(eventOf(stored[0][0])));
  });
});

describe('what is refused', () => {
  const json = { 'content-type': 'application/json' };

  test.each([
    ['no Content-Type', '{}', { 'content-type': '' }, 415, 'unsupported_media_type'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['text', 'a', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['another charset', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported_charset'],
    ['a compressed body', '{}', { ...json, 'content-encoding': 'gzip' }, 415, 'unsupported_encoding'],
    ['an empty body', '', json, 400, 'empty_body'],
    ['broken JSON', '{"a"', json, 400, 'invalid_json'],
    ['a large body', `"${'x'.repeat(4_000)}"`, json, 413, 'body_too_large'],
    ['many events', '[1,2,3,4,5,6]', json, 413, 'too_many_events'],
    ['depth', '['.repeat(40), json, 400, 'too_deep'],
    [
      'a CloudEvents batch that is one',
      '{}',
      { 'content-type': 'application/cloudevents-batch+json' },
      400,
      'wrong_type',
    ],
  ])('%s', async (_name, body, headers, status, reason) => {
    const { post, stored, inFlight } = start();
    const answer = await post(body, headers);
    expect([answer.statusCode, answer.json().reason]).toEqual([status, reason]);
    expect(answer.json().message).toEqual(expect.any(String));
    expect(stored).toEqual([]);
    expect(inFlight.bytes).toBe(0);
  });

  test('a large body without a length', async () => {
    const { post, inFlight } = start();
    const answer = await post(Readable.from([Buffer.alloc(3_000, 32), Buffer.alloc(3_000, 32)]));
    expect([answer.statusCode, answer.json().reason]).toEqual([413, 'body_too_large']);
    expect(inFlight.bytes).toBe(0);
  });

  test('an unknown source, and the known ones named', async () => {
    const { post } = start();
    const answer = await post(goodEvent, {}, '/v1/sources/constructor');
    expect([answer.statusCode, answer.json()]).toEqual([
      404,
      {
        reason: 'unknown_source',
        message: expect.stringMatching(/^there is no source constructor; known sources: amazon-connect, .*, zendesk$/),
      },
    ]);
  });

  test('an event that is too large to be stored', async () => {
    const { post, stored } = start();
    const answer = await post([{ ...goodEvent, text: 'x'.repeat(1_000) }, goodEvent]);
    expect(answer.json().rejected).toEqual([
      { index: 0, errors: [{ field: 'event', reason: 'event_too_large', message: expect.stringContaining('1000') }] },
    ]);
    expect(stored[0]).toHaveLength(1);
  });

  test('other addresses and methods', async () => {
    const { app } = start();
    expect((await app.inject({ method: 'GET', url: '/v1/events?a=b' })).json()).toEqual({
      reason: 'not_found',
      message: 'there is no GET /v1/events; see /openapi.json',
    });
  });

  test('a request that is all bad still reaches an unready service as 503: nobody has looked at it', async () => {
    const { post } = start({ notReady: () => ['schema registry: not asked yet'] });
    expect((await post('{')).statusCode).toBe(503);
  });
});

describe('what is not stored is not acknowledged', () => {
  test('a failed send: 503 with Retry-After', async () => {
    const { post } = start({ store: async () => Promise.reject(new NotStored('Kafka: no answer within 8000 ms')) });
    const answer = await post([goodEvent, 5]);
    expect([answer.statusCode, answer.headers['retry-after'], answer.json().reason]).toEqual([503, '5', 'not_stored']);
    expect(answer.json()).not.toHaveProperty('accepted');
  });

  test('not ready: 503 with the reasons, and nothing is sent', async () => {
    const { app, post, stored } = start({ notReady: () => ['schema registry: refused', 'Kafka: gone'] });
    const answer = await post(goodEvent);
    expect([answer.statusCode, answer.headers['retry-after'], answer.json().reason]).toEqual([503, '5', 'not_ready']);
    expect(answer.json().message).toContain('Kafka: gone');
    expect(stored).toEqual([]);
    const ready = await app.inject('/readyz');
    expect([ready.statusCode, ready.json().reasons]).toEqual([503, ['schema registry: refused', 'Kafka: gone']]);
    expect((await app.inject('/livez')).statusCode).toBe(200);
  });

  test('too much under way: 503 until it is stored', async () => {
    let acknowledge = (): void => undefined;
    const { post, inFlight } = start({
      store: () =>
        new Promise((resolve) => {
          acknowledge = resolve;
        }),
    });
    const body = { ...goodEvent, text: 'x'.repeat(700) };
    const large = [body, body, body];
    const first = post(large);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(inFlight.bytes).toBe(JSON.stringify(large).length);
    const second = await post(large);
    expect([second.statusCode, second.headers['retry-after'], second.json().reason]).toEqual([503, '1', 'overloaded']);
    acknowledge();
    expect((await first).statusCode).toBe(202);
    expect(inFlight.bytes).toBe(0);
  });

  test('a fault of ours: 500 without a trace of it, and neither text nor identity in the log', async () => {
    const { post, lines } = start({ store: async () => Promise.reject(new Error('invalid string: "my secret text"')) });
    const answer = await post({ ...goodEvent, text: 'my secret text' });
    expect([answer.statusCode, answer.json().reason]).toEqual([500, 'internal']);
    expect(answer.body).not.toContain('secret');
    expect(lines.join()).not.toMatch(/secret|a@b/);
    expect(lines.join()).toContain('a request failed');
  });
});

describe('closing', () => {
  test('a request in hand is answered, and its kept-alive connection does not hold the stop up', async () => {
    let acknowledge = (): void => undefined;
    let taken = (): void => undefined;
    const isInHand = new Promise<void>((resolve) => {
      taken = resolve;
    });
    const { app } = start({
      store: () =>
        new Promise((resolve) => {
          acknowledge = resolve;
          taken();
        }),
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const body = JSON.stringify(goodEvent);
    const answer = fetch(`${url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    await isInHand;
    const closed = app.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    acknowledge();
    expect((await answer).status).toBe(202);
    const begun = Date.now();
    await closed;
    expect(Date.now() - begun).toBeLessThan(2_000);
  });
});

describe('beside events', () => {
  test('answers carry no more than they must', async () => {
    const { post } = start();
    expect((await post(goodEvent)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  test('metrics count events by source, faults by reason, requests by status', async () => {
    const { app, post, registry } = start();
    for (let index = 0; index < 60; index++) await post({ ...goodEvent, source: { system: `s${index}` } });
    await post({ ...goodEvent, channel: 'X' });
    await app.inject('/metrics');
    const text = await registry.metrics();
    expect(text).toContain('ingest_accepted_events_total{source_system="s49"} 1');
    expect(text).toContain('ingest_accepted_events_total{source_system="other"} 10');
    expect(text).not.toContain('source_system="s50"');
    expect(text).toContain('ingest_rejections_total{reason="unknown_value"} 1');
    expect(text).toContain('ingest_received_items_total{source="events"} 61');
    expect(text).toContain('ingest_event_age_seconds_count 60');
    expect(text).toContain('ingest_request_seconds_count{route="/v1/events",status="202"} 60');
    expect(text).toContain('ingest_in_flight_bytes 0');
  });

  test('the API document describes every route and refers only to what it holds', async () => {
    const { app } = start();
    const document = (await app.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([
      '/v1/events',
      '/v1/sources/{source}',
      '/tracker.js',
      '/livez',
      '/readyz',
      '/metrics',
      '/openapi.json',
    ]);
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect([...new Set(names)].sort()).toEqual(Object.keys(document.components.schemas).sort());
    const event = document.components.schemas.Event;
    expect(event.required).toEqual(['event_type', 'occurred_at', 'channel']);
    expect(event.additionalProperties).toBe(false);
    expect(event.properties.durations.anyOf[0].properties.talk_ms).toMatchObject({
      description: 'Time in conversation, hold excluded. Milliseconds.',
      anyOf: [{ type: 'integer', minimum: 0, maximum: 315_576_000_000 }, { type: 'null' }],
    });
    expect(event.properties.attributes.anyOf[0]).toMatchObject({ type: 'object', maxProperties: 64 });
  });
});
