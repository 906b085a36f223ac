import { describe, expect, test } from '@jest/globals';
import avro from 'avsc';
import fc from 'fast-check';
import { schemaTexts } from '../../../schemas/types';
import { avroType, type SchemaName } from '../../../services/lib/avro';
import { blockFault } from '../../../services/lib/avro-reader';
import { fastType } from '../../../services/lib/avro-types';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { inputFields } from '../../../services/sessionize/input';
import { valuesOf } from './support/avro-values';

type Decode = (bytes: Buffer) => unknown;
interface Schema {
  fields: { name: string; type: unknown }[];
}
const names = Object.keys(schemaTexts) as SchemaName[];
const parsed = (name: SchemaName): Schema => JSON.parse(schemaTexts[name]);
const stock = (schema: object): avro.Type => avro.Type.forSchema(schema as avro.Schema);
const fast = (schema: object): avro.Type => fastType(schema as avro.Schema);
const only = (schema: Schema, wanted: (name: string) => boolean): Schema => ({
  ...schema,
  fields: schema.fields.filter(({ name }) => wanted(name)),
});

/** As AvroCodec reads: in place, and to the last byte. */
function decoder(typeOf: (schema: object) => avro.Type, writer: object, reader?: object): Decode {
  const type = typeOf(reader ?? writer);
  const resolver = reader && type.createResolver(typeOf(writer));
  return (bytes) => {
    const { value, offset } = type.decode(bytes, 0, resolver);
    if (offset !== bytes.length) throw new Error(offset < 0 ? 'cut short' : 'bytes follow');
    return value;
  };
}

