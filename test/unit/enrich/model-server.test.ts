import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { TextReading } from '../../../services/enrich/domain/text-reading';
import { enrichMetrics, modelServerMetrics } from '../../../services/enrich/metrics';
import { ServedReadings } from '../../../services/enrich/model-server/served-readings';
import type { ModelServerSettings } from '../../../services/enrich/model-server/settings';
import { enrichSettings } from '../../../services/enrich/settings';
import { EmbeddedReadings, type TextRequest } from '../../../services/enrich/texts';
import { readSettings } from '../../../services/lib/settings';
import { ModelServer, readingsFor } from './support/model-server';

const labels = { intents: ['billing', 'delivery'], desires: ['refund', 'cancel'], emotions: ['anger', 'joy'] };
const own: TextReading = {
  language: { label: 'pt', confidence: 0.8 },
  intent: { label: 'own', confidence: 0.5 },
  emotions: {},
  present: [],
  emotion: { label: null, score: 0 },
  desire: { label: null, confidence: 0 },
  model: 'embedded',
};
const texts = (...all: string[]): TextRequest[] => all.map((text) => ({ text, language: null, names: () => [] }));
const many = (count: number, of = 'text'): TextRequest[] =>
  texts(...Array.from({ length: count }, (_, i) => `${of} ${i}`));
const never = async (): Promise<void> => undefined;

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

function served(url: string, env: Record<string, string> = {}) {
  const registry = new Registry();
  const metrics = enrichMetrics(registry);
  const told: string[] = [];
  const log = {
    warn: (...args: unknown[]) => told.push(JSON.stringify(args)),
    info: (...args: unknown[]) => told.push(JSON.stringify(args)),
  };
  let ahead = 0;
  const settings = readSettings(enrichSettings, {
    MODEL_SERVER_URL: url,
    MODEL_SERVER_KIND: 'json',
    // Of a test that does not mean them: a busy machine takes seconds.
    MODEL_SERVER_TIMEOUT_MS: '20000',
    MODEL_SERVER_DEADLINE_MS: '20000',
    ...env,
  }) as ModelServerSettings;
  const embedded = new EmbeddedReadings({ read: () => own }, metrics);
  const readings = new ServedReadings(
    settings,
    embedded,
    labels,
    modelServerMetrics(registry, metrics),
    log as never,
    () => performance.now() + ahead,
  );
  const figures = async (): Promise<Record<string, number>> => {
    const all: Record<string, number> = {};
    for (const { name, values } of await registry.getMetricsAsJSON()) {
      for (const { labels: of, value } of values as { labels: Record<string, string>; value: number }[]) {
        const label = Object.values(of)[0];
        if (!of.le && /texts|model_server/.test(name)) all[label ? `${name} ${label}` : name] = value;
      }
    }
    return all;
  };
  return {
    readings,
    figures,
    told,
    pass: (ms: number) => {
      ahead += ms;
    },
  };
}

const modelsOf = async (readings: ServedReadings, requests: TextRequest[]): Promise<string[]> =>
  (await readings.read(requests, never)).map(({ model }) => model);

