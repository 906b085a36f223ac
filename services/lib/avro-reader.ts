import type avro from 'avsc';
import { type Methods, methodsOf, plainKind, type Tap } from './avro-tap';
import { textReader } from './avro-texts';

type Read = Methods['_read'];
type Skip = Methods['_skip'];
interface ReadMethods {
  _read: Read;
  _skip: Skip;
  createResolver?: avro.Type['createResolver'];
}

/**
 * How values of a type are read and skipped: what is whole and regular by ours, anything else by avsc's own methods from
 * where it started, so that errors and odd encodings have the same outcome. Undefined where avsc's are good enough.
 */
export function readMethodsOf(type: avro.Type): ReadMethods | undefined {
  const plain = plainKind(type);
  const own = methodsOf(type);
  if (!plain?.nullable) return plain && plainMethods(plain.kind, own);
  const value = methodsOf((type as avro.types.UnwrappedUnionType).types[1]);
  const inner = plainMethods(plain.kind, value);
  if (!inner) return undefined;
  return {
    _read: nullableReader(inner._read, own),
    _skip: nullableSkipper(inner._skip, own),
    createResolver(writer, options) {
      const resolver = type.createResolver.call(this, writer, options);
      const other = plainKind(writer);
      if (!other?.nullable || other.kind !== plain.kind) return resolver;
      // Frozen, as all that avsc makes.
      const _read = nullableReader(inner._read, resolver as unknown as Methods);
      return Object.create(resolver, { _read: { value: _read } });
    },
  };
}

function plainMethods(kind: string, own: Methods): ReadMethods | undefined {
  if (kind === 'string') return { _read: textReader(), _skip: skipText };
  if (kind === 'long') return { _read: longReader(own), _skip: skipLong };
  if (kind === 'double') return { _read: (tap) => own._read(tap), _skip: (tap) => own._skip(tap) };
  return undefined;
}

/** Branch 0 is null, 1 (2 in zigzag) the value. */
function nullableReader(read: Read, own: Methods): Read {
  return (tap) => {
    const branch = tap.buf[tap.pos];
    if (branch === 0) {
      tap.pos++;
      return null;
    }
    if (branch !== 2) return own._read(tap);
    tap.pos++;
    return read(tap);
  };
}

function nullableSkipper(skip: Skip, own: Methods): Skip {
  return (tap) => {
    const branch = tap.buf[tap.pos];
    if (branch === 0) {
      tap.pos++;
    } else if (branch === 2) {
      tap.pos++;
      skip(tap);
    } else {
      own._skip(tap);
    }
  };
}

function skipText(tap: Tap): void {
  const head = tap.buf[tap.pos];
  if (head & 129) tap.skipString();
  else tap.pos += 1 + (head >> 1);
}

function skipLong(tap: Tap): void {
  tap.skipLong();
}

/** Up to seven bytes, which are 49 bits: exact. */
function longReader(own: Methods): Read {
  return (tap) => {
    const { buf, pos } = tap;
    let at = pos;
    // Past the end there is `undefined`, in which no bit is set: the look at the length below is in time.
    let byte = buf[at++];
    let low = byte & 127;
    for (let shift = 7; byte & 128 && shift < 28; shift += 7) {
      byte = buf[at++];
      low |= (byte & 127) << shift;
    }
    if (!(byte & 128)) {
      if (at > buf.length) return own._read(tap);
      tap.pos = at;
      return (low >>> 1) ^ -(low & 1);
    }
    let high = 0;
    for (let shift = 0; byte & 128 && shift < 21; shift += 7) {
      byte = buf[at++];
      high |= (byte & 127) << shift;
    }
    if (byte & 128 || at > buf.length) return own._read(tap);
    tap.pos = at;
    const zigzag = high * 268435456 + low;
    return low & 1 ? -(zigzag + 1) / 2 : zigzag / 2;
  };
}

interface Blocks {
  itemsType: Methods;
  valuesType: Methods;
}

/**
 * How arrays and maps are read and skipped: as by avsc, but a block that has more items than there are bytes, or goes
 * backwards, is refused: avsc would count to the end of it.
 */
export function blockMethodsOf(type: avro.Type): ReadMethods | undefined {
  if (type.typeName === 'array' && hasBytes((type as avro.types.ArrayType).itemsType)) {
    return { _read: readArray, _skip: skipArray };
  }
  if (type.typeName === 'map') {
    const readKey = textReader();
    return {
      _read(this: Blocks, tap) {
        const map: Record<string, unknown> = {};
        for (let count = blockLength(tap); count > 0; count = blockLength(tap)) {
          for (; count > 0; count--) {
            const key = readKey(tap) as string;
            map[key] = this.valuesType._read(tap);
          }
        }
        return map;
      },
      _skip: skipMap,
    };
  }
  return undefined;
}

function readArray(this: Blocks, tap: Tap): unknown[] {
  const items: unknown[] = [];
  for (let count = blockLength(tap); count > 0; count = blockLength(tap)) {
    for (; count > 0; count--) items.push(this.itemsType._read(tap));
  }
  return items;
}

function skipArray(this: Blocks, tap: Tap): void {
  for (let count = blockToSkip(tap); count > 0; count = blockToSkip(tap)) {
    for (; count > 0; count--) this.itemsType._skip(tap);
  }
}

function skipMap(this: Blocks, tap: Tap): void {
  for (let count = blockToSkip(tap); count > 0; count = blockToSkip(tap)) {
    for (; count > 0; count--) {
      skipText(tap);
      this.valuesType._skip(tap);
    }
  }
}

function blockLength(tap: Tap): number {
  const count = tap.readLong();
  if (count < 0) tap.skipLong();
  return checked(Math.abs(count), tap);
}

/** Blocks that say how long they are, are skipped here. */
function blockToSkip(tap: Tap): number {
  let count = tap.readLong();
  while (count < 0) {
    const bytes = tap.readLong();
    if (bytes < 0) throw new RangeError(blockFault);
    tap.pos += bytes;
    count = tap.readLong();
  }
  return checked(count, tap);
}

function checked(count: number, tap: Tap): number {
  if (count > 0 && count > tap.buf.length - tap.pos) throw new RangeError(blockFault);
  return count;
}

export const blockFault = 'a block that cannot be that long';

/** Whether a value takes a byte at least. */
function hasBytes(type: avro.Type): boolean {
  if (type.typeName !== 'record') return type.typeName !== 'null' && type.typeName !== 'fixed';
  // Not there yet in a record that refers to itself.
  const fields = (type as avro.types.RecordType).fields as avro.types.Field[] | undefined;
  return fields?.some((field) => field.type.typeName !== 'record' && hasBytes(field.type)) ?? false;
}
