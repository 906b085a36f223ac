// First: the correction in it must be in place before anything else loads kafkajs.
import '../../services/lib/kafka/kafkajs';

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import pino from 'pino';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { InteractionEvent } from '../../schemas/types';
import { AvroCodec } from '../../services/lib/avro';
import { createKafka } from '../../services/lib/kafka/client';
import { PartitionReader } from '../../services/lib/kafka/partition-reader';
import { topics } from '../../services/lib/topics';
import { FlakyProxy } from '../support/flaky-proxy';
import { readTopic } from '../support/read-topic';
import { hasChromium, startChromium } from './support/chromium';
import { ServiceProcess, until } from './support/service-process';
import { withStack } from './support/stack';
import { type Heard, recorder, TrackedSite } from './support/tracked-site';

/** The first run fetches Chromium. */
jest.setTimeout(360_000);

const key = 'public-key-of-the-shop';
/** Longer than the tracker gathers events. */
const aBatchMs = 2_600;
const local = withStack(['kafka', 'registry']);
const folder = mkdtempSync(join(tmpdir(), 'web-tracker-'));
const heard: Heard[] = [];
let ingest: ServiceProcess;
let proxy: FlakyProxy;
let site: TrackedSite;
let foreign: TrackedSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;

async function startIngest(): Promise<void> {
  const { addresses } = local.stack;
  ingest = await ServiceProcess.start('ingest', {
    KAFKA_BROKERS: addresses.kafkaBrokers,
    SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
    PORT: String(addresses.ports.ingest),
    INGEST_ACCESS_FILE: join(folder, 'access.json'),
    INGEST_CORS_ORIGINS: site.origin,
    INGEST_CANARY_EVERY_MS: '0',
  });
  await until('ingest to be ready', 20_000, async () => (await ingest.notReady()).length === 0);
}

/** Events of pages under a path as they lie in Kafka, repeats included, in order of time. */
async function stored(path: string): Promise<InteractionEvent[]> {
  const kafka = createKafka({ KAFKA_BROKERS: local.stack.addresses.kafkaBrokers }, 'test', pino({ level: 'silent' }));
  const admin = kafka.admin();
  await admin.connect();
  const reader = await PartitionReader.connect(kafka);
  const codec = await AvroCodec.register<InteractionEvent>(
    local.stack.addresses.schemaRegistryUrl,
    `${topics.raw}-value`,
    'interaction-event.v1',
  );
  const events: InteractionEvent[] = [];
  await readTopic(admin, reader, topics.raw, ({ value }) => void events.push(codec.decode(value as Buffer)));
  await Promise.all([reader.disconnect(), admin.disconnect()]);
  return events
    .filter((event) => event.page?.path?.startsWith(path))
    .sort((a, b) => a.occurred_at - b.occurred_at || (a.event_type < b.event_type ? -1 : 1));
}

async function storedCount(path: string, count: number): Promise<InteractionEvent[]> {
  let events: InteractionEvent[] = [];
  await until(`${count} events under ${path}`, 15_000, async () => {
    events = await stored(path);
    return events.length >= count;
  });
  return events;
}

const typesOf = (events: InteractionEvent[]): string[] => events.map(({ event_type }) => event_type);
const distinctIds = (events: InteractionEvent[]): number => new Set(events.map(({ event_id }) => event_id)).size;
const sends = (): Heard[] => heard.filter(({ url }) => url.startsWith('/v1/'));
const posts = (): Heard[] => sends().filter(({ method }) => method === 'POST');

/** A call of the page's own code. */
const call = (name: string, argument?: unknown): Promise<void> =>
  page.evaluate(`customerDynamics(${JSON.stringify(name)}, ${JSON.stringify(argument)})`);
const kept = (): Promise<unknown> => page.evaluate('[Object.keys(localStorage), Object.keys(sessionStorage)]');

