import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readItems } from '../../../services/ingest/body';
import { eventShape } from '../../../services/ingest/domain/event-schema';
import { type Validated, validate } from '../../../services/ingest/domain/validate';
import { intake } from '../../../services/ingest/intake';
import { cloudevents } from '../../../services/ingest/sources/cloudevents';
import { events } from '../../../services/ingest/sources/events';
import { avroType } from '../../../services/lib/avro';
import { changed, fixture, goodEvent, type Json, receivedAt } from './fixtures';

const avro = avroType('interaction-event.v1');
const json = fc.jsonValue({ maxDepth: 4 });
const encode = (event: object): Buffer => avro.toBuffer(event);
const context = { receivedAt, encode, maxEventBytes: 1_000_000 };

/** Numbers and texts that have broken validators before. */
const awkward = fc.constantFrom<unknown>(
  ...[1e308, -1e308, 5e-324, -0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 53, 0.1, null, true, '', ' '],
  ...['\u0000', '\ud800', '~', '2026-03-01T10:00:00Z', '__proto__', 'constructor', [], {}, [[]], { '': {} }],
);

/** A good event with one place set to anything. */
const oneWrong = fc
  .tuple(fc.constantFrom(...Object.keys(eventShape)), fc.oneof(json, awkward))
  .map(([field, value]) => ({ ...goodEvent, [field]: value }));

const oneWrongInside = fc
  .tuple(
    fc.constantFrom(
      'source',
      'actor',
      'queue',
      'emotion',
      'outcome',
      'durations',
      'commerce',
      'survey',
      'quality',
      'page',
    ),
    fc.constantFrom('system', 'id', 'type', 'score', 'status', 'talk_ms', 'value_minor', 'kind', 'score_pct', 'url'),
    fc.oneof(json, awkward),
  )
  .map(([field, inner, value]) => ({ ...goodEvent, [field]: { system: 's', [inner]: value } }));

/** The promise of the validator: an event that can be stored, or faults that name a field. */
function isDecided(result: Validated): boolean {
  if (result.ok) return avro.isValid(avro.fromBuffer(avro.toBuffer(result.event)));
  return (
    result.faults.length > 0 &&
    result.faults.length <= 10 &&
    result.faults.every((it) => it.field !== '' && /^[a-z0-9_]+$/.test(it.reason) && it.message.startsWith(it.field))
  );
}

describe('whatever is sent', () => {
  test.each([
    ['any JSON value', fc.oneof(json, awkward)],
    ['an event with one field set to anything', oneWrong],
    ['an event with one inner field set to anything', oneWrongInside],
    [
      'an object of our fields, all of them anything',
      fc.record(
        mapped(() => json),
        { requiredKeys: [] },
      ),
    ],
  ] as [string, fc.Arbitrary<unknown>][])('%s becomes an event or faults that name a field', (_name, sent) => {
    fc.assert(
      fc.property(sent, (value) => isDecided(validate(value, receivedAt))),
      { numRuns: 1_000 },
    );
  });

  test('any JSON value as a CloudEvent is taken or refused', () => {
    const envelope = fc.record(
      {
        specversion: fc.constant('1.0'),
        id: json,
        source: fc.constant('s'),
        type: fc.constant('a.b'),
        data: json,
        ext: json,
      },
      { requiredKeys: ['specversion'] },
    );
    fc.assert(
      fc.property(fc.oneof(json, envelope), (value) => {
        const { records, rejected } = intake([{ value }], cloudevents, { mediaType: '', headers: {} }, context);
        return records.length + rejected.length === 1;
      }),
    );
  });

  test('any bytes are items or a refusal', () => {
    const form = fc.constantFrom('one', 'array', 'oneOrArray', 'lines');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), form, (bytes, how) => {
        const read = readItems(Buffer.from(bytes), how as 'one', 10);
        return 'items' in read ? read.items.length <= 10 : read.refused.status >= 400;
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a retried request', () => {
  const rows = fixture<{ change: Json; remove?: string[] }[]>('accepted-events.json').map(changed);

  test('makes the same keys, whenever it comes and however its keys are ordered', () => {
    const shuffledBodies = fc
      .array(fc.constantFrom(...rows), { minLength: 1, maxLength: 8 })
      .chain((sent) =>
        fc
          .tuple(
            ...sent.map((event) => fc.shuffledSubarray(Object.keys(event), { minLength: Object.keys(event).length })),
          )
          .map((orders) => [
            sent,
            sent.map((event, index) => Object.fromEntries(orders[index].map((key) => [key, event[key]]))),
          ]),
      );
    fc.assert(
      fc.property(shuffledBodies, fc.nat(86_400_000), ([first, again], laterMs) => {
        const keys = (items: Json[], at: number) =>
          intake(
            items.map((value) => ({ value })),
            events,
            { mediaType: '', headers: {} },
            { ...context, receivedAt: at },
          ).records.map(({ key }) => key);
        const before = keys(first as Json[], receivedAt);
        expect(before).toHaveLength(first.length);
        expect(keys(again as Json[], receivedAt + laterMs)).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });
});

function mapped<T>(value: () => T): Record<string, T> {
  return Object.fromEntries(Object.keys(eventShape).map((field) => [field, value()]));
}
