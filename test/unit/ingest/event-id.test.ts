import { describe, expect, test } from '@jest/globals';
import { canonicalJson } from '../../../services/ingest/domain/canonical-json';
import { eventIdOf, namespace, uuidV5 } from '../../../services/ingest/domain/event-id';
import { validate } from '../../../services/ingest/domain/validate';
import { goodEvent, receivedAt } from './fixtures';

const idOf = (sent: object, at = receivedAt): string => {
  const result = validate(sent, at);
  return result.ok ? result.event.event_id : JSON.stringify(result.faults);
};

describe('event ids', () => {
  test('version 5 as RFC 9562 has it', () => {
    const dns = namespace('6ba7b810-9dad-11d1-80b4-00c04fd430c8');
    expect(uuidV5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  // Written down, not computed: another value here means that every retried event becomes a new one.
  test.each([
    [
      'from source and its event id',
      { source: { system: 'telephony', event_id: '17' } },
      '9ad34a07-a233-5534-8c53-58089cb5715e',
    ],
    [
      'with an instance',
      { source: { system: 'telephony', instance: 'eu', event_id: '17' } },
      'ecb9ac1c-ba07-5860-bb8d-45c5902730e6',
    ],
    ['from the body', { source: { system: 'telephony' } }, 'a7216386-0328-5de7-bcfb-29e33c5a923d'],
    ["the sender's own before all", { event_id: 'mine', source: { system: 'telephony', event_id: '17' } }, 'mine'],
  ])('%s', (_name, change, id) => {
    expect(idOf({ ...goodEvent, ...change })).toBe(id);
  });

  test('a retry makes the same id, later and with its keys in another order', () => {
    const reversed = Object.fromEntries(Object.entries({ ...goodEvent, observed_at: receivedAt - 5 }).reverse());
    expect(idOf(reversed, receivedAt + 60_000)).toBe(idOf(goodEvent));
  });

  test('other content is another event', () => {
    expect(idOf({ ...goodEvent, text: 'a' })).not.toBe(idOf({ ...goodEvent, text: 'b' }));
  });

  test('parts of a source do not run into each other', () => {
    const of = (system: string, instance: string | null, event_id: string) =>
      eventIdOf({ source: { system, instance, event_id } }, {});
    expect(new Set([of('a', 'b', 'c'), of('a', null, 'bc'), of('ab', null, 'c'), of('a', 'bc', '1')]).size).toBe(4);
  });

  test('canonical JSON sorts keys at every depth and leaves lists alone', () => {
    const value = { b: [{ y: 1, x: null }, 'ü"'], a: { d: true, c: 1.5 }, observed_at: 1 };
    expect(canonicalJson(value, new Set(['observed_at']))).toBe(
      '{"a":{"c":1.5,"d":true},"b":[{"x":null,"y":1},"ü\\""]}',
    );
  });
});