(hasChromium ? describe : describe.skip)('the web tracker in Chromium (needs Linux on x64)', () => {
  beforeAll(async () => {
    proxy = await FlakyProxy.start(`http://127.0.0.1:${local.stack.addresses.ports.ingest}`);
    proxy.onRequest = recorder(heard);
    site = await TrackedSite.start(`${proxy.url}/tracker.js`, key);
    foreign = await TrackedSite.start(`${proxy.url}/tracker.js`, key);
    const sha256 = createHash('sha256').update(key).digest('hex');
    const entry = { id: 'shop', sha256, sources: ['web'], in_url: true, origins: [site.origin] };
    writeFileSync(join(folder, 'access.json'), JSON.stringify({ keys: [entry] }));
    [browser] = await Promise.all([startChromium(), startIngest()]);
  }, 900_000);

  afterAll(async () => {
    await browser?.close();
    ingest?.kill('SIGKILL');
    for (const one of [site, foreign]) one?.stop();
    proxy?.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    heard.length = 0;
    proxy.mood = 'well';
    await context?.close();
    // A visitor of its own, with nothing in its storage.
    context = await browser.newContext();
    page = await context.newPage();
  });

  test('without consent nothing is sent and nothing kept; with it the page counts; withdrawn, all is forgotten', async () => {
    await page.goto(`${site.origin}/asking/a?mail=ana@example.org`);
    await page.waitForFunction('customerDynamics.ready');
    await call('search', { query: 'before' });
    await page.goto(`${site.origin}/asking/b?mail=ana@example.org`);
    await call('identify', 'c-1');
    await sleep(200);
    expect([sends(), await kept(), await context.cookies()]).toEqual([[], [[], []], []]);
    await call('consent', true);
    expect(await kept()).toEqual([['customer-dynamics.id'], ['customer-dynamics.queue']]);
    const [view] = await storedCount('/asking/', 1);
    expect(view).toMatchObject({ event_type: 'web.page_viewed', page: { path: '/asking/b' } });
    await call('contactIntent', { channel: 'phone' });
    await call('consent', false);
    await sleep(aBatchMs);
    await page.goto(`${site.origin}/plain/`);
    await sleep(200);
    expect([posts().length, await kept()]).toEqual([1, [[], []]]);
    expect(typesOf(await stored('/asking/'))).toEqual(['web.page_viewed']);
  });

  test('every kind of event across origins, after a preflight: once each, with its fields and nothing else', async () => {
    await page.goto(`${site.origin}/agreed/help?token=secret#fragment`);
    await page.waitForFunction('customerDynamics.ready');
    await call('search', { query: 'lost parcel', results: 0 });
    await call('identify', 'c-7');
    await call('search', { query: 'parcel', results: 3 });
    await call('formError', { form: 'claim', field: 'number', code: 'too_short' });
    await call('helpRated', { helpful: false, article: 'lost-parcels' });
    await call('contactIntent', { channel: 'phone' });
    const events = await storedCount('/agreed/help', 6);
    expect([events.length, distinctIds(events)]).toEqual([6, 6]);
    const found = Object.fromEntries(events.map((event) => [event.event_type, event]));
    const anonymous = { type: 'anonymous_id', value: expect.stringMatching(/^[0-9a-f-]{36}$/), verified: false };
    const customer = { type: 'customer_id', value: 'c-7', verified: true };
    const url = `${site.origin}/agreed/help`;
    for (const event of events) {
      expect(event).toMatchObject({
        channel: 'WEB',
        direction: 'INBOUND',
        source: { system: 'web', instance: new URL(site.origin).host },
        page: { url, path: '/agreed/help', title: null, referrer: null },
      });
      expect(Math.abs(event.received_at - event.occurred_at)).toBeLessThan(15_000);
      expect(JSON.stringify(event)).not.toMatch(/secret|fragment|Chrome|Ana/);
    }
    expect(found).toMatchObject({
      'web.page_viewed': { identities: [anonymous], text: null, attributes: {} },
      'web.search_no_result': { identities: [anonymous], text: 'lost parcel', attributes: { results: '0' } },
      'web.search_performed': { identities: [customer, anonymous], text: 'parcel', attributes: { results: '3' } },
      'web.form_error': { attributes: { form: 'claim', field: 'number', error_code: 'too_short' } },
      'web.help_rated': { outcome: { code: 'negative' }, attributes: { article: 'lost-parcels' } },
      'web.contact_intent': { attributes: { contact_channel: 'phone' } },
    });
    expect(new Set(events.map(({ identities }) => identities.at(-1)?.value)).size).toBe(1);

    const [asked, sent] = sends();
    expect([asked.method, asked.headers['access-control-request-headers']]).toEqual(['OPTIONS', 'content-type']);
    expect([sent.method, sent.url]).toEqual(['POST', `/v1/sources/web?key=${key}`]);
    expect(sent.headers).toMatchObject({ 'content-type': 'application/json', origin: site.origin });
    expect([sent.headers.cookie, sent.headers.referer]).toEqual([undefined, `${site.origin}/`]);
    // As the page in docs/sources says it, key by key.
    expect(Object.keys(JSON.parse(sent.body)[0])).toEqual(['id', 'at', 'type', 'url', 'anonymous_id']);
    expect(Object.keys(JSON.parse(sent.body)[1])).toEqual([
      'id',
      'at',
      'type',
      'query',
      'results',
      'url',
      'anonymous_id',
    ]);
  });

  test('what happens last before the visitor leaves goes by beacon, once', async () => {
    await page.goto(`${site.origin}/agreed/leaving`);
    await page.waitForFunction('customerDynamics.ready');
    await call('contactIntent', { channel: 'chat' });
    await page.goto(`${site.origin}/plain/`);
    const events = await storedCount('/agreed/leaving', 2);
    await page.goto(`${site.origin}/agreed/back`);
    expect(typesOf(await storedCount('/agreed/back', 1))).toEqual(['web.page_viewed']);
    expect(typesOf(events).sort()).toEqual(['web.contact_intent', 'web.page_viewed']);
    expect(await stored('/agreed/leaving')).toHaveLength(2);
    // No question before it, for which a page that goes has no time.
    expect(sends()[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'text/plain;charset=UTF-8' } });
  });

  test('an outage of ingest: it tries on, across a navigation, and everything is there once', async () => {
    await page.goto(`${site.origin}/agreed/outage/1`);
    await storedCount('/agreed/outage', 1);
    ingest.kill('SIGKILL');
    await ingest.ended;
    await call('search', { query: 'is it down', results: 0 });
    await until('two tries', 10_000, async () => sends().length >= 4);
    // The script comes from ingest too: here from the browser's cache.
    await page.evaluate(`location.href = '/agreed/outage/2?mail=ana@example.org'`);
    await page.waitForURL('**/outage/2*');
    await page.waitForFunction('customerDynamics.ready');
    await startIngest();
    await page.evaluate(`dispatchEvent(new Event('online'))`);
    const events = await storedCount('/agreed/outage', 3);
    expect(typesOf(events)).toEqual(['web.page_viewed', 'web.search_no_result', 'web.page_viewed']);
    expect(distinctIds(events)).toBe(3);
    expect(events[2].page?.referrer).toBe(`${site.origin}/agreed/outage/1`);
  });

  test('answers that get lost: the same is sent again, under the same id, and is the same', async () => {
    await page.goto(`${site.origin}/agreed/forgotten`);
    await storedCount('/agreed/forgotten', 1);
    // Not before: a lost answer to the browser's own question would keep the event from being sent at all.
    proxy.mood = 'forgetful';
    await call('helpRated', { helpful: true });
    await until('two tries', 15_000, async () => posts().length >= 3);
    proxy.mood = 'well';
    await until('an empty queue', 15_000, async () => JSON.stringify(await kept()) === '[["customer-dynamics.id"],[]]');
    const rated = (await stored('/agreed/forgotten')).filter(({ event_type }) => event_type === 'web.help_rated');
    expect([rated.length > 1, distinctIds(rated)]).toEqual([true, 1]);
    expect(new Set(rated.map(({ received_at: _, ...event }) => JSON.stringify(event))).size).toBe(1);
    expect(rated[0].outcome?.code).toBe('positive');
    expect(new Set(posts().map(({ body }) => body)).size).toBe(2);
  });

  test('a page of somebody else with the same key: nothing of it is taken', async () => {
    await page.goto(`${foreign.origin}/agreed/foreign`);
    await until('a try', 10_000, async () => sends().length >= 1);
    await page.goto(`${foreign.origin}/plain/`);
    await until('a beacon', 10_000, async () => posts().length >= 1);
    await sleep(300);
    expect(sends().map(({ method }) => method)).toEqual(['OPTIONS', 'POST']);
    expect(await stored('/agreed/foreign')).toEqual([]);
  });
});