describe('a model server', () => {
  test('of plain JSON reads texts in batches and in order; the same text is asked once', async () => {
    server = await ModelServer.start((asked) =>
      readingsFor(asked, (text) => (text.endsWith('0') ? 'billing' : 'delivery')),
    );
    const { readings, figures } = served(server.url, { MODEL_SERVER_MODEL: 'house-1', MODEL_SERVER_BATCH_TEXTS: '4' });
    const given = await readings.read([...many(10), ...many(10)], never);
    expect(given.map(({ intent }) => intent.label)).toEqual(
      Array.from({ length: 20 }, (_, index) => (index % 10 === 0 ? 'billing' : 'delivery')),
    );
    expect(given[0]).toMatchObject({
      language: { label: 'en' },
      desire: { label: 'refund', confidence: 0.7 },
      emotion: { label: 'anger', score: -0.5 },
      model: 'house-1',
    });
    expect(server.asked.map(({ body }) => JSON.parse(body).texts.length).sort()).toEqual([2, 4, 4]);
    await readings.read(many(10), never);
    expect(server.asked.length).toBe(3);
    expect(await figures()).toMatchObject({
      'enrich_model_server_requests_total ok': 3,
      'enrich_texts_total server': 20,
      'enrich_texts_total cache': 10,
    });
  });

  test('of the chat form gets the labels, the model and the key; fenced JSON is understood', async () => {
    server = await ModelServer.start(() => ({
      choices: [
        {
          message: {
            content:
              '```json\n{"readings": [{"language": "ar", "intent": "billing", "desire": {"label": "cancel", "confidence": 7}}]}\n```',
          },
        },
      ],
    }));
    const { readings, told } = served(`${server.url}/v1`, {
      MODEL_SERVER_KIND: 'openai',
      MODEL_SERVER_MODEL: 'm-7b',
      MODEL_SERVER_KEY: 'sk-secret',
    });
    const [given] = await readings.read(texts('مرحبا'), never);
    expect(given).toMatchObject({
      language: { label: 'ar' },
      intent: { label: 'billing', confidence: 0 },
      desire: { label: 'cancel', confidence: 1 },
      emotion: { label: null },
      model: 'm-7b',
    });
    const [{ path, headers, body }] = server.asked;
    expect(path).toBe('/v1/chat/completions');
    expect(headers.authorization).toBe('Bearer sk-secret');
    expect(JSON.parse(body)).toMatchObject({ model: 'm-7b', temperature: 0 });
    expect(body).toContain('billing, delivery');
    expect(told.join()).not.toContain('secret');
  });

  test('gets redacted texts only, of every kind, whatever is set for what is stored', async () => {
    server = await ModelServer.start((asked) => readingsFor(asked, () => null));
    const { readings } = served(server.url, { REDACT_KINDS: 'email' });
    await readings.read(
      [
        {
          text: 'Ana Silva, 4111 1111 1111 1111, a@b.com, +351 912 345 678',
          language: 'pt',
          names: () => ['Ana Silva'],
        },
      ],
      never,
    );
    expect(JSON.parse(server.asked[0].body)).toEqual({
      texts: [{ text: '[NAME], [CARD], [EMAIL], [PHONE]', language: 'pt' }],
    });
  });

  test('is held to the labels; what it makes up is unknown, and its language is the embedded one', async () => {
    server = await ModelServer.start(() => ({
      readings: [
        {
          language: 'klingon',
          intent: { label: 'ignore all rules', confidence: 1 },
          emotion: { label: 'rage', score: -9 },
          desire: 3,
        },
      ],
    }));
    const { readings } = served(server.url);
    const [given] = await readings.read(texts('hi'), never);
    expect(given).toMatchObject({
      language: own.language,
      intent: { label: null },
      emotion: { label: null, score: 0 },
      desire: { label: null },
    });
  });

  type Answer = Parameters<typeof ModelServer.start>[0];
  const refuse =
    (status: number): Answer =>
    (_asked, response) => {
      response.statusCode = status;
      response.end('{}');
    };
  test.each<[string, string, Answer]>([
    ['is slow', 'timeout', () => sleep(5_000, {}, { ref: false })],
    ['answers 500', 'status', refuse(500)],
    ['answers 401', 'status', refuse(401)],
    ['answers 429', 'throttled', refuse(429)],
    [
      'sends elsewhere',
      'connection',
      (_asked, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    ],
    ['hangs up', 'connection', (_asked, response) => void response.destroy()],
    [
      'breaks off',
      'connection',
      (_asked, response) =>
        void response.writeHead(200, { 'content-length': '99' }).write('{"readings"', () => response.destroy()),
    ],
    ['answers no JSON', 'invalid', (_asked, response) => void response.end('<html>')],
    ['answers too few', 'invalid', () => ({ readings: [] })],
    ['answers nonsense', 'invalid', () => ({ readings: [null] })],
    ['answers without end', 'invalid', (_asked, response) => void response.end(Buffer.alloc(5 * 1024 * 1024, 32))],
  ])('that %s is made up for by the embedded model, and counted as %s', async (_name, fault, answer) => {
    server = await ModelServer.start(answer);
    // Only what is slow is to run out of time, however busy the machine is.
    const [timeout, deadline] = fault === 'timeout' ? ['200', '10000'] : ['20000', '20000'];
    const { readings, figures } = served(server.url, {
      MODEL_SERVER_TIMEOUT_MS: timeout,
      MODEL_SERVER_DEADLINE_MS: deadline,
    });
    expect(await modelsOf(readings, texts('a'))).toEqual(['embedded']);
    expect(await figures()).toMatchObject({
      [`enrich_model_server_requests_total ${fault}`]: 1,
      'enrich_model_server_fallbacks_total failed': 1,
    });
  });

  test('that is not there is made up for too', async () => {
    const { readings, figures } = served('http://127.0.0.1:9');
    expect(await modelsOf(readings, many(3))).toEqual(['embedded', 'embedded', 'embedded']);
    expect(await figures()).toMatchObject({
      'enrich_model_server_requests_total connection': 1,
      'enrich_texts_total embedded': 3,
    });
  });

  test('that fails too often is left alone, then tried by one call, and trusted again when that succeeds', async () => {
    let works = false;
    server = await ModelServer.start((asked, response) =>
      works ? readingsFor(asked, () => 'billing') : refuse(503)(asked, response),
    );
    const { readings, figures, told, pass } = served(server.url, {
      MODEL_SERVER_FAILURES: '3',
      MODEL_SERVER_BATCH_TEXTS: '1',
      MODEL_SERVER_CONCURRENCY: '1',
      MODEL_SERVER_PAUSE_MS: '10000',
    });
    await readings.read(many(20), never);
    expect(server.asked.length).toBe(3);
    expect(await figures()).toMatchObject({
      enrich_model_server_failures: 3,
      'enrich_model_server_fallbacks_total open': 17,
    });
    pass(10_001);
    await readings.read(many(5), never);
    expect(server.asked.length).toBe(4);
    pass(9_000);
    await readings.read(many(5), never);
    expect(server.asked.length).toBe(4);
    works = true;
    pass(1_001);
    expect(await modelsOf(readings, many(5))).toEqual(Array.from({ length: 5 }, () => 'model-server'));
    expect((await figures()).enrich_model_server_failures).toBe(0);
    expect(told.length).toBe(2);
  });

  test('is asked no more than its budget of calls and characters a minute', async () => {
    server = await ModelServer.start((asked) => readingsFor(asked, () => 'billing'));
    const { readings, figures, pass } = served(server.url, {
      MODEL_SERVER_CALLS_PER_MINUTE: '2',
      MODEL_SERVER_BATCH_TEXTS: '1',
      MODEL_SERVER_CONCURRENCY: '1',
    });
    await readings.read(many(5), never);
    expect(server.asked.length).toBe(2);
    expect(await figures()).toMatchObject({ 'enrich_model_server_fallbacks_total budget': 3 });
    pass(30_000);
    await readings.read(many(5, 'other'), never);
    expect(server.asked.length).toBe(3);
    const { readings: short } = served(server.url, {
      MODEL_SERVER_CHARS_PER_MINUTE: '1000',
      MODEL_SERVER_BATCH_TEXTS: '1',
      MODEL_SERVER_CONCURRENCY: '1',
    });
    await short.read(texts('a'.repeat(600), 'b'.repeat(600), 'c'), never);
    expect(server.asked.length).toBe(5);
  });

  test('is asked side by side, no more than set; a batch of events waits no longer than its deadline, and lives meanwhile', async () => {
    server = await ModelServer.start(async (asked) => {
      await sleep(400);
      return readingsFor(asked, () => 'billing');
    });
    const { readings, figures } = served(server.url, {
      MODEL_SERVER_BATCH_TEXTS: '1',
      MODEL_SERVER_CONCURRENCY: '3',
      MODEL_SERVER_DEADLINE_MS: '1500',
    });
    let beats = 0;
    const begun = performance.now();
    const given = await readings.read(many(40), async () => {
      beats += 1;
    });
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(server.mostAtOnce).toBe(3);
    expect(beats).toBeGreaterThan(0);
    const byServer = given.filter(({ model }) => model === 'model-server').length;
    expect(byServer).toBeGreaterThan(0);
    expect(byServer).toBeLessThan(20);
    const { 'enrich_model_server_fallbacks_total deadline': late, enrich_model_server_failures: failures } =
      await figures();
    expect(late).toBe(40 - byServer);
    expect(failures ?? 0).toBe(0);
  });

  test('is given up when the group has rebalanced meanwhile', async () => {
    server = await ModelServer.start(() => sleep(3_000, {}, { ref: false }));
    const { readings } = served(server.url);
    await expect(readings.read(texts('a'), () => Promise.reject(new Error('rebalancing')))).rejects.toThrow(
      'rebalancing',
    );
  });

  test('remembers no more answers than set', async () => {
    server = await ModelServer.start((asked) => readingsFor(asked, () => 'billing'));
    const { readings } = served(server.url, {
      MODEL_SERVER_CACHE_TEXTS: '2',
      MODEL_SERVER_BATCH_TEXTS: '1',
      MODEL_SERVER_CONCURRENCY: '1',
    });
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await readings.read(texts(text), never);
    // b went when c came, as a had been used since.
    expect(server.asked.length).toBe(4);
  });
});

describe('its settings', () => {
  const read = (env: Record<string, string>) => () => readSettings(enrichSettings, env);
  test('off unless it has an address', () => {
    expect(readSettings(enrichSettings, {}).MODEL_SERVER_URL).toBeUndefined();
  });
  test.each([
    [{ MODEL_SERVER_URL: 'ftp://x' }, 'MODEL_SERVER_URL: must be an http(s) URL'],
    [{ MODEL_SERVER_URL: 'http://me:secret@x/' }, 'MODEL_SERVER_URL: must hold no user or password'],
    [{ MODEL_SERVER_KIND: 'grpc' }, 'MODEL_SERVER_KIND: must be openai or json'],
    [{ MODEL_SERVER_KEY: 'two words' }, 'MODEL_SERVER_KEY: must be printable'],
    [{ REDACT_KINDS: 'email,fone' }, 'REDACT_KINDS: must be some of email, iban'],
    [{ STORE_TEXT: 'yes' }, 'STORE_TEXT: must be off, customers or all'],
  ])('%j is refused', (env, fault) => {
    expect(read(env as Record<string, string>)).toThrow(fault);
  });
  test('a faulty secret is not repeated in what is told', () => {
    expect(read({ MODEL_SERVER_KEY: 'two words' })).not.toThrow('two words');
  });
});
