import avro from 'avsc';

/** What Node's buffers have and its types do not say: no look at an encoding's name, no checks of ours repeated. */
export interface Bytes extends Buffer {
  utf8Write(text: string, offset: number, length?: number): number;
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

/** The types that are compiled; numbers, so that a switch over them is a jump. */
export const Kinds = {
  boolean: 0,
  int: 1,
  long: 2,
  double: 3,
  string: 4,
  bytes: 5,
  enum: 6,
  array: 7,
  map: 8,
  record: 9,
} as const;
export type Kind = (typeof Kinds)[keyof typeof Kinds];

export const primitiveKinds: Readonly<Record<string, Kind>> = {
  boolean: Kinds.boolean,
  int: Kinds.int,
  long: Kinds.long,
  double: Kinds.double,
  string: Kinds.string,
  bytes: Kinds.bytes,
};

/** `T` of the union of null and `T`, in this order; undefined for any other type. */
export function nullableOf(type: avro.Type): avro.Type | undefined {
  if (!(type instanceof avro.types.UnwrappedUnionType)) return undefined;
  const [first, second] = type.types;
  return type.types.length === 2 && first.typeName === 'null' ? second : undefined;
}
