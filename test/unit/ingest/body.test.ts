import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readItems } from '../../../services/ingest/body';
import { nestsDeeper } from '../../../services/ingest/domain/json-depth';
import { locateJsonFault } from '../../../services/ingest/domain/json-fault';

const read = (text: string | Buffer, form: Parameters<typeof readItems>[1] = 'oneOrArray', maxEvents = 3) =>
  readItems(Buffer.from(text as string), form, maxEvents);

describe('bodies', () => {
  test.each([
    ['one object', '{"a":1}', 'oneOrArray', [{ value: { a: 1 } }]],
    ['an array', '[1,{}]', 'oneOrArray', [{ value: 1 }, { value: {} }]],
    ['an empty array', '[]', 'array', []],
    ['an array where one item is due', '[1]', 'one', [{ value: [1] }]],
    ['a byte order mark', '\ufeff{}', 'oneOrArray', [{ value: {} }]],
    [
      'lines, blank ones and Windows ends among them',
      '{"a":1}\r\n\n  \n[2]',
      'lines',
      [{ value: { a: 1 } }, { value: [2] }],
    ],
  ] as const)('%s', (_name, text, form, items) => {
    expect(read(text, form)).toEqual({ items });
  });

  test.each([
    ['nothing', '', 'oneOrArray', 400, 'empty_body'],
    ['blanks', ' \n', 'lines', 400, 'empty_body'],
    ['an object where an array is due', '{}', 'array', 400, 'wrong_type'],
    ['broken JSON', '{"a":}', 'oneOrArray', 400, 'invalid_json'],
    ['too many in an array', '[1,2,3,4]', 'oneOrArray', 413, 'too_many_events'],
    ['too many lines', '1\n2\n3\n4\n', 'lines', 413, 'too_many_events'],
    ['too deep', '['.repeat(33), 'oneOrArray', 400, 'too_deep'],
  ] as const)('refused: %s', (_name, text, form, status, reason) => {
    expect(read(text, form)).toMatchObject({ refused: { status, reason } });
  });

  test('invalid UTF-8 is not repaired but refused', () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(readItems(body, 'oneOrArray', 3)).toMatchObject({ refused: { status: 400, reason: 'invalid_utf8' } });
  });

  test('a bad line is a fault of that line alone', () => {
    expect(read(`1\n{"a"\n\n${'['.repeat(40)}`, 'lines')).toEqual({
      items: [
        { value: 1 },
        { faults: [{ field: 'line 2', reason: 'invalid_json', message: 'line 2 is not valid JSON at column 5' }] },
        { faults: [{ field: 'line 4', reason: 'too_deep', message: 'line 4 is nested deeper than 32 levels' }] },
      ],
    });
  });

  test('the answer to broken JSON names line, column and position', () => {
    expect(read('{\n  "a": 1,\n  "b": x\n}')).toEqual({
      refused: {
        status: 400,
        reason: 'invalid_json',
        message: 'the body is not valid JSON at line 3, column 8 (position 19)',
        position: 19,
        line: 3,
        column: 8,
      },
    });
  });
});

describe('where JSON breaks', () => {
  test.each([
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['{"a":01}', 5],
    ['[+1]', 1],
    ['{"a":tru}', 5],
    ['nul', 0],
    ['"a\\x"', 2],
    ['"a\\u12G4"', 2],
    ['"a\nb"', 2],
    ['"open', 5],
    ['[1', 2],
    ['[}', 1],
    ['{]', 1],
    ['{"a":1]', 6],
    ['1 2', 2],
    ['{"a":NaN}', 5],
    ['[1.]', 1],
  ])('%s', (text, position) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(locateJsonFault(text).position).toBe(position);
  });

  test('JSON has no fault, and whatever is cut, put in or changed has one exactly when JSON.parse sees one', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '0', '-', 'e', 't', '\n', '\u0001'),
        (text, place, cut, put) => {
          const at = place % (text.length + 1);
          const changed = text.slice(0, at) + put + text.slice(at + cut);
          const { position } = locateJsonFault(changed);
          if (!isJson(changed)) return position <= changed.length;
          return position === changed.length;
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('text before the fault can still become JSON', () => {
    expect(locateJsonFault('{"a": [1, 2, {"b": "c\\"}"}, 3}')).toMatchObject({ position: 29, line: 1, column: 30 });
  });
});

describe('depth', () => {
  test.each([
    ['[[1]]', 2, false],
    ['[[1]]', 1, true],
    ['{"a":{"b":[]}}', 2, true],
    ['["[[[[", "\\"[[["]', 1, false],
    ['[][][][]', 1, false],
    ['"\\\\"[[', 1, true],
  ])('%s is deeper than %d: %s', (text, max, deeper) => {
    expect(nestsDeeper(text, max)).toBe(deeper);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
