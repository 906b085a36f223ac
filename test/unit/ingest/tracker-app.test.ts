import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { trackerScript } from '../../../services/ingest/tracker-script';
import { receivedAt } from './fixtures';
import { start } from './start-app';

const view = { id: 'e-1', type: 'web.page_viewed', at: receivedAt, anonymous_id: 'a-1', url: 'https://shop.example/x' };
const beacon = { 'content-type': 'text/plain;charset=UTF-8' };
const page = { origin: 'https://shop.example' };

describe('GET /tracker.js', () => {
  test('the script, cacheable; again only when it is another', async () => {
    const { app } = start();
    const plain = await app.inject({ url: '/tracker.js', headers: page });
    expect([plain.statusCode, plain.body]).toEqual([200, trackerScript]);
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': 'https://shop.example',
      'x-content-type-options': 'nosniff',
      vary: 'Origin, accept-encoding',
    });
    const again = await app.inject({
      url: '/tracker.js',
      headers: { 'if-none-match': String(plain.headers.etag) },
    });
    expect([again.statusCode, again.body, again.headers['cache-control']]).toEqual([
      304,
      '',
      plain.headers['cache-control'],
    ]);
    expect((await app.inject('/readyz')).headers['cache-control']).toBe('no-store');
  });

  test('gzipped where the browser takes that: under 4 kB', async () => {
    const { app } = start();
    const answer = await app.inject({ url: '/tracker.js', headers: { 'accept-encoding': 'br, gzip' } });
    expect([answer.headers['content-encoding'], answer.headers.vary]).toEqual(['gzip', 'Origin, accept-encoding']);
    expect(gunzipSync(answer.rawPayload).toString()).toBe(trackerScript);
    expect(answer.rawPayload.length).toBeLessThan(4_000);
  });
});

describe('what a browser sends without asking first', () => {
  const to = '/v1/sources/web';

  test('is taken from listed pages', async () => {
    const { post, stored } = start();
    expect((await post([view], { ...beacon, ...page }, to)).statusCode).toBe(202);
    expect(stored.flat()).toHaveLength(1);
  });

  test.each([
    ['a page of somebody else', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a program', {}],
  ])('is refused from %s', async (_who, headers: Record<string, string>) => {
    const { post, stored } = start();
    const answer = await post([view], { ...beacon, ...headers }, to);
    expect([answer.statusCode, answer.json().reason, stored]).toEqual([403, 'origin_not_listed', []]);
  });

  test('as JSON, which needs the question, it needs no origin; other sources take no text', async () => {
    const { post } = start();
    expect((await post([view], {}, to)).statusCode).toBe(202);
    expect((await post([view], { ...beacon, ...page }, '/v1/sources/events')).statusCode).toBe(415);
  });
});
