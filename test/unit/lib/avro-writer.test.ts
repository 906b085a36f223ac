import { describe, expect, test } from '@jest/globals';
import avro from 'avsc';
import fc from 'fast-check';
import { schemaTexts } from '../../../schemas/types';
import { avroType, type SchemaName } from '../../../services/lib/avro';
import { fastType, type Write, writerOf } from '../../../services/lib/avro-types';
import { valuesOf } from './support/avro-values';

const names = Object.keys(schemaTexts) as SchemaName[];
const type = (schema: unknown): avro.Type => avro.Type.forSchema(schema as avro.Schema);
const record = (...types: unknown[]): avro.Type =>
  type({ type: 'record', name: 'R', fields: types.map((it, index) => ({ name: `f${index}`, type: it })) });

const schemaOf = (of: avro.Type): avro.Schema => of.schema({ exportAttrs: true });
const ours = (of: avro.Type): Write => writerOf(fastType(schemaOf(of)), of);

/** What a writer does: the bytes it wrote from 3 on, or what it threw. */
function outcome(write: Write, value: unknown, room = 1 << 16): string {
  const buffer = Buffer.alloc(room);
  try {
    const end = write(value, buffer, 3);
    return end < 0 ? 'lacking' : buffer.toString('hex', 3, end);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

function expectSame(of: avro.Type, value: unknown): void {
  expect(outcome(ours(of), value)).toBe(outcome(of.encode.bind(of), value));
}

describe('the same bytes as avsc', () => {
  test.each(names)('%s', (name) => {
    const of = avroType(name);
    fc.assert(
      fc.property(valuesOf(of), (value) => expectSame(of, value)),
      { numRuns: 150 },
    );
  });

  test('numbers of all sizes', () => {
    const numbers = record('int', 'long', ['null', 'long'], 'double');
    const long = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer(),
      fc.tuple(fc.nat(53), fc.integer({ min: -2, max: 2 })).map(([bits, more]) => 2 ** bits + more),
      fc.tuple(fc.nat(53), fc.integer({ min: -2, max: 2 })).map(([bits, more]) => -(2 ** bits) + more),
    );
    fc.assert(
      fc.property(fc.integer(), long, long, fc.double(), (f0, f1, f2, f3) => expectSame(numbers, { f0, f1, f2, f3 })),
      { numRuns: 2000 },
    );
  });

  test('strings around the borders of lengths, with any characters, lone surrogates too', () => {
    const strings = record('string', ['null', 'string']);
    const text = fc
      .tuple(
        fc.constantFrom(0, 20, 31, 61, 63, 64, 65, 127, 128, 2729, 2730, 2731, 9000),
        fc.string({ unit: 'binary' }),
      )
      .chain(([pad, end]) =>
        fc.constantFrom('a', '\u007f', '\u0080', 'é', '語', '😀', '\ud83d').map((c) => c.repeat(pad) + end),
      );
    fc.assert(
      fc.property(text, (f0) => expectSame(strings, { f0, f1: f0 })),
      { numRuns: 1000 },
    );
  });

  test('what refers to itself', () => {
    const list = type({
      type: 'record',
      name: 'L',
      fields: [
        { name: 'head', type: 'int' },
        { name: 'tail', type: ['null', 'L'], default: null },
      ],
    });
    expectSame(list, { head: 1, tail: { head: 2, tail: { head: 3 } } });
  });
});

describe('what it does not take', () => {
  test('is refused with the words of avsc, or written as avsc writes it', () => {
    const enumeration = { type: 'enum', name: 'E', symbols: ['A', 'B'] };
    const kinds = ['boolean', 'int', 'long', 'double', 'string', 'bytes', enumeration];
    const all = [...kinds, { type: 'array', items: 'int' }, { type: 'map', values: 'string' }];
    const odd = [
      undefined,
      null,
      true,
      1,
      1.5,
      2 ** 31,
      2 ** 53,
      -(2 ** 53) + 2,
      NaN,
      Infinity,
      1n,
      'A',
      'Z',
      Symbol.iterator,
    ];
    const odder = [
      [],
      [1],
      ['a'],
      {},
      { a: 'b' },
      { a: 1 },
      Buffer.from('x'),
      new Uint8Array(2),
      new Date(0),
      new String('A'),
    ];
    for (const kind of [...all, { ...(record('int').schema() as object), name: 'S' }]) {
      for (const value of [...odd, ...odder]) {
        expectSame(record(kind), { f0: value });
        expectSame(record(['null', kind]), { f0: value });
        expectSame(record({ type: 'array', items: ['null', kind] }), { f0: [value] });
      }
    }
    for (const value of [...odd, ...odder]) expectSame(avroType('session-command.v1'), value);
  });
});

test.each(names)('%s: never writes past the end, and says how much it lacks at least', (name) => {
  const of = avroType(name);
  const write = ours(of);
  fc.assert(
    fc.property(valuesOf(of), fc.double({ min: 0, max: 1, noNaN: true }), (value, share) => {
      const size = of.toBuffer(value).length;
      const memory = Buffer.alloc(size + 64, 0xaa);
      const room = Math.floor((size - 1) * share);
      const lacking = -write(value, memory.subarray(0, room), 0);
      expect(lacking).toBeGreaterThan(0);
      expect(memory.subarray(room).every((byte) => byte === 0xaa)).toBe(true);
      expect(write(value, memory.subarray(0, size + 32), 0)).toBe(size);
    }),
    { numRuns: 100 },
  );
});
