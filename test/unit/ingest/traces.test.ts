import { describe, expect, test } from '@jest/globals';
import type { Tracing } from '../../../services/lib/tracing';
import { start } from './start-app';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const event = {
  event_type: 'queue.entered',
  occurred_at: 1_700_000_000_000,
  channel: 'VOICE',
  identities: [{ type: 'email', value: 'a@b.org' }],
};

describe('the trace of a request', () => {
  test('is passed on with every record, where nobody traces here', async () => {
    const { stored, post } = start();
    const headers = { traceparent: parent, tracestate: 'vendor=1' };
    expect((await post([event, { ...event, event_id: 'other' }], headers)).statusCode).toBe(202);
    expect(stored[0].map((record) => record.headers)).toEqual([headers, headers]);
  });

  test.each<Record<string, string>>([{}, { traceparent: 'nonsense' }])(
    '%j: there is none, and records have no headers',
    async (headers) => {
      const { stored, post } = start();
      await post(event, headers);
      expect(stored[0].map((record) => record.headers)).toEqual([undefined]);
    },
  );

  test('goes on in a span of our own, which says route and status and nothing of the sender', async () => {
    const started: unknown[][] = [];
    const ended: unknown[] = [];
    const tracing: Tracing = {
      start: (...span) => {
        started.push(span);
        return { headers: { traceparent: 'ours' }, end: (outcome) => void ended.push(outcome) };
      },
      stop: async () => undefined,
    };
    const { app, stored, post } = start({ tracing });
    await post(event, { traceparent: parent });
    await post('{', {});
    await app.inject('/livez');
    expect(stored[0][0].headers).toEqual({ traceparent: 'ours' });
    const attributes = { 'http.request.method': 'POST', 'http.route': '/v1/events', 'url.scheme': 'http' };
    expect(started).toEqual([
      ['POST /v1/events', 'server', { traceparent: parent }, attributes],
      ['POST /v1/events', 'server', undefined, attributes],
    ]);
    expect(ended).toEqual([{ status: 202 }, { status: 400 }]);
  });
});