function outcome(decode: Decode, bytes: Buffer): unknown {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Ways to read each schema: whole, as sessionize does, every second field, one field, none. */
const ways: [string, object, object?][] = names.flatMap((name): [string, object, object?][] => {
  const schema = parsed(name);
  const of = (index: number) => (field: string) => schema.fields.findIndex((it) => it.name === field) % 2 === index;
  return [
    [`${name}, whole`, schema],
    [`${name}, even fields`, schema, only(schema, of(0))],
    [`${name}, odd fields`, schema, only(schema, of(1))],
    [`${name}, the first`, schema, only(schema, (field) => field === schema.fields[0].name)],
  ];
});
const enriched = parsed(valueSchemas[topics.enriched]);
ways.push(['what sessionize reads', enriched, only(enriched, (field) => inputFields.includes(field))]);

describe.each(ways)('%s', (_name, writer, reader) => {
  const theirs = decoder(stock, writer, reader);
  const ours = decoder(fast, writer, reader);
  const bytes = valuesOf(stock(writer)).map((value) => stock(writer).toBuffer(value));

  test('the same values as avsc', () => {
    fc.assert(
      fc.property(bytes, (whole) => expect(ours(whole)).toEqual(theirs(whole))),
      { numRuns: 100 },
    );
  });

  test('cut, longer, or with bytes that are others: the same outcome, at once', () => {
    const change = fc.record({
      at: fc.nat(),
      bits: fc.oneof(fc.constantFrom(1, 2, 128, 255), fc.integer({ min: 1, max: 255 })),
    });
    const damage = fc.record({
      changes: fc.array(change, { maxLength: 3 }),
      length: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      tail: fc.uint8Array({ maxLength: 2 }),
    });
    fc.assert(
      fc.property(bytes, damage, (whole, { changes, length, tail }) => {
        // Others' bytes stand behind ours: whoever reads on meets them.
        const memory = Buffer.concat([whole, tail, Buffer.alloc(64, 0x02)]);
        for (const { at, bits } of changes) memory[at % Math.max(1, whole.length)] ^= bits;
        const end = length === null ? whole.length + tail.length : Math.floor(whole.length * length);
        const bad = memory.subarray(0, end);
        const mine = outcome(ours, bad);
        // avsc would count to the end of such a block, for hours.
        if ((mine as { error?: string }).error === blockFault) return;
        expect(mine).toEqual(outcome(theirs, bad));
      }),
      { numRuns: 200 },
    );
  });
});

describe('another writer', () => {
  test('fields it lacks take the default, symbols not known here too', () => {
    const before = only(enriched, (field) => !['queue', 'late', 'channel'].includes(field));
    const after = parsed(valueSchemas[topics.enriched]);
    const channel = after.fields.find(({ name }) => name === 'channel') as { type: unknown };
    (channel.type as { symbols: string[] }).symbols.push('HOLOGRAM');
    const reader = only(enriched, (field) => inputFields.includes(field));
    const required = { event_id: 'e', event_type: 't', occurred_at: 1, received_at: 2, source_system: 's' };
    for (const writer of [before, after]) {
      const bytes = stock(writer).toBuffer({ ...required, channel: 'HOLOGRAM' });
      const mine = decoder(fast, writer, reader)(bytes) as Record<string, unknown>;
      expect(mine).toEqual(decoder(stock, writer, reader)(bytes));
      expect(mine).toMatchObject({ channel: 'UNKNOWN', queue: null, late: false });
      expect(Object.keys(mine)).toEqual(reader.fields.map(({ name }) => name));
    }
  });

  const pairs: [unknown, unknown][] = [
    ['string', ['null', 'string']],
    ['long', ['null', 'long']],
    ['int', 'long'],
    ['int', ['null', 'long']],
    [
      ['null', 'int'],
      ['null', 'long'],
    ],
    [
      ['null', 'long'],
      ['null', 'double'],
    ],
    ['bytes', 'string'],
    [
      ['null', 'bytes'],
      ['null', 'string'],
    ],
    [
      ['string', 'null'],
      ['null', 'string'],
    ],
    [
      { type: 'array', items: 'int' },
      { type: 'array', items: ['null', 'long'] },
    ],
    [
      { type: 'map', values: 'string' },
      { type: 'map', values: ['null', 'string'] },
    ],
    ['string', 'long'],
    [['null', 'string'], 'string'],
  ];
  test.each(pairs)('%j read as %j', (written, read) => {
    const record = (type: unknown) => ({ type: 'record', name: 'R', fields: [{ name: 'f', type }] });
    const make = (typeOf: typeof fast): Decode | string => {
      try {
        return decoder(typeOf, record(written), record(read));
      } catch (error) {
        return (error as Error).message;
      }
    };
    const [mine, theirs] = [make(fast), make(stock)];
    expect(typeof mine).toBe(typeof theirs);
    if (typeof mine === 'string' || typeof theirs === 'string') return;
    const candidates = [null, 5, -300, 2 ** 40, 'abc', 'é', Buffer.from('xyz'), [1, -2], { a: 'b' }];
    const type = stock(record(written));
    const values = candidates.filter((f) => type.isValid({ f }));
    expect(values.length).toBeGreaterThan(0);
    for (const f of values) expect(mine(type.toBuffer({ f }))).toEqual(theirs(type.toBuffer({ f })));
  });
});

describe('texts', () => {
  const type = fast({ type: 'record', name: 'R', fields: [{ name: 'f', type: 'string' }] });
  const read = (f: string): string => (type.fromBuffer(type.toBuffer({ f })) as { f: string }).f;

  test('are right however many there are, whichever places they share', () => {
    for (let index = 0; index < 20_000; index++) {
      const text = `queue-${(index * 7919) % 6000}`;
      expect(read(text)).toBe(text);
    }
  });

  test('do not change with the buffer they were read from', () => {
    const bytes = type.toBuffer({ f: 'genesys' });
    const { f } = type.fromBuffer(bytes) as { f: string };
    bytes.fill(0x7a, 1);
    expect(f).toBe('genesys');
    expect((type.fromBuffer(bytes) as { f: string }).f).toBe('zzzzzzz');
  });
});

test('a block said to have more items than there are bytes, or to go backwards, is refused at once', () => {
  const writer = parsed('session-change-set.v1');
  const head = avroType('session-change-set.v1').toBuffer({ customer_id: 'c', change_seq: 1 }).subarray(0, 3);
  const huge = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
  const backwards = Buffer.from([0x01, 0x03]);
  for (const count of [huge, backwards]) {
    const bytes = Buffer.concat([head, count, Buffer.alloc(20, 1)]);
    expect(() =>
      decoder(
        fast,
        writer,
        only(writer, (field) => field === 'progress'),
      )(bytes),
    ).toThrow(blockFault);
  }
  expect(() => decoder(fast, writer)(Buffer.concat([head, huge]))).toThrow(blockFault);
});
