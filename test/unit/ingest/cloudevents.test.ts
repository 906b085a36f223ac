import { describe, expect, test } from '@jest/globals';
import type { InteractionEvent } from '../../../schemas/types';
import { type Intake, intake } from '../../../services/ingest/intake';
import { cloudevents } from '../../../services/ingest/sources/cloudevents';
import type { SentAs } from '../../../services/ingest/sources/source';
import { fixture, type Json, receivedAt } from './fixtures';

interface Forms {
  accepted: { name: string; sent: unknown; stored: Json }[];
  refused: { name: string; sent: unknown; errors: { field: string; reason: string }[] }[];
}

const forms = fixture<Forms>('cloudevents.json');
const structured: SentAs = { mediaType: 'application/cloudevents+json', headers: {} };
const data = { channel: 'VOICE', identities: [{ type: 'email', value: 'a@b.org' }] };

function take(sent: unknown, sentAs: SentAs): Intake & { events: InteractionEvent[] } {
  const events: InteractionEvent[] = [];
  const encode = (event: InteractionEvent): Buffer => {
    events.push(event);
    return Buffer.alloc(1);
  };
  return { ...intake([{ value: sent }], cloudevents, sentAs, { receivedAt, encode, maxEventBytes: 10 }), events };
}

const errorsOf = ({ rejected }: Intake) =>
  rejected.flatMap(({ errors }) => errors.map(({ field, reason }) => ({ field, reason })));

const binary = (headers: Record<string, string>): SentAs => ({
  mediaType: 'application/json',
  headers: { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/crm', 'ce-type': 'queue.entered', ...headers },
});

describe('structured CloudEvents', () => {
  test.each(forms.accepted)('$name', ({ sent, stored }) => {
    const { events, rejected } = take(sent, structured);
    expect(rejected).toEqual([]);
    expect(events).toMatchObject([stored]);
  });

  test.each(forms.refused)('refused: $name', ({ sent, errors }) => {
    const taken = take(sent, structured);
    expect(errorsOf(taken)).toEqual(errors);
    for (const { field, message } of taken.rejected[0].errors) expect(message.startsWith(`${field} `)).toBe(true);
  });

  test('an extension without a name, which JSON allows, has one in its faults', () => {
    const envelope = { specversion: '1.0', id: '1', source: 's', type: 'a.b', time: '2026-03-01T10:00:00Z', data };
    for (const value of ['half \udc00 a pair', { an: 'object' }])
      expect(errorsOf(take({ ...envelope, '': value }, structured))).toMatchObject([{ field: 'extension' }]);
  });

  test('the event id comes from source and id alone, as in our own form', () => {
    const envelope = { specversion: '1.0', id: '17', source: 'telephony', type: 'queue.entered' };
    const first = take({ ...envelope, time: '2026-03-01T10:00:00Z', data }, structured).eventIds;
    const second = take({ ...envelope, time: '2026-03-01T11:00:00Z', data }, structured).eventIds;
    expect([first, second]).toEqual([
      ['9ad34a07-a233-5534-8c53-58089cb5715e'],
      ['9ad34a07-a233-5534-8c53-58089cb5715e'],
    ]);
  });
});

describe('binary CloudEvents', () => {
  test('the envelope is in headers, percent-encoded or quoted', () => {
    const sentAs = binary({ 'ce-time': '2026-03-01T10:00:00Z', 'ce-subject': 'caf%C3%A9', 'ce-note': '"a \\"b\\""' });
    const { events } = take(data, sentAs);
    expect(events).toMatchObject([
      {
        event_type: 'queue.entered',
        occurred_at: Date.UTC(2026, 2, 1, 10),
        source: { system: '/crm', event_id: '1' },
        attributes: { ce_subject: 'café', ce_note: 'a "b"' },
      },
    ]);
  });

  test('a header that is no percent-encoding', () => {
    expect(errorsOf(take(data, binary({ 'ce-subject': '%E0%A4%A' })))).toEqual([
      { field: 'ce-subject', reason: 'wrong_format' },
    ]);
  });

  test('the body must be an object: the data of one event', () => {
    expect(errorsOf(take([data], binary({})))).toEqual([{ field: 'data', reason: 'wrong_type' }]);
  });

  test('a CloudEvents media type means structured, whatever the headers say', () => {
    const sentAs = { ...binary({}), mediaType: 'application/cloudevents+json' };
    expect(errorsOf(take(data, sentAs))[0]).toEqual({ field: 'specversion', reason: 'unsupported_version' });
  });
});
