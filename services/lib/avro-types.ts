import avro from 'avsc';
import { blockMethodsOf, readMethodsOf } from './avro-reader';
import { writeMethodOf } from './avro-writer';

/** Writes `value` at `position`; answers where it ends or, as avsc does, how many bytes are lacking, negative. */
export type Write = (value: unknown, buffer: Buffer, position: number) => number;

/**
 * The type of a schema. Records are avsc's, one generated function each; what they consist of (plainNames, numbers, unions
 * of null and one of these, arrays, maps) reads and writes by methods of ours, which cost less and give the same.
 */
export function fastType(schema: avro.Schema): avro.Type {
  const underway = new Set<unknown>();
  const typeHook = (part: unknown, options: unknown): avro.Type | undefined => {
    if (underway.has(part) || !hasMethods(part)) return undefined;
    // Names are left to avsc: the part is made with the same options, this hook included for what is inside.
    if (typeof part === 'object') underway.add(part);
    const own = avro.Type.forSchema(part as avro.Schema, typeof part === 'object' ? (options as object) : {});
    underway.delete(part);
    return withMethods(own);
  };
  return avro.Type.forSchema(schema, { typeHook } as Partial<avro.ForSchemaOptions>);
}

const plainNames = new Set<unknown>(['string', 'long', 'int']);

function hasMethods(part: unknown): boolean {
  if (Array.isArray(part)) return part.length === 2 && part[0] === 'null';
  if (typeof part === 'string') return plainNames.has(part);
  const { type } = part as { type: unknown };
  return plainNames.has(type) || type === 'array' || type === 'map';
}

/** avsc's types are frozen: ours stand before them. */
function withMethods(type: avro.Type): avro.Type {
  const methods = { _write: writeMethodOf(type), ...readMethodsOf(type), ...blockMethodsOf(type) };
  const own = Object.entries(methods).filter(([, method]) => method !== undefined);
  if (own.length === 0) return type;
  return Object.create(type, Object.fromEntries(own.map(([name, value]) => [name, { value }]))) as avro.Type;
}

/** Writes as `plain` does, by `fast`; what that does not take is left to `plain`, which has the words for it. */
export function writerOf(fast: avro.Type, plain: avro.Type): Write {
  return (value, buffer, position) => {
    try {
      return fast.encode(value, buffer, position);
    } catch {
      return plain.encode(value, buffer, position);
    }
  };
}
