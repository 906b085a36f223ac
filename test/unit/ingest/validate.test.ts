import { describe, expect, test } from '@jest/globals';
import { schemaTexts } from '../../../schemas/types';
import { eventShape } from '../../../services/ingest/domain/event-schema';
import { validate } from '../../../services/ingest/domain/validate';
import { avroType } from '../../../services/lib/avro';
import { changed, fixture, goodEvent, type Json, receivedAt } from './fixtures';

interface Refusal {
  name: string;
  sent?: unknown;
  change?: Json;
  remove?: string[];
  errors: { field: string; reason: string }[];
}

describe('refused events', () => {
  test.each(fixture<Refusal[]>('refused-events.json'))('$name', (row) => {
    const result = validate('sent' in row ? row.sent : changed(row), receivedAt);
    const faults = result.ok ? [] : result.faults;
    expect(faults.map(({ field, reason }) => ({ field, reason }))).toEqual(row.errors);
    for (const { field, message } of faults) expect(message.startsWith(`${field} `)).toBe(true);
  });

  test('a value never stands in a message', () => {
    const secret = 'Carol.Danvers';
    const event = {
      ...goodEvent,
      channel: secret,
      event_id: [secret],
      occurred_at: secret,
      identities: [{ type: secret, value: `~${secret}\u0000` }],
      text: [secret],
      attributes: { a: [secret] },
    };
    expect(JSON.stringify(validate(event, receivedAt))).not.toContain(secret);
  });

  test('messages say where foreign data belongs', () => {
    const result = validate({ ...goodEvent, colour: 'red', received_at: 1, customer_id: 'c' }, receivedAt);
    expect(result.ok ? [] : result.faults.map(({ message }) => message)).toEqual([
      'colour is not a field of an event: data of your own belongs in attributes, a map of texts',
      'received_at is set here on arrival; when your system recorded the event is observed_at',
      'customer_id is not a field of an event: put it in identities: [{"type": "customer_id", "value": "…"}]',
    ]);
  });

  test('a key named __proto__ is refused and changes nothing', () => {
    const top = JSON.parse('{"__proto__": {"polluted": "yes"}}');
    const inside = JSON.parse('{"__proto__": "x"}');
    const result = validate({ ...goodEvent, ...top, attributes: inside, actor: top }, receivedAt);
    expect(result.ok ? [] : result.faults.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
      'actor.__proto__ unknown_field',
      'attributes.__proto__ reserved_name',
      '__proto__ unknown_field',
    ]);
    expect('polluted' in {}).toBe(false);
  });
});

describe('accepted events', () => {
  const avro = avroType('interaction-event.v1');
  const rows = fixture<{ name: string; change: Json; remove?: string[]; stored: Json }[]>('accepted-events.json');

  test.each(rows)('$name', (row) => {
    const result = validate(changed(row), receivedAt);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    expect(result.event).toMatchObject({ ...row.stored, received_at: receivedAt });
    expect(avro.fromBuffer(avro.toBuffer(result.event))).toEqual(result.event);
  });

  test('what is stored has every field of the Avro schema, and senders may give all but ours', () => {
    const fields = (JSON.parse(schemaTexts['interaction-event.v1']) as { fields: { name: string }[] }).fields;
    const names = fields.map(({ name }) => name).sort();
    const result = validate(goodEvent, receivedAt);
    expect(Object.keys(result.ok ? result.event : {}).sort()).toEqual(names);
    expect([...Object.keys(eventShape), 'received_at'].sort()).toEqual(names);
  });
});
