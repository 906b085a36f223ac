import { describe, expect, test } from '@jest/globals';
import { start } from './start-app';

const type = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
const url = '/v1/sources/twilio';
const call = (change: Record<string, string>): string =>
  new URLSearchParams({
    CallSid: 'CA1',
    AccountSid: 'AC1',
    From: '+4930123456',
    To: '+498000001',
    CallStatus: 'completed',
    Direction: 'inbound',
    Timestamp: 'Tue, 10 Feb 2026 10:05:00 +0000',
    CallDuration: '125',
    ...change,
  }).toString();

describe('form-encoded webhooks', () => {
  test('a callback is stored, and has the ids of its repeat', async () => {
    const { post, stored } = start();
    const answers = [];
    for (const _ of [1, 2]) answers.push(await post(call({}), type, url));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
    expect(answers[0].json()).toMatchObject({ accepted: 2 });
    expect(answers[1].json()).toEqual(answers[0].json());
    expect(stored[0].map(({ key }) => key)).toEqual(answers[0].json().event_ids);
  });

  test('a step on the way is taken, makes no event, and is counted by its reason', async () => {
    const { post, registry } = start();
    const answer = await post(call({ CallStatus: 'ringing' }), type, url);
    expect([answer.statusCode, answer.json()]).toEqual([202, { accepted: 0, event_ids: [] }]);
    expect(await registry.metrics()).toContain('ingest_skipped_items_total{reason="status_without_a_fact"} 1');
  });

  test('what is wrong is told under the names of the form', async () => {
    const { post, stored } = start();
    const answer = await post(call({ CallStatus: 'gone', CallDuration: 'long' }), type, url);
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { accepted: 0, rejected: [{ index: 0, errors: [{ field: 'CallStatus', reason: 'unknown_value' }] }] },
    ]);
    expect(stored.flat()).toEqual([]);
  });

  test('a source that takes no forms refuses them by their type', async () => {
    const answer = await start().post('a=b', type, '/v1/sources/genesys');
    expect([answer.statusCode, answer.json().reason]).toEqual([415, 'unsupported_media_type']);
  });
});
