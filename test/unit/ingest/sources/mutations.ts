import fc from 'fast-check';

type Path = (string | number)[];

/** Values that have broken readers of foreign JSON before. */
const awkward = fc.constantFrom<unknown>(
  ...[0, -1, 0.5, 1e21, -1e308, 5e-324, 2 ** 53, Number.MIN_SAFE_INTEGER, null, true, false, '', ' ', '0', '-3', '1e9'],
  ...['\u0000', '\ud800', 'a\udc00b', '~', '__proto__', 'constructor', 'toString', 'x'.repeat(600), '=1+1', '{', '[]'],
  ...[
    '2026-02-30T10:00:00Z',
    '2026-02-10T10:00:00',
    '1970-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    'Tue, 99 Foo 2026',
  ],
  ...[[], {}, [[]], [null], { '': {} }, { length: -1 }, { toString: 1, valueOf: 1 }, { constructor: { name: 1 } }],
);

const json = fc.jsonValue({ maxDepth: 4 });

/** Any JSON, and objects whose names would find something of JavaScript's. */
export const wild: fc.Arbitrary<unknown> = fc.oneof(
  json,
  awkward,
  fc.dictionary(fc.constantFrom('id', 'type', 'event', 'data', 'detail', 'toString', 'hasOwnProperty'), json),
);

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

/** A copy with what is at a path replaced, or taken away. */
function changedAt(value: unknown, [key, ...rest]: Path, change: { set: unknown } | undefined): unknown {
  if (key === undefined) return change?.set ?? null;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...(value as object) };
  const holder = copy as Record<string, unknown>;
  if (rest.length === 0 && change === undefined) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete holder[key];
  } else holder[key] = changedAt(holder[key], rest, change);
  return copy;
}

/** A payload with one to three places in it set to anything, doubled or taken away. */
export function mutated(payload: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(payload);
  const one = fc.tuple(fc.nat(), fc.option(fc.record({ set: fc.oneof(awkward, json) }), { nil: undefined }));
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((changes) => {
    let value = payload;
    for (const [at, change] of changes) {
      const open = value === payload ? paths : pathsOf(value);
      value = changedAt(value, open[at % open.length], change);
    }
    // As it would arrive: what JSON cannot hold is not there.
    return JSON.parse(JSON.stringify(value ?? null));
  });
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((it) => Buffer.from(it)),
  fc
    .constantFrom('\r\n', '\n\n', ':', ';', '"', '=', '=?utf-8?b?', '<', '>', '--', ',', 'From ')
    .map((it) => Buffer.from(it)),
);

/** Bytes with one to five stretches of them replaced, doubled or taken away. */
export function mutatedBytes(body: Buffer): fc.Arbitrary<Buffer> {
  const one = fc.tuple(fc.nat(), fc.nat({ max: 40 }), fc.option(bytes, { nil: undefined }));
  return fc.array(one, { minLength: 1, maxLength: 5 }).map((changes) => {
    let text = body;
    for (const [at, length, put] of changes) {
      const start = at % (text.length + 1);
      const middle = put ?? text.subarray(start, start + length * 2);
      text = Buffer.concat([text.subarray(0, start), middle, text.subarray(start + length)]);
    }
    return text;
  });
}
