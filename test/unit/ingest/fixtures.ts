import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = Record<string, unknown>;

/** 2026-03-01T12:00:00Z, the arrival of every event in these tests. */
export const receivedAt = Date.UTC(2026, 2, 1, 12);

/** Limits small enough to be met. */
export const smallSettings = {
  INGEST_MAX_BODY_BYTES: 4_000,
  INGEST_MAX_EVENTS_PER_REQUEST: 5,
  INGEST_MAX_EVENT_BYTES: 1_000,
  INGEST_CORS_ORIGINS: ['https://shop.example'],
};

/** A good event with nothing but what is needed. */
export const goodEvent: Json = {
  event_type: 'queue.entered',
  occurred_at: '2026-03-01T10:00:00Z',
  channel: 'VOICE',
  identities: [{ type: 'email', value: 'a@b.org' }],
};

/** A fixture's JSON with `{"$repeat": x, "times": n}` written out. */
export function fixture<T>(name: string): T {
  const text = readFileSync(join(__dirname, '../../fixtures/ingest', name), 'utf8');
  return JSON.parse(text, (_key, value) => {
    if (value?.$repeat === undefined) return value;
    const { $repeat: unit, times } = value;
    return typeof unit === 'string' ? unit.repeat(times) : Array.from({ length: times }, () => unit[0]);
  }) as T;
}

/** The good event with a row's change laid over it. */
export function changed({ change = {}, remove = [] }: { change?: Json; remove?: string[] }): Json {
  const event: Json = { ...goodEvent, ...change };
  for (const field of remove) delete event[field];
  return event;
}
