/** A type as the server writes it: `Array(LowCardinality(String))`. Parameters that are no types are texts. */
export interface TypeTree {
  name: string;
  parameters: string[];
}

/** Name and parameters of a type; commas and brackets within quotes and brackets do not separate. */
export function readType(text: string): TypeTree {
  const open = text.indexOf('(');
  if (open < 0) return { name: text, parameters: [] };
  return { name: text.slice(0, open), parameters: splitParameters(text.slice(open + 1, -1)) };
}

function splitParameters(text: string): string[] {
  const parts: string[] = [];
  let [depth, from, quote] = [0, 0, ''];
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]!;
    if (mark === '\\') at++;
    else if (quote !== '') quote = mark === quote ? '' : quote;
    else if (mark === "'" || mark === '`') quote = mark;
    else if (mark === '(') depth++;
    else if (mark === ')') depth--;
    else if (mark === ',' && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  if (text.trim() !== '') parts.push(text.slice(from).trim());
  return parts;
}

/** The type of an element of a tuple: `name Type`, or the type alone. */
export function withoutName(element: string): string {
  const named = /^(`(?:\\.|[^`])*`|\w+) (?=[A-Z])/.exec(element);
  return named ? element.slice(named[0].length) : element;
}

const sizes: Readonly<Record<string, number>> = {
  ...{ Bool: 1, Nothing: 1, Int8: 1, UInt8: 1, Enum8: 1 },
  ...{ Int16: 2, UInt16: 2, Enum16: 2, Date: 2, BFloat16: 2 },
  ...{ Int32: 4, UInt32: 4, Float32: 4, Date32: 4, DateTime: 4, IPv4: 4, Decimal32: 4, Time: 4 },
  ...{ Int64: 8, UInt64: 8, Float64: 8, DateTime64: 8, Decimal64: 8, Time64: 8 },
  ...{ Int128: 16, UInt128: 16, UUID: 16, IPv6: 16, Decimal128: 16 },
  ...{ Int256: 32, UInt256: 32, Decimal256: 32 },
};

/** Bytes of one value, where every value has as many; undefined for the other types. */
export function fixedSize({ name, parameters }: TypeTree): number | undefined {
  if (name === 'FixedString') return Number(parameters[0]);
  if (name.startsWith('Interval')) return 8;
  if (name !== 'Decimal') return sizes[name];
  const precision = Number(parameters[0]);
  return precision <= 9 ? 4 : precision <= 18 ? 8 : precision <= 38 ? 16 : 32;
}

/** Types that are written as another one. */
export function writtenAs({ name, parameters }: TypeTree): string | undefined {
  const [first, second] = parameters;
  switch (name) {
    case 'SimpleAggregateFunction':
      return second;
    case 'Map':
      return `Array(Tuple(${first}, ${second}))`;
    case 'Nested':
      return `Array(Tuple(${parameters.join(', ')}))`;
    case 'Point':
      return 'Tuple(Float64, Float64)';
    case 'Ring':
    case 'LineString':
      return 'Array(Point)';
    case 'Polygon':
    case 'MultiLineString':
      return 'Array(Ring)';
    case 'MultiPolygon':
      return 'Array(Polygon)';
    default:
      return undefined;
  }
}
